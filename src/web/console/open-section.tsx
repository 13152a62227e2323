import { listDeployments } from './console-api.ts';
import { ListSection } from './list-section.tsx';
import { PendingRow } from './pending-row.tsx';
import type { Column } from './table.tsx';

const COLUMNS: readonly Column[] = ['deployment', 'phase', 'holder', 'since', 'deadline', 'next', 'actions'];

/** Everything that has not ended. */
export function OpenSection() {
  return (
    <ListSection
      name="open"
      columns={COLUMNS}
      filters={{ open: 'true' }}
      read={listDeployments}
      row={(deployment) => <PendingRow key={deployment.deployment_id} deployment={deployment} />}
    />
  );
}
