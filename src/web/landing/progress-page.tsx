import { useEffect, useRef } from 'react';
import { readInstance } from '../api.ts';
import { useTexts } from '../language.tsx';
import { Link } from '../location.tsx';
import { Badge } from '../parts/badge.tsx';
import { Loading } from '../parts/loading.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { usePolling } from '../polling.ts';
import { type InstanceView, hasEnded, newestDeployment } from '../views.ts';
import { DeploymentProgress } from './deployment-progress.tsx';

const BUSY_MS = 1000;
const IDLE_MS = 3000;

interface ProgressPageProps {
  readonly instanceId: string;
  readonly takesFocus: boolean;
}

/** The way of one instance from the click to the link; the address names it, so a reload loses nothing. */
export function ProgressPage({ instanceId, takesFocus }: ProgressPageProps) {
  const texts = useTexts();
  const { value, problem, refresh } = usePolling({
    key: instanceId,
    load: (signal) => readInstance(instanceId, signal),
    nextMs: pauseFor,
  });
  return (
    <div className="landing">
      <ProblemNotice problem={problem} isStale={value !== undefined} />
      {value !== undefined ? (
        <InstanceProgress instance={value} takesFocus={takesFocus} onChanged={refresh} />
      ) : (
        problem === undefined && <Loading />
      )}
      <p>
        <Link to="/">{texts.progress.another}</Link>
      </p>
    </div>
  );
}

function pauseFor(instance: InstanceView): number | undefined {
  if (instance.status === 'deleted') return undefined;
  const newest = newestDeployment(instance);
  return newest !== null && !hasEnded(newest) ? BUSY_MS : IDLE_MS;
}

interface InstanceProgressProps {
  readonly instance: InstanceView;
  readonly takesFocus: boolean;
  readonly onChanged: () => void;
}

function InstanceProgress({ instance, takesFocus, onChanged }: InstanceProgressProps) {
  const texts = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  const deployment = newestDeployment(instance);
  const title = texts.progress.title(instance.product_name, instance.client_name);
  useEffect(() => {
    if (takesFocus) heading.current?.focus();
  }, [takesFocus]);
  useEffect(() => {
    document.title = `${texts.status[instance.status]} · ${title} · Ark Deploy`;
  }, [instance.status, title, texts]);
  return (
    <section className="card progress" aria-labelledby="progress-title">
      <h1 id="progress-title" ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <p className="facts">
        <Badge of={instance.status}>{texts.status[instance.status]}</Badge>
        <span>
          {texts.progress.instance} <code>{instance.instance_id}</code>
        </span>
        <span>
          {texts.progress.hostName} <code>{instance.host_id}</code>
        </span>
      </p>
      {deployment !== null && (
        <DeploymentProgress instance={instance} deployment={deployment} onChanged={onChanged} />
      )}
      {instance.status === 'deleted' && <p>{texts.progress.deleted}</p>}
    </section>
  );
}
