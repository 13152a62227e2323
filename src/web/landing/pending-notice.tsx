import { formatMoment } from '../format.ts';
import { useLanguage } from '../language.tsx';
import { deploymentHref, Link } from '../location.tsx';
import { nextWords } from '../parts/next-words.ts';
import { wordsFor } from '../texts/words.ts';
import { type DeploymentView, isLive, waitReason } from '../views.ts';

/** Why a deployment is not further, who holds it up, what comes next and by when. */
export function PendingNotice({ deployment }: { readonly deployment: DeploymentView }) {
  const { language, texts } = useLanguage();
  const { pending, cancel } = deployment;
  if (pending === null) return null;
  const reason = waitReason(deployment);
  const next = nextWords(deployment, texts);
  if (isLive(deployment)) return <p className="quiet">{next}</p>;
  return (
    <div className="notice">
      {cancel && <p>{texts.progress.cancelAsked}</p>}
      {reason && (
        <p className="pending-reason">
          <strong>{texts.progress.waitingFor}</strong> {wordsFor(reason, texts)}
        </p>
      )}
      {pending.holder && (
        <p>
          {texts.progress.holder}{' '}
          <Link to={deploymentHref(pending.holder)}>
            <code>{pending.holder}</code>
          </Link>
        </p>
      )}
      {pending.held_by && (
        <p>
          {texts.progress.heldBy} {pending.held_by}
        </p>
      )}
      {pending.position !== undefined && <p>{texts.progress.position(pending.position)}</p>}
      {!cancel && (
        <p>
          {texts.progress.next} {next}
        </p>
      )}
      {pending.deadline !== null && (
        <p className="quiet">{texts.progress.deadline(formatMoment(pending.deadline, language))}</p>
      )}
    </div>
  );
}
