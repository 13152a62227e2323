import { AppError } from '../../platform/errors.ts';
import { noMetrics } from '../../platform/metrics.ts';
import type { Secret } from '../../platform/secret.ts';
import type {
  Build,
  BuildRef,
  BuildServer,
  Found,
  JobName,
  Lane,
  LogMark,
  LogPiece,
  QueueId,
  QueueItem,
  SearchedOrder,
  StartRight,
  StopStep,
  TriggerOutcome,
  WholeLog,
} from '../build-server.ts';
import { isGone, isRedirect, NoAnswer, redirectPath, type Answer } from './answer.ts';
import { readAnswer, toFault, toUnavailable } from './answer-faults.ts';
import { BUILD_TREE, readBuildFields } from './build-reading.ts';
import { findBuild, namesUs, readPageFields, type BuildPage } from './build-search.ts';
import { JenkinsTransport, type Call, type TransportOptions } from './jenkins-transport.ts';
import { buildPath, isBelowBuild, jobPath } from './job-path.ts';
import { flagOf, textOf } from './json-reading.ts';
import { LogTail } from './log-tail.ts';
import { stripLog } from './log-text.ts';
import { ITEM_TREE, QUEUE_TREE, readItemFields, readQueueOf } from './queue-reading.ts';
import { readTrigger, readTriggerFailure } from './trigger-reading.ts';

export interface JenkinsOptions {
  /** `http(s)://host[:port][/path]`, without credentials. */
  readonly baseUrl: string;
  readonly user: string;
  /** An API token: passwords would need crumbs. */
  readonly token: Secret;
  readonly deadlineMs?: number;
  readonly triggerDeadlineMs?: number;
  readonly wholeLogDeadlineMs?: number;
  readonly bodyLimitBytes?: number;
  /** How much of a growing log is taken at once. */
  readonly logPieceBytes?: number;
  readonly lanes?: TransportOptions['lanes'];
  readonly metrics?: TransportOptions['metrics'];
}

const DEFAULTS = {
  deadlineMs: 10_000,
  triggerDeadlineMs: 30_000,
  wholeLogDeadlineMs: 60_000,
  bodyLimitBytes: 8 * 1024 * 1024,
  logPieceBytes: 512 * 1024,
  lanes: { work: { atOnce: 4, waiting: 200 }, watch: { atOnce: 2, waiting: 10 } },
  metrics: noMetrics,
};

type AskedCall = Omit<Call, 'method'> & { readonly method?: Call['method'] };

/** BuildServer over the remote API of Jenkins; docs/jenkins-client.md has each call and answer. */
export class JenkinsBuildServer implements BuildServer {
  readonly #options: Required<JenkinsOptions>;
  readonly #transport: JenkinsTransport;

  constructor(options: JenkinsOptions) {
    this.#options = { ...DEFAULTS, ...options };
    this.#transport = new JenkinsTransport(this.#options);
  }

  close(): void {
    this.#transport.close();
  }

  async trigger(
    job: JobName,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<TriggerOutcome> {
    const call: Call = {
      what: 'trigger a build',
      method: 'POST',
      path: `${jobPath(job)}/buildWithParameters`,
      // A bare number would be milliseconds; left out, the quiet period of the job applies.
      query: { delay: '0sec' },
      form: parameters,
      deadlineMs: this.#options.triggerDeadlineMs,
      signal,
    };
    try {
      return readTrigger(await this.#transport.exchange(call), job);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return readTriggerFailure(error);
    }
  }

  async find({ job, deploymentId, sinceMs }: SearchedOrder, signal: AbortSignal): Promise<Found> {
    const { user } = this.#options;
    // The queue first: an item that starts between the two readings is among the builds.
    const queue = await this.#ask({
      what: 'list the queue',
      path: '/queue/api/json',
      query: { tree: QUEUE_TREE },
      signal,
    });
    const item = readAnswer(queue, 'list the queue', (fields) => readQueueOf(job, fields)).find(
      (each) => each.parameters['DEPLOYMENT_ID'] === deploymentId && namesUs(each.causes, user),
    );
    const readPage = (range: string): Promise<BuildPage> => this.#readBuildPage(job, range, signal);
    const build = await findBuild(readPage, { deploymentId, sinceMs, user });
    if (build) return { kind: 'build', build };
    return item ? { kind: 'queued', queueId: item.queueId } : { kind: 'none' };
  }

  async readQueueItem(id: QueueId, deploymentId: string, signal: AbortSignal): Promise<QueueItem> {
    const path = `/queue/item/${encodeURIComponent(id)}/api/json`;
    const answer = await this.#ask({ what: 'show a queue item', path, query: { tree: ITEM_TREE }, signal });
    if (isGone(answer)) return { kind: 'gone' };
    return readAnswer(answer, 'show a queue item', (fields) => readItemFields(fields, deploymentId));
  }

