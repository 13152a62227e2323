import { useTexts } from '../language.tsx';
import { wordsFor } from '../texts/words.ts';
import type { Reason } from '../views.ts';

/** A reason in words, with its detail as the coordinator wrote it and the code to look up. */
export function ReasonText({ reason }: { readonly reason: Reason }) {
  const texts = useTexts();
  const words = wordsFor(reason.code, texts);
  return (
    <span className="reason">
      {words !== reason.code && <>{words} </>}
      <code>{reason.code}</code>
      {reason.detail && <span className="reason-detail">{reason.detail}</span>}
    </span>
  );
}
