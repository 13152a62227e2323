import { useTexts } from '../language.tsx';
import { listInstances } from './console-api.ts';
import { INSTANCE_COLUMNS, InstanceRow } from './instance-row.tsx';
import { ListFilters, useAskedFilters } from './list-filters.tsx';
import { ListSection } from './list-section.tsx';

export function InstancesPage() {
  const { status } = useTexts();
  return (
    <ListSection
      name="instances"
      isPage
      columns={INSTANCE_COLUMNS}
      filters={useAskedFilters('status')}
      read={listInstances}
      row={(instance) => <InstanceRow key={instance.instance_id} instance={instance} />}
    >
      <ListFilters list="instances" state="status" words={status} />
    </ListSection>
  );
}
