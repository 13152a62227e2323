import { useTexts } from '../language.tsx';
import { FailureNotice } from '../landing/failure-notice.tsx';
import { PendingNotice } from '../landing/pending-notice.tsx';
import { StepList } from '../landing/step-list.tsx';
import { toSteps } from '../landing/steps.ts';
import { Badge } from '../parts/badge.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { type DeploymentView, hasFailed } from '../views.ts';
import { CallbackRow, CALLBACK_COLUMNS } from './callback-row.tsx';
import { listCallbacksOf, readDeployment } from './console-api.ts';
import { DeploymentActs } from './deployment-acts.tsx';
import { DeploymentFacts } from './deployment-facts.tsx';
import { ListSection } from './list-section.tsx';
import { useLive } from './live.tsx';
import { LogSection } from './log-section.tsx';
import { PageTitle } from './page-title.tsx';
import { Timeline } from './timeline.tsx';

export function DeploymentPage({ id }: { readonly id: string }) {
  const { console: texts } = useTexts();
  const { value, problem } = useLive(`deployment ${id}`, (signal) => readDeployment(id, signal));
  return (
    <>
      <PageTitle title={`${texts.deployment} ${id}`}>
        {texts.deployment} <code>{id}</code>
      </PageTitle>
      <ProblemNotice problem={problem} isStale={value !== undefined} />
      {value !== undefined ? <DeploymentDetail deployment={value} /> : problem === undefined && <Loading />}
    </>
  );
}

function DeploymentDetail({ deployment }: { readonly deployment: DeploymentView }) {
  const texts = useTexts();
  const id = deployment.deployment_id;
  return (
    <>
      <section className="card" aria-label={texts.console.deployment}>
        <p className="facts">
          <Badge of={deployment.phase}>{texts.phase[deployment.phase]}</Badge>
          <span>{texts.kind[deployment.kind]}</span>
        </p>
        <DeploymentFacts deployment={deployment} />
        <PendingNotice deployment={deployment} />
        {hasFailed(deployment) && <FailureNotice deployment={deployment} isHere />}
        <DeploymentActs deployment={deployment} />
      </section>
      <section className="card" aria-labelledby="way-title">
        <h2 id="way-title">{texts.progress.steps}</h2>
        <StepList steps={toSteps(deployment)} kind={deployment.kind} />
        <Timeline deployment={deployment} />
      </section>
      <LogSection key={id} deployment={deployment} />
      <ListSection
        name="callbacks"
        about={id}
        columns={CALLBACK_COLUMNS}
        read={listCallbacksOf(id)}
        row={(callback) => <CallbackRow key={callback.id} callback={callback} isOfOne />}
      />
    </>
  );
}
