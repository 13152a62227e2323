import { useTexts } from '../language.tsx';
import { deploymentHref, Link } from '../location.tsx';
import { ReasonText } from '../parts/reason-text.tsx';
import type { EndPhase } from '../texts/texts.ts';
import type { DeploymentView, Reason } from '../views.ts';

interface FailureNoticeProps {
  readonly deployment: DeploymentView;
  /** The log stands on the same page. */
  readonly isHere?: boolean;
}

export function FailureNotice({ deployment, isHere }: FailureNoticeProps) {
  const texts = useTexts();
  const reason = causeOf(deployment);
  const isCalm = deployment.phase === 'cancelled' || deployment.phase === 'superseded';
  return (
    <div className={isCalm ? 'notice failure' : 'notice notice-bad failure'} role="alert">
      <p className="notice-title">{texts.ended[deployment.phase as EndPhase]}</p>
      {reason && (
        <p>
          {texts.progress.cause}: <ReasonText reason={reason} />
        </p>
      )}
      {!isHere && (
        <p>
          <Link to={deploymentHref(deployment.deployment_id)}>{texts.progress.log}</Link>
        </p>
      )}
    </div>
  );
}

function causeOf({ reason, decision }: DeploymentView): Reason | undefined {
  return reason ?? decision?.reason;
}