  async readBuild(ref: BuildRef, signal: AbortSignal, lane: Lane = 'work'): Promise<Build | undefined> {
    const path = `${buildPath(ref)}/api/json`;
    const answer = await this.#ask({ what: 'show a build', path, query: { tree: BUILD_TREE }, lane, signal });
    if (isGone(answer)) return undefined;
    return readAnswer(answer, 'show a build', (fields) => readBuildFields(fields, ref.job, this.#addressOf));
  }

  async showsJob(job: JobName, signal: AbortSignal): Promise<boolean> {
    const what = 'show a job';
    const path = `${jobPath(job)}/api/json`;
    const answer = await this.#ask({ what, path, query: { tree: 'name' }, signal });
    if (isGone(answer)) return false;
    return readAnswer(answer, what, (fields) => textOf(fields['name'], 'name') !== '');
  }

  /** Starts nothing. Throws as the calls of BuildServer. */
  async startRight(job: JobName, signal: AbortSignal): Promise<StartRight> {
    const what = 'look whether we may build';
    const answer = await this.#ask({
      what,
      path: `${jobPath(job)}/buildWithParameters`,
      lane: 'watch',
      signal,
    });
    // Jenkins looks at the right before it looks at the method, so that a GET tells and starts nothing.
    if (answer.status === 405) return 'granted';
    if (answer.status === 403) return 'denied';
    if (isGone(answer)) return 'hidden';
    throw toFault(answer, what);
  }

  async cancelQueueItem(id: QueueId, deploymentId: string, signal: AbortSignal): Promise<boolean> {
    const before = await this.readQueueItem(id, deploymentId, signal);
    if (before.kind !== 'waiting') return before.kind === 'cancelled';
    const what = 'cancel a queue item';
    const answer = await this.#ask({
      what,
      method: 'POST',
      path: '/queue/cancelItem',
      query: { id },
      signal,
    });
    if (answer.status === 204) return true;
    // 500 for one that just left and for one that was just cancelled; 302 before 2.222: only reading tells.
    if (answer.status !== 500 && !isRedirect(answer) && !isGone(answer)) throw toFault(answer, what);
    const after = await this.readQueueItem(id, deploymentId, signal);
    if (after.kind === 'waiting') throw toFault(answer, what);
    return after.kind === 'cancelled';
  }

  async stopBuild(ref: BuildRef, step: StopStep, signal: AbortSignal): Promise<void> {
    const what = `${step} a build`;
    const answer = await this.#ask({ what, method: 'POST', path: `${buildPath(ref)}/${step}`, signal });
    if (isGone(answer) || this.#leadsBack(answer, ref)) return;
    throw toFault(answer, what);
  }

  async readLog(
    ref: BuildRef,
    mark: LogMark | undefined,
    signal: AbortSignal,
  ): Promise<LogPiece | undefined> {
    const tail = new LogTail(mark);
    const what = 'follow a log';
    const answer = await this.#askLog({
      ...{ what, path: `${buildPath(ref)}/logText/progressiveText`, query: { start: tail.start }, signal },
      keep: { bytes: this.#options.logPieceBytes, end: 'head' },
    });
    return answer && tail.take(answer);
  }

  async fetchLog(ref: BuildRef, limitBytes: number, signal: AbortSignal): Promise<WholeLog | undefined> {
    const answer = await this.#askLog({
      ...{ what: 'show a log', path: `${buildPath(ref)}/consoleText`, signal },
      ...{ keep: { bytes: limitBytes, end: 'tail' }, deadlineMs: this.#options.wholeLogDeadlineMs },
    });
    return answer && { text: stripLog(answer.text), isCut: answer.isCut };
  }

  async #askLog(call: AskedCall): Promise<Answer | undefined> {
    const answer = await this.#ask({ ...call, lane: 'watch' });
    if (isGone(answer)) return undefined;
    const isText = answer.headers['content-type']?.startsWith('text/plain') ?? false;
    if (answer.status !== 200 || !isText) throw toFault(answer, call.what);
    return answer;
  }

  async check(signal: AbortSignal): Promise<{ version: string; user: string }> {
    const what = 'tell who we are';
    const answer = await this.#ask({ what, path: '/whoAmI/api/json', lane: 'watch', signal });
    const [user, anonymous] = readAnswer(answer, what, (fields) => [
      textOf(fields['name'], 'name'),
      flagOf(fields['anonymous'], 'anonymous'),
    ]);
    const version = answer.headers['x-jenkins'];
    if (typeof version !== 'string') throw toFault(answer, what);
    // An anonymous caller is "authenticated" too, under the name anonymous.
    if (anonymous) throw new AppError('build_server_refused', 'Jenkins takes us for anonymous');
    return { version, user };
  }

  async #readBuildPage(job: JobName, range: string, signal: AbortSignal): Promise<BuildPage> {
    const query = { tree: `allBuilds[${BUILD_TREE}]${range}` };
    const answer = await this.#ask({ what: 'list builds', path: `${jobPath(job)}/api/json`, query, signal });
    if (isGone(answer)) return [];
    return readAnswer(answer, 'list builds', (fields) => readPageFields(fields, job, this.#addressOf));
  }

  async #ask(call: AskedCall): Promise<Answer> {
    try {
      return await this.#transport.exchange({ method: 'GET', ...call });
    } catch (error) {
      throw toUnavailable(error, call.what);
    }
  }

  readonly #addressOf = (ref: BuildRef): string => `${this.#transport.baseUrl}${buildPath(ref)}/`;

  /** 302 to the build or to our referer: heard, which proves nothing. To any other page: a sign-in page. */
  #leadsBack(answer: Answer, ref: BuildRef): boolean {
    if (!isRedirect(answer)) return false;
    const base = new URL(this.#transport.baseUrl).pathname.replace(/\/$/, '');
    const path = redirectPath(answer);
    return path === `${base}/` || (path.startsWith(base) && isBelowBuild(path.slice(base.length), ref));
  }
}
