import { cancelDeployment } from '../api.ts';
import { type DeploymentView, hasEnded, mayCancel } from '../views.ts';
import { ActButton } from './act-button.tsx';
import { forceFail } from './console-api.ts';
import { Emergency } from './emergency.tsx';

interface DeploymentActsProps {
  readonly deployment: DeploymentView;
}

export function CancelButton({ deployment }: DeploymentActsProps) {
  const id = deployment.deployment_id;
  return (
    <ActButton
      name={deployment.kind === 'destroy' ? 'cancelRemoval' : 'cancel'}
      of={id}
      right="deployments:cancel"
      isOffered={mayCancel(deployment)}
      act={(why) => cancelDeployment(id, why)}
    />
  );
}

/** Cancel while that is possible; force-fail for what nothing else ends. */
export function DeploymentActs({ deployment }: DeploymentActsProps) {
  const id = deployment.deployment_id;
  const mayForce = !hasEnded(deployment) && !isInLine(deployment);
  return (
    <>
      <p className="actions">
        <CancelButton deployment={deployment} />
      </p>
      {mayForce && (
        <Emergency>
          <ActButton
            name="forceFail"
            of={id}
            right="system:operate"
            isDangerous
            needsWhy
            act={(why) => forceFail(id, why)}
          />
        </Emergency>
      )}
    </>
  );
}

/** What only waits holds nothing: to cancel it is enough. */
function isInLine({ phase }: DeploymentView): boolean {
  return phase === 'accepted' || phase === 'waiting';
}
