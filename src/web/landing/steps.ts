import { type DeploymentView, type Phase, type Stage, hasEnded, hasFailed, isLive } from '../views.ts';

export type StepName = 'accepted' | 'waiting' | 'queued' | 'claimed' | Stage | 'verifying' | 'end';

export type StepState = 'done' | 'current' | 'failed' | 'todo' | 'skipped';

export interface Step {
  readonly name: StepName;
  readonly state: StepState;
  /** Epoch milliseconds; undefined when it has not begun, or was overtaken and left no time. */
  readonly beganAt: number | undefined;
  readonly endedAt: number | undefined;
}

const ALWAYS: readonly StepName[] = ['accepted', 'queued', 'claimed', 'verifying', 'end'];
const DEPLOY_STAGES: readonly StepName[] = ['prepare', 'pull', 'start', 'gate'];

/** A good day's order; `stop` comes after `pull` because images are fetched while the old release still serves. */
const ORDER: readonly StepName[] = [
  'accepted',
  'waiting',
  'queued',
  'claimed',
  'prepare',
  'pull',
  'stop',
  'start',
  'gate',
  'verifying',
  'end',
];

/**
 * What a deployment went through and what lies ahead, from its timeline and stages alone: nothing is guessed,
 * so a step that a callback overtook counts as done without a time. Retiring the old release is not a step:
 * the link already leads to the new one.
 */
export function toSteps(deployment: DeploymentView): readonly Step[] {
  const began = beginnings(deployment);
  const names = ORDER.filter((name) => began.has(name) || isExpected(name, deployment));
  const last = lastBegun(names, began);
  return names.map((name, index) => ({
    name,
    state: stateOf(index, last, deployment),
    beganAt: began.get(name),
    endedAt: index <= last ? endOf(names, index, { began, deployment }) : undefined,
  }));
}

/** The step that runs or failed; undefined after success. */
export function currentStep(steps: readonly Step[]): Step | undefined {
  return steps.find((step) => step.state === 'current' || step.state === 'failed');
}

function isExpected(name: StepName, deployment: DeploymentView): boolean {
  if (name === 'verifying' && deployment.kind === 'destroy') return false;
  return ALWAYS.includes(name) || (deployment.kind === 'deploy' && DEPLOY_STAGES.includes(name));
}

function beginnings(deployment: DeploymentView): ReadonlyMap<StepName, number> {
  const began = new Map<StepName, number>();
  const note = (name: StepName | undefined, at: string) => {
    const moment = Date.parse(at);
    if (name !== undefined && ORDER.includes(name) && !Number.isNaN(moment)) {
      began.set(name, Math.min(moment, began.get(name) ?? moment));
    }
  };
  note('accepted', deployment.created_at);
  for (const { phase, at } of deployment.timeline) note(stepOfPhase(phase), at);
  for (const { stage, status, at } of deployment.stages) if (status === 'started') note(stage, at);
  if (isLive(deployment)) note('end', deployment.decision?.at ?? deployment.finished_at ?? '');
  return began;
}

/** `deploying` is shown by its stages; the phases that end a deployment badly mark the step they met it in. */
function stepOfPhase(phase: Phase): StepName | undefined {
  if (phase === 'triggering') return 'queued';
  if (phase === 'retiring' || phase === 'succeeded') return 'end';
  return ORDER.find((name) => name === phase);
}

function lastBegun(names: readonly StepName[], began: ReadonlyMap<StepName, number>): number {
  return names.findLastIndex((name) => began.has(name));
}

function stateOf(index: number, last: number, deployment: DeploymentView): StepState {
  if (index < last || (index === last && isLive(deployment))) return 'done';
  if (index > last) return hasFailed(deployment) ? 'skipped' : 'todo';
  return hasFailed(deployment) ? 'failed' : 'current';
}

interface Story {
  readonly began: ReadonlyMap<StepName, number>;
  readonly deployment: DeploymentView;
}

/** A step ends when the next one begins; the one in which a deployment failed ends with it. */
function endOf(names: readonly StepName[], index: number, { began, deployment }: Story): number | undefined {
  if (began.get(names[index] as StepName) === undefined) return undefined;
  const next = names.slice(index + 1).find((name) => began.has(name));
  if (next !== undefined) return began.get(next);
  return hasEnded(deployment) || isLive(deployment) ? endedAt(deployment) : undefined;
}

function endedAt(deployment: DeploymentView): number | undefined {
  const at = Date.parse(
    deployment.decision?.at ?? deployment.timeline.at(-1)?.at ?? deployment.finished_at ?? '',
  );
  return Number.isNaN(at) ? undefined : at;
}
