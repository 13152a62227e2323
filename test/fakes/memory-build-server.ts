import type {
  Build,
  BuildCause,
  BuildRef,
  BuildServer,
  Found,
  JobName,
  LogMark,
  LogPiece,
  QueueId,
  QueueItem,
  SearchedOrder,
  StopStep,
  TriggerOutcome,
  WholeLog,
} from '../../src/deployments/build-server.ts';
import { AppError } from '../../src/platform/errors.ts';

const USER = 'ark';
const OURS: BuildCause = {
  kind: 'hudson.model.Cause$UserIdCause',
  text: `Started by user ${USER}`,
  user_id: USER,
};
const STEPS: readonly StopStep[] = ['stop', 'term', 'kill'];

type Parameters = Readonly<Record<string, string>>;
type Result = NonNullable<Build['result']>;

interface Item {
  readonly job: JobName;
  readonly parameters: Parameters;
  state: QueueItem;
}

interface Options {
  readonly jobs: readonly JobName[];
  readonly now?: () => number;
}

/**
 * A build server in memory for tests of what uses one; passes the same contract as Jenkins. Nothing moves by
 * itself: `startNext`, `start` and `end` are the executors.
 */
export class MemoryBuildServer implements BuildServer {
  /** While true every call finds nobody: triggers are `unavailable`, all else throws. */
  down = false;
  /** While true our account may not read the jobs: what is there seems not to be. */
  hidden = false;
  /** The step of the ladder that ends builds; the ones before it are swallowed. */
  endsAt: StopStep = 'stop';
  /** Every order that was accepted, lost answers included: what a second trigger would show up in. */
  readonly accepted: { readonly job: JobName; readonly parameters: Parameters }[] = [];
  readonly #jobs: Set<JobName>;
  readonly #now: () => number;
  readonly #items = new Map<QueueId, Item>();
  readonly #builds: Build[] = [];
  readonly #logs = new Map<string, string>();
  #lastId = 0;
  #lose = false;
  #next: TriggerOutcome | undefined;

  constructor({ jobs, now = Date.now }: Options) {
    this.#jobs = new Set(jobs);
    this.#now = now;
  }

