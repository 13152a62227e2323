import { useTexts } from '../language.tsx';
import { Link, logHref } from '../location.tsx';
import { ReasonText } from '../parts/reason-text.tsx';
import type { EndPhase } from '../texts/texts.ts';
import type { DeploymentView, Reason } from '../views.ts';

export function FailureNotice({ deployment }: { readonly deployment: DeploymentView }) {
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
      <p>
        <Link to={logHref(deployment.deployment_id)}>{texts.progress.log}</Link>
      </p>
    </div>
  );
}

function causeOf({ reason, decision }: DeploymentView): Reason | undefined {
  return reason ?? decision?.reason;
}
