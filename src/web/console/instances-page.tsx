import { readHosts, readProducts } from '../api.ts';
import { useTexts } from '../language.tsx';
import { usePlace } from '../location.tsx';
import { usePolling } from '../polling.ts';
import type { Status } from '../views.ts';
import { listInstances } from './console-api.ts';
import { FilterSelect } from './filters.tsx';
import { INSTANCE_COLUMNS, InstanceRow } from './instance-row.tsx';
import { ListSection } from './list-section.tsx';

const CURSOR = 'instances-cursor';

export function InstancesPage() {
  const { query } = usePlace();
  const of = (name: string) => query.get(name) ?? undefined;
  const filters = { product: of('product'), host: of('host'), status: of('status') };
  return (
    <ListSection
      name="instances"
      isPage
      columns={INSTANCE_COLUMNS}
      filters={filters}
      read={listInstances}
      row={(instance) => <InstanceRow key={instance.instance_id} instance={instance} />}
    >
      <InstanceFilters />
    </ListSection>
  );
}

function InstanceFilters() {
  const { console: texts, status } = useTexts();
  const once = { nextMs: () => undefined };
  const products = usePolling({ key: 'products', load: readProducts, ...once }).value ?? [];
  const hosts = usePolling({ key: 'hosts', load: readHosts, ...once }).value ?? [];
  const statuses = Object.entries(status) as [Status, string][];
  return (
    <p className="filters">
      <FilterSelect
        label={texts.column.status}
        name="status"
        choices={statuses.map(([value, words]) => ({ value, words }))}
        resets={CURSOR}
      />
      <FilterSelect
        label={texts.column.product}
        name="product"
        choices={products.map(({ product_id: value, name }) => ({ value, words: name }))}
        resets={CURSOR}
      />
      <FilterSelect
        label={texts.column.host}
        name="host"
        choices={hosts.map(({ host_id: value }) => ({ value, words: value }))}
        resets={CURSOR}
      />
    </p>
  );
}
