import { formatMoment } from '../format.ts';
import { useLanguage } from '../language.tsx';
import { wordsFor } from '../texts/words.ts';
import { type DeploymentView, isLive, waitReason } from '../views.ts';

/** Why a deployment is not further, who holds it up, what comes next and by when. */
export function PendingNotice({ deployment }: { readonly deployment: DeploymentView }) {
  const { language, texts } = useLanguage();
  const { pending, cancel } = deployment;
  if (pending === null) return null;
  const { phase } = deployment;
  const reason = waitReason(deployment);
  const next = Object.hasOwn(texts.next, phase) ? texts.next[phase as keyof typeof texts.next] : '';
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
          {texts.progress.holder} <code>{pending.holder}</code>
        </p>
      )}
      {!cancel && (
        <p>
          {texts.progress.next} {next}
        </p>
      )}
      <p className="quiet">{texts.progress.deadline(formatMoment(pending.deadline, language))}</p>
    </div>
  );
}
