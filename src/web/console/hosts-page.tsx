import { useTexts } from '../language.tsx';
import { hostHref, Link } from '../location.tsx';
import type { HostView } from '../views.ts';
import { listHosts } from './console-api.ts';
import { ListSection } from './list-section.tsx';
import { Cell, type Column } from './table.tsx';

const COLUMNS: readonly Column[] = ['host', 'state', 'address', 'slots', 'queue', 'clients'];

export function HostsPage() {
  return (
    <ListSection
      name="hosts"
      isPage
      columns={COLUMNS}
      isWhole
      read={listHosts}
      row={(host) => <HostRow key={host.host_id} host={host} />}
    />
  );
}

function HostRow({ host }: { readonly host: HostView }) {
  return (
    <tr role="row" data-host={host.host_id}>
      <Cell column="host">
        <Link to={hostHref(host.host_id)}>{host.host_id}</Link>
        <span className="reason-detail quiet">{host.name}</span>
      </Cell>
      <Cell column="state">
        <HostState host={host} />
      </Cell>
      <Cell column="address">
        <code>{host.address}</code>
      </Cell>
      <Cell column="slots">
        {host.active} / {host.slots}
      </Cell>
      <Cell column="queue">{host.waiting}</Cell>
      <Cell column="clients">{host.clients.join(', ') || <span className="quiet">–</span>}</Cell>
    </tr>
  );
}

export function HostState({ host }: { readonly host: HostView }) {
  const { console: texts } = useTexts();
  const [tone, words] = host.cordoned ? ['bad', texts.cordoned] : ['good', texts.takes];
  return <span className={`badge badge-${tone}`}>{words}</span>;
}
