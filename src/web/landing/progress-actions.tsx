import { useAction, useOrderKey } from '../action.ts';
import { cancelDeployment, deployAgain } from '../api.ts';
import { useTexts } from '../language.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { type DeploymentView, type InstanceView, hasEnded, hasFailed, mayCancel } from '../views.ts';

interface ProgressActionsProps {
  readonly instance: InstanceView;
  readonly deployment: DeploymentView;
  readonly onChanged: () => void;
}

export function ProgressActions({ instance, deployment, onChanged }: ProgressActionsProps) {
  const { progress } = useTexts();
  const orderKey = useOrderKey();
  const cancelling = useAction(async () => {
    await cancelDeployment(deployment.deployment_id);
    onChanged();
  });
  const deploying = useAction(async () => {
    await deployAgain(instance.instance_id, orderKey.keyFor(deployment.deployment_id));
    orderKey.forget();
    onChanged();
  });
  const isGoing = instance.status === 'deleting' || instance.status === 'deleted';
  return (
    <>
      <ProblemNotice problem={cancelling.problem ?? deploying.problem} isCall />
      <p className="actions">
        {mayCancel(deployment) && deployment.kind !== 'destroy' && (
          <button type="button" disabled={cancelling.isRunning} onClick={cancelling.run}>
            {cancelling.isRunning ? progress.cancelling : progress.cancel}
          </button>
        )}
        {hasEnded(deployment) && !isGoing && (
          <button type="button" disabled={deploying.isRunning} onClick={deploying.run}>
            {hasFailed(deployment) ? progress.retry : progress.again}
          </button>
        )}
      </p>
    </>
  );
}
