import { readDeployments } from '../api.ts';
import { useTexts } from '../language.tsx';
import { Link } from '../location.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { usePolling } from '../polling.ts';
import { DeploymentRow } from './deployment-row.tsx';
import { PAGE_LIMIT, PageTurner, usePaging } from './paging.tsx';
import { Table } from './table.tsx';

const EVERY_MS = 3000;

const COLUMNS = ['phase', 'instance', 'trigger', 'build', 'times', 'actions'] as const;

export function DeploymentsSection({ instanceId }: { readonly instanceId: string | undefined }) {
  const { console: texts } = useTexts();
  const paging = usePaging();
  const { value, problem } = usePolling({
    key: `deployments ${instanceId ?? ''} ${paging.cursor ?? ''}`,
    load: (signal) =>
      readDeployments({ limit: PAGE_LIMIT, cursor: paging.cursor, instance_id: instanceId }, signal),
    nextMs: () => EVERY_MS,
  });
  return (
    <section aria-labelledby="deployments-title">
      <h2 id="deployments-title">
        {instanceId === undefined ? texts.deployments : texts.deploymentsOf(instanceId)}{' '}
        {value && <span className="quiet">{texts.count(value.total)}</span>}
      </h2>
      {instanceId !== undefined && (
        <p>
          <Link to="/admin">{texts.all}</Link>
        </p>
      )}
      <ProblemNotice problem={problem} isStale={value !== undefined} />
      {value === undefined ? (
        problem === undefined && <Loading />
      ) : value.deployments.length === 0 ? (
        <p>{texts.noDeployments}</p>
      ) : (
        <Table columns={COLUMNS} labelledBy="deployments-title">
          {value.deployments.map((deployment) => (
            <DeploymentRow key={deployment.deployment_id} deployment={deployment} />
          ))}
        </Table>
      )}
      <PageTurner paging={paging} next={value?.next_cursor} />
    </section>
  );
}
