import { listDeployments } from './console-api.ts';
import { DEPLOYMENT_COLUMNS, DeploymentRow } from './deployment-row.tsx';
import { ListSection } from './list-section.tsx';

export function DeploymentsPage() {
  return (
    <ListSection
      name="deployments"
      isPage
      columns={DEPLOYMENT_COLUMNS}
      read={listDeployments}
      row={(deployment) => <DeploymentRow key={deployment.deployment_id} deployment={deployment} />}
    />
  );
}
