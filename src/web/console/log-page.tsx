import { useEffect, useLayoutEffect, useRef } from 'react';
import { logUrl, readDeployment, readLog } from '../api.ts';
import { serverNow } from '../clock.ts';
import { useTexts } from '../language.tsx';
import { historyHref, Link } from '../location.tsx';
import { Badge } from '../parts/badge.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { ReasonText } from '../parts/reason-text.tsx';
import { usePolling } from '../polling.ts';
import { type DeploymentView, hasEnded } from '../views.ts';

const EVERY_MS = 2000;
/** How long after its last callback a job may still write. */
const TAIL_MS = 60_000;
/** Jenkins' last line. */
const LAST_LINE = /(?:^|\n)Finished: [A-Z_]+\s*$/;

interface Logged {
  readonly deployment: DeploymentView;
  readonly log: string;
}

async function readLogged(id: string, signal: AbortSignal): Promise<Logged> {
  const deployment = await readDeployment(id, signal);
  return { deployment, log: await readLog(id, signal) };
}

/** The job still writes a little after the callback that finishes its deployment. */
function isWhole({ deployment: { build, finished_at }, log }: Logged): boolean {
  if (finished_at === null) return false;
  return build === null || LAST_LINE.test(log) || serverNow() - Date.parse(finished_at) > TAIL_MS;
}

export function LogPage({ deploymentId }: { readonly deploymentId: string }) {
  const texts = useTexts();
  const { value, problem } = usePolling({
    key: `log ${deploymentId}`,
    load: (signal) => readLogged(deploymentId, signal),
    nextMs: (logged) => (isWhole(logged) ? undefined : EVERY_MS),
  });
  useEffect(() => {
    document.title = `${texts.log.title} ${deploymentId} · Ark Deploy`;
  }, [texts, deploymentId]);
  return (
    <div className="console">
      <p className="facts">
        <Link to="/admin">{texts.log.back}</Link>
        {value && <Link to={historyHref(value.deployment.instance_id)}>{texts.console.history}</Link>}
        <a href={logUrl(deploymentId)}>{texts.log.raw}</a>
      </p>
      <h1>
        {texts.log.title} <code>{deploymentId}</code>
      </h1>
      <ProblemNotice problem={problem} isStale={value !== undefined} />
      {value === undefined ? problem === undefined && <Loading /> : <LogView logged={value} />}
    </div>
  );
}

function LogView({ logged: { deployment, log } }: { readonly logged: Logged }) {
  const texts = useTexts();
  return (
    <>
      <p className="facts">
        <Badge of={deployment.phase}>{texts.phase[deployment.phase]}</Badge>
        {deployment.reason && <ReasonText reason={deployment.reason} />}
        {!hasEnded(deployment) && <span className="quiet">{texts.log.follow}</span>}
      </p>
      {log === '' ? (
        <p className="quiet">{texts.log.empty}</p>
      ) : (
        <LogText log={log} label={texts.log.title} />
      )}
    </>
  );
}

/** Stays at the end while the reader is at the end. */
function LogText({ log, label }: { readonly log: string; readonly label: string }) {
  const pane = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    if (pane.current && isAtEnd.current) pane.current.scrollTop = pane.current.scrollHeight;
  }, [log]);
  const onScroll = () => {
    if (pane.current) {
      const { scrollTop, scrollHeight, clientHeight } = pane.current;
      isAtEnd.current = scrollHeight - scrollTop - clientHeight < 24;
    }
  };
  return (
    <pre ref={pane} className="log" tabIndex={0} role="region" aria-label={label} onScroll={onScroll}>
      {log}
    </pre>
  );
}
