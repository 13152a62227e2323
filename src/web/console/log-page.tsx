import { useEffect, useLayoutEffect, useRef } from 'react';
import { logUrl, readDeployment, readLog } from '../api.ts';
import { useTexts } from '../language.tsx';
import { historyHref, Link } from '../location.tsx';
import { Badge } from '../parts/badge.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { ReasonText } from '../parts/reason-text.tsx';
import { usePolling } from '../polling.ts';
import { type DeploymentView, hasEnded } from '../views.ts';

const EVERY_MS = 2000;

interface Logged {
  readonly deployment: DeploymentView;
  readonly log: string;
}

/** The deployment is read first: once it has ended, the log read after it is whole. */
async function readLogged(id: string, signal: AbortSignal): Promise<Logged> {
  const deployment = await readDeployment(id, signal);
  return { deployment, log: await readLog(id, signal) };
}

export function LogPage({ deploymentId }: { readonly deploymentId: string }) {
  const texts = useTexts();
  const { value, problem } = usePolling({
    key: `log ${deploymentId}`,
    load: (signal) => readLogged(deploymentId, signal),
    // finished_at comes after the phase's end: the job may still write while it tidies up
    nextMs: ({ deployment }) =>
      hasEnded(deployment) && deployment.finished_at !== null ? undefined : EVERY_MS,
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
