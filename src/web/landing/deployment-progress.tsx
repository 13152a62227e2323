import { useTexts } from '../language.tsx';
import { deploymentHref, instanceDetailHref, Link, webAddress } from '../location.tsx';
import { type DeploymentView, type InstanceView, hasEnded, hasFailed, isLive } from '../views.ts';
import { FailureNotice } from './failure-notice.tsx';
import { LiveNotice } from './live-notice.tsx';
import { PendingNotice } from './pending-notice.tsx';
import { ProgressActions } from './progress-actions.tsx';
import { StepList } from './step-list.tsx';
import { currentStep, toSteps } from './steps.ts';

interface DeploymentProgressProps {
  readonly instance: InstanceView;
  readonly deployment: DeploymentView;
  readonly onChanged: () => void;
}

/** One deployment: its steps, then the link or the cause, and what can be done about it. */
export function DeploymentProgress({ instance, deployment, onChanged }: DeploymentProgressProps) {
  const texts = useTexts();
  const steps = toSteps(deployment);
  const leadsSomewhere = instance.live_release !== null && instance.live_release !== '';
  const isUp = deployment.kind === 'deploy' || deployment.kind === 'start';
  const build = webAddress(deployment.build?.url);
  return (
    <>
      <p className="visually-hidden" role="status">
        {announcement(deployment, currentStep(steps)?.name ?? 'end', texts)}
      </p>
      <StepList steps={steps} kind={deployment.kind} />
      <PendingNotice deployment={deployment} />
      {hasFailed(deployment) && <FailureNotice deployment={deployment} />}
      {isUp && isLive(deployment) && <LiveNotice instance={instance} deployment={deployment} />}
      {!isLive(deployment) && leadsSomewhere && deployment.kind !== 'destroy' && (
        <LiveNotice instance={instance} deployment={undefined} />
      )}
      <ProgressActions
        key={deployment.deployment_id}
        instance={instance}
        deployment={deployment}
        onChanged={onChanged}
      />
      <p className="facts">
        {!hasFailed(deployment) && (
          <Link to={deploymentHref(deployment.deployment_id)}>{texts.progress.log}</Link>
        )}
        {build && (
          <a href={build} target="_blank" rel="noopener noreferrer">
            {texts.progress.build} ({deployment.build?.number})
          </a>
        )}
        <Link to={instanceDetailHref(instance.instance_id)}>{texts.progress.history}</Link>
      </p>
    </>
  );
}

/** What a screen reader hears: one short sentence whenever the step changes, no running clock. */
function announcement(
  deployment: DeploymentView,
  step: keyof ReturnType<typeof useTexts>['steps'],
  texts: ReturnType<typeof useTexts>,
): string {
  if (isLive(deployment))
    return deployment.kind === 'deploy' ? texts.progress.live : texts.stepsEnd[deployment.kind];
  if (hasEnded(deployment)) return '';
  return `${texts.steps[step]}: ${texts.stepState.current}`;
}
