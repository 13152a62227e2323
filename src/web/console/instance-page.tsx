import { readInstance } from '../api.ts';
import { PendingNotice } from '../landing/pending-notice.tsx';
import { useTexts } from '../language.tsx';
import { deploymentHref, Link } from '../location.tsx';
import { Badge } from '../parts/badge.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { useRight } from '../session.ts';
import type { DeploymentView, InstanceView } from '../views.ts';
import { ACT_COLUMNS, ActRow } from './act-row.tsx';
import { listActs, listDeployments } from './console-api.ts';
import { CancelButton } from './deployment-acts.tsx';
import { DEPLOYMENT_COLUMNS, DeploymentRow } from './deployment-row.tsx';
import { InstanceActs } from './instance-acts.tsx';
import { InstanceFacts } from './instance-facts.tsx';
import { ListSection } from './list-section.tsx';
import { useLive } from './live.tsx';
import { PageTitle } from './page-title.tsx';

export function InstancePage({ id }: { readonly id: string }) {
  const { console: texts } = useTexts();
  const mayReadActs = useRight('acts:read');
  const { value, problem } = useLive(`instance ${id}`, (signal) => readInstance(id, signal));
  return (
    <>
      <PageTitle title={`${texts.column.instance} ${id}`}>
        {texts.column.instance} <code>{id}</code>
      </PageTitle>
      <ProblemNotice problem={problem} isStale={value !== undefined} />
      {value !== undefined ? <InstanceDetail instance={value} /> : problem === undefined && <Loading />}
      <ListSection
        name="deployments"
        about={id}
        columns={DEPLOYMENT_COLUMNS}
        filters={{ instance: id }}
        read={listDeployments}
        row={(deployment) => <DeploymentRow key={deployment.deployment_id} deployment={deployment} isOfOne />}
      />
      {mayReadActs && (
        <ListSection
          name="acts"
          about={id}
          columns={ACT_COLUMNS}
          filters={{ instance: id }}
          read={listActs}
          row={(act) => <ActRow key={act.id} act={act} />}
        />
      )}
    </>
  );
}

function InstanceDetail({ instance }: { readonly instance: InstanceView }) {
  const texts = useTexts();
  return (
    <section className="card" aria-label={texts.console.column.instance}>
      <p className="facts">
        <Badge of={instance.status}>{texts.status[instance.status]}</Badge>
        <span>{texts.progress.title(instance.product_name, instance.client_name)}</span>
      </p>
      <InstanceFacts instance={instance} />
      <Open label={texts.console.active} deployment={instance.active} />
      <Open label={texts.console.waiting} deployment={instance.waiting} />
      <InstanceActs instance={instance} />
    </section>
  );
}

interface OpenProps {
  readonly label: string;
  readonly deployment: DeploymentView | null;
}

function Open({ label, deployment }: OpenProps) {
  const texts = useTexts();
  if (deployment === null) return null;
  return (
    <div className="open">
      <p className="facts">
        <strong>{label}</strong>
        <Badge of={deployment.phase}>{texts.phase[deployment.phase]}</Badge>
        <Link to={deploymentHref(deployment.deployment_id)}>
          {texts.kind[deployment.kind]} <code>{deployment.deployment_id}</code>
        </Link>
        <CancelButton deployment={deployment} />
      </p>
      <PendingNotice deployment={deployment} />
    </div>
  );
}
