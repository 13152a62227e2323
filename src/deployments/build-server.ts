import type { Brand } from '../platform/brand.ts';

/** Full name of a job, folders separated by `/`. */
export type JobName = string;

/** Jenkins' queue ids are 63-bit: always text, never a number. */
export type QueueId = Brand<string, 'QueueId'>;

export interface BuildRef {
  readonly job: JobName;
  readonly number: number;
}

export interface BuildCause {
  /** Class name, such as `hudson.model.Cause$UserIdCause`. */
  readonly kind: string;
  readonly text: string;
  readonly user_id?: string;
  /** Number of the build of the same job that this one repeats (Rebuild, Replay, Restart). */
  readonly repeats?: number;
}

export interface Build extends BuildRef {
  /** Jenkins' own start time, epoch milliseconds: with job and number it names one build for good. */
  readonly timestamp: number;
  readonly running: boolean;
  /** Counts only when `running` is false. */
  readonly result?: 'SUCCESS' | 'FAILURE' | 'UNSTABLE' | 'ABORTED' | 'NOT_BUILT';
  readonly parameters: Readonly<Record<string, string>>;
  readonly causes: readonly BuildCause[];
  /** Who interrupted it, where Jenkins tells. */
  readonly interrupted_by?: string;
  /** Address for people, from the configured base address. */
  readonly url: string;
}

export type TriggerOutcome =
  /** 201 or 303: it is in the queue. */
  | { readonly kind: 'queued'; readonly queueId: QueueId }
  /** Refused for good; `detail` says why in words that may be shown. */
  | { readonly kind: 'refused'; readonly detail: string }
  /** Certainly not accepted (boot page, refused connection before a byte was sent): safe to repeat. */
  | { readonly kind: 'unavailable'; readonly detail: string }
  /**
   * Perhaps accepted: search before any second trigger. `whenNotFound` says what an empty search means:
   * `repeat` (the answer got lost on the way) or `refuse` (an answer of 500 is nearly always bad input, and a
   * second POST would fail alike; one search is enough).
   */
  | { readonly kind: 'ambiguous'; readonly detail: string; readonly whenNotFound: 'repeat' | 'refuse' };

export type QueueItem =
  | { readonly kind: 'waiting'; readonly why: string; readonly stuck: boolean }
  | { readonly kind: 'started'; readonly number: number }
  /** Left the queue without a build so far: legal for some seconds. */
  | { readonly kind: 'left' }
  | { readonly kind: 'cancelled' }
  /** Unknown, expired (5 minutes), or now another item's id. */
  | { readonly kind: 'gone' };

export type Found =
  | { readonly kind: 'queued'; readonly queueId: QueueId }
  | { readonly kind: 'build'; readonly build: Build }
  | { readonly kind: 'none' };

/** Whether our account may start builds of a job; `hidden`: there is no such job, or we may not see it. */
export type StartRight = 'granted' | 'denied' | 'hidden';

/** What a search is for: an order of ours, by the id that it carries. */
export interface SearchedOrder {
  readonly job: JobName;
  readonly deploymentId: string;
  /** Builds that started before are not looked at; epoch milliseconds. */
  readonly sinceMs: number;
}

/** Where the reading of a growing log goes on: made by the adapter, opaque to everybody else. */
export type LogMark = Brand<string, 'LogMark'>;

export interface LogPiece {
  /** Whole lines, each with its LF, without notes, ANSI codes and CR; perhaps none. */
  readonly text: string;
  readonly mark: LogMark;
  /** More is there already: read on at once. */
  readonly hasMore: boolean;
  /** This is not the log that the mark was made in: what was read before does not belong to it. */
  readonly isAnother: boolean;
}

export interface WholeLog {
  /** Without notes, ANSI codes and CR. */
  readonly text: string;
  /** It is longer than the limit: its beginning is missing. */
  readonly isCut: boolean;
}

/**
 * `work` carries what deployments wait for: orders, claims, the tracker. `watch` carries what people look at: logs
 * and health. Whoever fills the one takes no turn from the other.
 */
export type Lane = 'work' | 'watch';

export type StopStep = 'stop' | 'term' | 'kill';

/**
 * The build server as the coordinator needs it. Every call throws `build_server_unavailable` when the server
 * cannot be reached or answers what no Jenkins answers, `build_server_refused` when it refuses us (rights).
 * All calls end by a deadline of their own, and when `signal` is aborted: then they reject with its reason.
 */
export interface BuildServer {
  /**
   * One POST, never repeated here. Never throws for what the server answers: the outcome says it. The same
   * parameters twice while the first is still queued are one item with one id. An abort after the POST left
   * rejects like everywhere, and is as ambiguous as a lost answer.
   */
  trigger(
    job: JobName,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<TriggerOutcome>;
  /**
   * Looks for DEPLOYMENT_ID in the queue, then in the builds that started after `sinceMs` (a few minutes of
   * clock difference are allowed for). Only what our own account started counts, and the first of several:
   * rebuilds by other people carry the same id. Repeatable. None also when the job is not shown.
   */
  find(order: SearchedOrder, signal: AbortSignal): Promise<Found>;
  /** The item, if it still carries this DEPLOYMENT_ID; ids are reused after a crash. */
  readQueueItem(id: QueueId, deploymentId: string, signal: AbortSignal): Promise<QueueItem>;
  /** Undefined when there is no such build (any more), or when our account may not read its job: see `showsJob`. */
  readBuild(ref: BuildRef, signal: AbortSignal, lane?: Lane): Promise<Build | undefined>;
  /** Whether the job itself is shown: Jenkins answers 404 for what is gone and for what we may not read alike. */
  showsJob(job: JobName, signal: AbortSignal): Promise<boolean>;
  /**
   * True when the item will not start; false when it already left the queue, is unknown, or is not this
   * deployment's: ids are reused after a crash, and nobody else's item may be cancelled. Repeatable.
   */
  cancelQueueItem(id: QueueId, deploymentId: string, signal: AbortSignal): Promise<boolean>;
  /** Asks only; the build has ended when `readBuild` says so. Repeatable. */
  stopBuild(ref: BuildRef, step: StopStep, signal: AbortSignal): Promise<void>;
  /**
   * What a log has grown by since `mark`; without a mark from its beginning. Best effort while a build runs: Jenkins
   * may leave lines out, which `fetchLog` has. Undefined when gone.
   */
  readLog(ref: BuildRef, mark: LogMark | undefined, signal: AbortSignal): Promise<LogPiece | undefined>;
  /** The log as far as it is written; of a longer one the last `limitBytes`. Undefined when gone. */
  fetchLog(ref: BuildRef, limitBytes: number, signal: AbortSignal): Promise<WholeLog | undefined>;
  /** Throws as above when it is not up and ours; returns its version and who we are there. */
  check(signal: AbortSignal): Promise<{ readonly version: string; readonly user: string }>;
}

/** Jenkins compares user names without regard to case. */
export function isUser(cause: BuildCause, user: string): boolean {
  return cause.user_id?.toLowerCase() === user.toLowerCase();
}
