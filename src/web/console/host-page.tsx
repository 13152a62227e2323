import { useTexts } from '../language.tsx';
import { Link } from '../location.tsx';
import { Fact, Facts } from '../parts/facts.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import type { HostView } from '../views.ts';
import { ActButton } from './act-button.tsx';
import { cordon, readHost, uncordon } from './console-api.ts';
import { HostCheck } from './host-check.tsx';
import { HostQueue } from './host-queue.tsx';
import { HostState } from './hosts-page.tsx';
import { useLive } from './live.tsx';
import { PageTitle } from './page-title.tsx';

export function HostPage({ id }: { readonly id: string }) {
  const { console: texts } = useTexts();
  const { value, problem } = useLive(`host ${id}`, (signal) => readHost(id, signal));
  return (
    <>
      <PageTitle title={`${texts.column.host} ${id}`}>
        {texts.column.host} <code>{id}</code>
      </PageTitle>
      <ProblemNotice problem={problem} isStale={value !== undefined} />
      {value !== undefined ? <HostDetail host={value} /> : problem === undefined && <Loading />}
      <HostQueue hostId={id} />
    </>
  );
}

function HostDetail({ host }: { readonly host: HostView }) {
  const { console: texts } = useTexts();
  const id = host.host_id;
  const common = { of: id, right: 'system:operate', needsWhy: true } as const;
  return (
    <section className="card" aria-label={texts.column.host}>
      <p className="facts">
        <HostState host={host} />
        <span>{host.name}</span>
      </p>
      <Facts>
        <Fact name={texts.column.address}>
          <code>{host.address}</code>
        </Fact>
        <Fact name="SSH">
          <code>
            {host.ssh_user}@{host.address}:{host.ssh_port}
          </code>{' '}
          {host.sudo && 'sudo'}
        </Fact>
        <Fact name={texts.fact.hostKey}>
          <code>
            {host.host_key_type} {host.host_key_fingerprint}
          </code>
        </Fact>
        <Fact name={texts.fact.ports}>
          {host.port_min}–{host.port_max}
        </Fact>
        <Fact name={texts.column.slots}>{texts.slotsOf(host.active, host.slots)}</Fact>
        <Fact name={texts.column.clients}>{host.clients.join(', ')}</Fact>
      </Facts>
      <p className="facts">
        <Link to={`/admin/instances?host=${encodeURIComponent(id)}`}>{texts.section.instances}</Link>
        <Link to={`/admin/deployments?host=${encodeURIComponent(id)}`}>{texts.section.deployments}</Link>
      </p>
      <HostCheck hostId={id} />
      <p className="actions">
        <ActButton {...common} name="cordon" isOffered={!host.cordoned} act={(why) => cordon(id, why)} />
        <ActButton {...common} name="uncordon" isOffered={host.cordoned} act={(why) => uncordon(id, why)} />
      </p>
    </section>
  );
}
