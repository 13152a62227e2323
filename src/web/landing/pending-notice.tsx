import { formatMoment } from '../format.ts';
import { useLanguage } from '../language.tsx';
import { wordsFor } from '../texts/words.ts';
import { type DeploymentView, isLive } from '../views.ts';

/** Why a deployment is not further, who holds it up, what comes next and by when. */
export function PendingNotice({ deployment }: { readonly deployment: DeploymentView }) {
  const { language, texts } = useLanguage();
  const { pending, cancel } = deployment;
  if (pending === null) return null;
  if (isLive(deployment)) return <p className="quiet">{texts.progress.retiring}</p>;
  return (
    <div className="notice">
      {cancel && <p>{texts.progress.cancelAsked}</p>}
      {pending.reason && (
        <p className="pending-reason">
          <strong>{texts.progress.waitingFor}</strong> {wordsFor(pending.reason, texts)}
        </p>
      )}
      {pending.holder && (
        <p>
          {texts.progress.holder} <code>{pending.holder}</code>
        </p>
      )}
      {pending.next && (
        <p className="quiet">
          {texts.progress.next} {wordsFor(pending.next, texts)}
        </p>
      )}
      {pending.deadline && (
        <p className="quiet">{texts.progress.deadline(formatMoment(pending.deadline, language))}</p>
      )}
    </div>
  );
}
