import { serverNow } from '../clock.ts';
import { useTexts } from '../language.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { usePolling } from '../polling.ts';
import { useRight } from '../session.ts';
import type { DeploymentView } from '../views.ts';
import { logUrl, readLog } from './console-api.ts';
import { LogText } from './log-text.tsx';
import { useLogStream } from './log-stream.ts';

const EVERY_MS = 3000;
/** How long after its last callback a job may still write. */
const TAIL_MS = 60_000;
/** Jenkins' last line. */
const LAST_LINE = /(?:^|\n)Finished: [A-Z_]+\s*$/;

interface Of {
  readonly deployment: DeploymentView;
}

/** The build's log: live by a stream, else asked for every three seconds. */
export function LogSection({ deployment }: Of) {
  const { log: texts } = useTexts();
  const mayRead = useRight('logs:read');
  if (!mayRead) return null;
  return (
    <section aria-labelledby="log-title">
      <h2 id="log-title">{texts.title}</h2>
      {deployment.build === null ? (
        <p className="quiet">{deployment.finished_at === null ? texts.empty : texts.none}</p>
      ) : (
        <StreamedLog deployment={deployment} />
      )}
      <p className="facts">
        <a href={logUrl(deployment.deployment_id)}>{texts.raw}</a>
      </p>
    </section>
  );
}

function StreamedLog({ deployment }: Of) {
  const { text, isWhole, isRefused } = useLogStream(deployment.deployment_id);
  if (isRefused) return <AskedLog deployment={deployment} />;
  return <LogText text={text} isWhole={isWhole} />;
}

function AskedLog({ deployment }: Of) {
  const id = deployment.deployment_id;
  const isEnded = deployment.finished_at !== null;
  const { value, problem } = usePolling({
    key: `log ${id} ${isEnded}`,
    load: (signal) => readLog(id, signal),
    nextMs: (text) => (isWhole(deployment, text) ? undefined : EVERY_MS),
  });
  return (
    <>
      <ProblemNotice problem={problem} isStale={value !== undefined} />
      {value !== undefined && <LogText text={value} isWhole={isWhole(deployment, value)} />}
    </>
  );
}

/** The job still writes a little after the callback that finishes its deployment. */
function isWhole({ finished_at }: DeploymentView, text: string): boolean {
  if (finished_at === null) return false;
  return LAST_LINE.test(text) || serverNow() - Date.parse(finished_at) > TAIL_MS;
}
