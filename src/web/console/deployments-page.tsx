import { useTexts } from '../language.tsx';
import { listDeployments } from './console-api.ts';
import { DEPLOYMENT_COLUMNS, DeploymentRow } from './deployment-row.tsx';
import { ListFilters, useAskedFilters } from './list-filters.tsx';
import { ListSection } from './list-section.tsx';

export function DeploymentsPage() {
  const { phase } = useTexts();
  return (
    <ListSection
      name="deployments"
      isPage
      columns={DEPLOYMENT_COLUMNS}
      filters={useAskedFilters('phase')}
      read={listDeployments}
      row={(deployment) => <DeploymentRow key={deployment.deployment_id} deployment={deployment} />}
    >
      <ListFilters list="deployments" state="phase" words={phase} />
    </ListSection>
  );
}
