import { iso } from '../../platform/moment.ts';
import { isPhase, type Phase } from '../phases.ts';

/** One change of an instance or a deployment, as the scripts wrote it into the stream. */
export interface ChangeEvent {
  /** `<ms>-<n>`, in the order of the changes. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** A phase, an outcome, or the name of something else that happened. */
  readonly kind: string;
  readonly instance_id: string;
  readonly deployment_id: string;
  readonly detail: string;
  /** Who broke the glass. */
  readonly by: string;
}

/** A change as the API tells it: enough to know what to read anew. */
export interface ChangeView {
  readonly at: string;
  readonly kind: string;
  readonly instance_id?: string;
  readonly deployment_id?: string;
  /** Of kind `phase`. */
  readonly phase?: Phase;
  /** Of kind `decision`: switched, abandoned or removed. */
  readonly outcome?: string;
  /** Of kind `stage`. */
  readonly stage?: string;
  readonly status?: string;
  /** The code of a reason, or the endpoint of a route, where there is one. */
  readonly detail?: string;
  /** Who broke the glass. */
  readonly by?: string;
}

const OUTCOMES = ['switched', 'abandoned', 'removed'];

export function toChangeView(event: ChangeEvent): ChangeView {
  const { at, instance_id, deployment_id, by } = event;
  return {
    at: iso(at),
    ...whatHappened(event),
    ...(instance_id && { instance_id }),
    ...(deployment_id && { deployment_id }),
    ...(by && { by }),
  };
}

function whatHappened({ kind, detail }: ChangeEvent): Pick<ChangeView, 'kind'> & Partial<ChangeView> {
  const more = detail === '' ? {} : { detail };
  if (isPhase(kind)) return { kind: 'phase', phase: kind, ...more };
  if (OUTCOMES.includes(kind)) return { kind: 'decision', outcome: kind, ...more };
  return kind === 'stage' ? { kind, ...stageOf(detail) } : { kind, ...more };
}

/** Nothing for what no script of ours wrote: one bad event must not end the streams of all. */
function stageOf(detail: string): Pick<ChangeView, 'stage' | 'status'> {
  const [, stage, status] = /^{"stage":"([a-z]+)","status":"([a-z]+)"/.exec(detail) ?? [];
  return stage === undefined || status === undefined ? {} : { stage, status };
}