  /** The oldest waiting item becomes a running build; undefined when none waits. */
  startNext(): Build | undefined {
    const first = [...this.#items].find(([, item]) => item.state.kind === 'waiting');
    return first && this.start(first[0]);
  }

  start(queueId: QueueId): Build {
    const item = this.#items.get(queueId);
    if (item?.state.kind !== 'waiting') throw new Error(`item ${queueId} does not wait`);
    const build = this.#addBuild(item.job, item.parameters, [OURS]);
    item.state = { kind: 'started', number: build.number };
    return build;
  }

  end(ref: BuildRef, result: Result): Build {
    return this.#replace(ref, { running: false, result });
  }

  /** Somebody asked for its end in the server's own pages; it still cleans up. */
  interrupt(ref: BuildRef, user: string): void {
    this.#replace(ref, { interrupted_by: `Aborted by ${user}` });
  }

  /** A running build that somebody started in the server's own pages. */
  addOperatorBuild(job: JobName, parameters: Parameters, causes: readonly BuildCause[]): Build {
    return this.#addBuild(job, parameters, causes);
  }

  /** The next trigger is accepted, but its answer gets lost. */
  loseNextAnswer(): void {
    this.#lose = true;
  }

  /** The next trigger is answered so and not accepted. */
  answerNext(outcome: TriggerOutcome): void {
    this.#next = outcome;
  }

  /** A crash: what waits is gone, what left is forgotten, and the ids are given out again. */
  forgetQueue(): void {
    this.#items.clear();
    this.#lastId = 0;
  }

  /** A build that was rotated away. */
  forgetBuild(ref: BuildRef): void {
    const index = this.#indexOf(ref);
    if (index >= 0) this.#builds.splice(index, 1);
  }

  writeLog(ref: BuildRef, text: string): void {
    this.#logs.set(key(ref), (this.#logs.get(key(ref)) ?? '') + text);
  }

  /** What was written before was not all: lines that a follower missed. */
  replaceLog(ref: BuildRef, text: string): void {
    this.#logs.set(key(ref), text);
  }

  async trigger(job: JobName, parameters: Parameters, signal: AbortSignal): Promise<TriggerOutcome> {
    signal.throwIfAborted();
    if (this.down) return { kind: 'unavailable', detail: 'The build server is down' };
    const told = this.#next;
    this.#next = undefined;
    if (told) return told;
    if (!this.#jobs.has(job)) return { kind: 'refused', detail: `There is no job ${job}` };
    const queueId = this.#enqueue(job, parameters);
    if (!this.#lose) return { kind: 'queued', queueId };
    this.#lose = false;
    return { kind: 'ambiguous', detail: 'The answer got lost', whenNotFound: 'repeat' };
  }

  async find({ job, deploymentId, sinceMs }: SearchedOrder, signal: AbortSignal): Promise<Found> {
    this.#reach(signal);
    if (this.hidden) return { kind: 'none' };
    for (const [queueId, item] of this.#items) {
      const waits = item.job === job && item.state.kind === 'waiting';
      if (waits && item.parameters['DEPLOYMENT_ID'] === deploymentId) return { kind: 'queued', queueId };
    }
    const build = this.#builds.find(
      (each) =>
        each.job === job &&
        each.timestamp >= sinceMs &&
        each.parameters['DEPLOYMENT_ID'] === deploymentId &&
        each.causes.some((cause) => cause.user_id === USER),
    );
    return build ? { kind: 'build', build } : { kind: 'none' };
  }

  async readQueueItem(id: QueueId, deploymentId: string, signal: AbortSignal): Promise<QueueItem> {
    this.#reach(signal);
    const item = this.#items.get(id);
    return item?.parameters['DEPLOYMENT_ID'] === deploymentId ? item.state : { kind: 'gone' };
  }

  async readBuild(ref: BuildRef, signal: AbortSignal): Promise<Build | undefined> {
    this.#reach(signal);
    return this.hidden ? undefined : this.#builds[this.#indexOf(ref)];
  }

  async showsJob(job: JobName, signal: AbortSignal): Promise<boolean> {
    this.#reach(signal);
    return this.#jobs.has(job) && !this.hidden;
  }

  async cancelQueueItem(id: QueueId, deploymentId: string, signal: AbortSignal): Promise<boolean> {
    this.#reach(signal);
    const item = this.#items.get(id);
    if (item?.parameters['DEPLOYMENT_ID'] !== deploymentId) return false;
    if (item.state.kind === 'waiting') item.state = { kind: 'cancelled' };
    return item.state.kind === 'cancelled';
  }

  async stopBuild(ref: BuildRef, step: StopStep, signal: AbortSignal): Promise<void> {
    this.#reach(signal);
    const running = this.#builds[this.#indexOf(ref)]?.running;
    if (!running || STEPS.indexOf(step) < STEPS.indexOf(this.endsAt)) return;
    this.#replace(ref, { running: false, result: 'ABORTED', interrupted_by: `Aborted by ${USER}` });
  }

  async readLog(
    ref: BuildRef,
    mark: LogMark | undefined,
    signal: AbortSignal,
  ): Promise<LogPiece | undefined> {
    this.#reach(signal);
    if (this.#indexOf(ref) === -1) return undefined;
    const log = this.#logs.get(key(ref)) ?? '';
    const text = log.slice(Number(mark ?? 0), log.lastIndexOf('\n') + 1);
    const at = Number(mark ?? 0) + text.length;
    return { text, mark: String(at) as LogMark, hasMore: false, isAnother: false };
  }

  async fetchLog(ref: BuildRef, limitBytes: number, signal: AbortSignal): Promise<WholeLog | undefined> {
    this.#reach(signal);
    if (this.#indexOf(ref) === -1) return undefined;
    const log = Buffer.from(this.#logs.get(key(ref)) ?? '');
    return { text: log.subarray(-limitBytes).toString(), isCut: log.length > limitBytes };
  }

  async check(signal: AbortSignal): Promise<{ version: string; user: string }> {
    this.#reach(signal);
    return { version: 'memory', user: USER };
  }

  #reach(signal: AbortSignal): void {
    signal.throwIfAborted();
    if (this.down) throw new AppError('build_server_unavailable', 'The build server is down');
  }

  #enqueue(job: JobName, parameters: Parameters): QueueId {
    const text = canonical(parameters);
    this.accepted.push({ job, parameters });
    for (const [id, item] of this.#items) {
      if (item.state.kind === 'waiting' && item.job === job && canonical(item.parameters) === text) return id;
    }
    const id = String(++this.#lastId) as QueueId;
    this.#items.set(id, {
      job,
      parameters,
      state: { kind: 'waiting', why: 'Waiting for an executor', stuck: false },
    });
    return id;
  }

  #addBuild(job: JobName, parameters: Parameters, causes: readonly BuildCause[]): Build {
    const number =
      Math.max(0, ...this.#builds.filter((each) => each.job === job).map((each) => each.number)) + 1;
    const url = `http://builds.example/job/${job}/${number}/`;
    const build = { job, number, timestamp: this.#now(), running: true, parameters, causes, url };
    this.#builds.push(build);
    return build;
  }

  #replace(ref: BuildRef, change: Partial<Build>): Build {
    const index = this.#indexOf(ref);
    const build = this.#builds[index];
    if (!build) throw new Error(`no build ${key(ref)}`);
    return (this.#builds[index] = { ...build, ...change });
  }

  #indexOf(ref: BuildRef): number {
    return this.#builds.findIndex((each) => key(each) === key(ref));
  }
}

function key({ job, number }: BuildRef): string {
  return `${job}#${number}`;
}

function canonical(parameters: Parameters): string {
  return JSON.stringify(Object.entries(parameters).sort());
}
