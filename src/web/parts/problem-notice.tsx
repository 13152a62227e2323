import { useTexts } from '../language.tsx';
import type { Problem } from '../problem.ts';
import { wordsFor } from '../texts/words.ts';

interface ProblemNoticeProps {
  readonly problem: Problem | undefined;
  /** A call made by hand: it is not repeated by itself. */
  readonly isCall?: boolean;
  /** What the page shows is older than this problem. */
  readonly isStale?: boolean;
  readonly onDismiss?: () => void;
}

/** What went wrong in the API's own words, with the id under which its log has it. */
export function ProblemNotice({ problem, isCall, isStale, onDismiss }: ProblemNoticeProps) {
  const texts = useTexts();
  if (problem === undefined) return null;
  const isAway = problem.mayPass && problem.kind === 'unreachable';
  const detail = isAway ? (isCall ? texts.problem.sendAway : texts.problem.awayDetail) : problem.detail;
  return (
    <div className={isAway ? 'notice notice-warn' : 'notice notice-bad'} role="alert">
      <p className="notice-title">
        {isAway ? texts.problem.away : wordsFor(problem.code, texts, problem.title)}
      </p>
      {detail && <p>{detail}</p>}
      {isStale && <p>{texts.problem.stale}</p>}
      <FaultList problem={problem} />
      {problem.requestId && (
        <p className="quiet">
          {texts.problem.requestId} <code>{problem.requestId}</code>
        </p>
      )}
      {onDismiss && (
        <button type="button" className="plain" onClick={onDismiss}>
          {texts.problem.dismiss}
        </button>
      )}
    </div>
  );
}

function FaultList({ problem }: { readonly problem: Problem }) {
  if (problem.faults.length === 0) return null;
  return (
    <ul>
      {problem.faults.map(({ field, message }) => (
        <li key={`${field} ${message}`}>
          <code>{field}</code>: {message}
        </li>
      ))}
    </ul>
  );
}
