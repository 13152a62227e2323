import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseJenkinsfile } from './jenkinsfile/parser.ts';
import type { BuildRecord } from './model/build.ts';
import type { QueueItem, QueueOrder } from './model/queue.ts';
import { Queue } from './model/queue.ts';
import { BuildRun } from './run/build-run.ts';
import { signalCookie } from './run/process-marks.ts';
import { recoverFromCrash } from './run/crash-recovery.ts';
import { BuildStore } from './store/build-store.ts';
import { CredentialStore } from './store/credential-store.ts';
import type { Job } from './store/job-store.ts';
import { JobStore } from './store/job-store.ts';
import { loadQueue, saveQueue } from './store/queue-file.ts';

export interface JobServerOptions {
  readonly home: string;
  readonly rootUrl: string;
  readonly executors: number;
  readonly inherited: Readonly<Record<string, string>>;
  readonly clock?: () => number;
  readonly warn: (line: string) => void;
}

const TICK_MS = 20;
const SAVE_MS = 60_000;
/** Processes that a killed build left behind are ended after this time. */
const ORPHAN_MS = 600_000;
const CLOSE_GRACE_MS = 3000;

/** Jobs, queue and running builds together: everything of a Jenkins but its HTTP. */
export class JobServer {
  readonly jobs: JobStore;
  readonly builds: BuildStore;
  readonly queue: Queue;
  readonly clock: () => number;
  readonly #options: JobServerOptions;
  readonly #credentials: CredentialStore;
  readonly #running = new Map<string, BuildRun>();
  readonly #ended = new Set<Promise<void>>();
  readonly #orphans = new Map<string, NodeJS.Timeout>();
  #ticker: NodeJS.Timeout | undefined;
  #saver: NodeJS.Timeout | undefined;
  #isClosing = false;

  constructor(options: JobServerOptions) {
    const { home } = options;
    for (const folder of ['jobs', 'builds', 'credentials']) {
      mkdirSync(join(home, folder), { recursive: true, mode: 0o700 });
    }
    this.#options = options;
    this.clock = options.clock ?? Date.now;
    this.jobs = new JobStore(join(home, 'jobs'), (job, fault) =>
      options.warn(`${job}.Jenkinsfile: ${fault.message}`),
    );
    this.builds = new BuildStore(join(home, 'builds'));
    this.#credentials = new CredentialStore(join(home, 'credentials'));
    const saved = loadQueue(this.#queueFile);
    this.queue = new Queue(
      {
        clock: this.clock,
        hasFreeExecutor: () => this.#running.size < options.executors && !this.#isClosing,
        start: (item) => this.#start(item),
      },
      saved.next_id,
    );
    this.queue.restore(saved.items);
  }

  /** Ends what a crash left behind, then lets the queue move. */
  start(): void {
    recoverFromCrash(this.builds, join(this.#options.home, 'workspace'), this.clock());
    this.#ticker = setInterval(() => this.queue.advance(), TICK_MS);
    this.#saver = setInterval(() => this.#save(), SAVE_MS);
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** Puts an order into the queue and moves it at once if it is due. */
  order(order: QueueOrder): { item: QueueItem; isNew: boolean } {
    const added = this.queue.add(order);
    this.queue.advance();
    return added;
  }

  running(build: BuildRecord): BuildRun | undefined {
    return this.#running.get(keyOf(build));
  }

  /** Stops everything: running builds end as ABORTED, their processes and those of killed builds too. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#ticker);
    clearInterval(this.#saver);
    this.#save();
    const cookies = [...this.#orphans.keys(), ...[...this.#running.values()].map((run) => run.build.cookie)];
    for (const timer of this.#orphans.values()) clearTimeout(timer);
    for (const run of this.#running.values()) run.close();
    for (const cookie of cookies) signalCookie(cookie, 'SIGTERM');
    await Promise.all([...this.#ended]);
    const endAt = Date.now() + CLOSE_GRACE_MS;
    // a group that shrugs off SIGTERM is asked again, then killed
    while (cookies.some((cookie) => signalCookie(cookie, 'SIGTERM') > 0) && Date.now() < endAt)
      await delay(100);
    for (const cookie of cookies) signalCookie(cookie, 'SIGKILL');
  }

  #start(item: QueueItem): number | undefined {
    const job = this.#jobOf(item);
    if (job === undefined) return undefined;
    const { home, rootUrl, inherited } = this.#options;
    const order = { job: item.job, queueId: item.id, parameters: item.parameters, causes: item.causes };
    const build = this.builds.create(order, job.jenkinsfile, Date.now());
    const run = new BuildRun({
      build,
      job,
      builds: this.builds,
      credentials: this.#credentials,
      home,
      rootUrl,
      workspace: join(home, 'workspace', `${item.job}@${build.number}`),
      executor: this.#running.size,
      inherited,
    });
    this.#running.set(keyOf(build), run);
    const ended = run.run().finally(() => this.#finish(run, job, ended));
    this.#ended.add(ended);
    return build.number;
  }

  #finish(run: BuildRun, job: Job, ended: Promise<void>): void {
    this.#running.delete(keyOf(run.build));
    this.#ended.delete(ended);
    if (run.control.killed.aborted && !this.#isClosing) this.#watchOrphans(run.build.cookie);
    const keep = job.pipeline?.options.buildsToKeep;
    if (keep !== undefined) this.builds.discard(job.name, keep);
  }

  #watchOrphans(cookie: string): void {
    const timer = setTimeout(() => {
      this.#orphans.delete(cookie);
      signalCookie(cookie, 'SIGKILL');
    }, ORPHAN_MS);
    this.#orphans.set(cookie, timer);
  }

  /** A Replay runs the script of the build that it repeats. */
  #jobOf(item: QueueItem): Job | undefined {
    const job = this.jobs.find(item.job);
    if (job === undefined || item.jenkinsfile === undefined) return job;
    try {
      return { ...job, jenkinsfile: item.jenkinsfile, pipeline: parseJenkinsfile(item.jenkinsfile) };
    } catch {
      // the subset has changed since that build: the build fails with the job's own fault
      return { ...job, pipeline: undefined };
    }
  }

  get #queueFile(): string {
    return join(this.#options.home, 'queue.json');
  }

  #save(): void {
    saveQueue(this.#queueFile, { next_id: this.queue.nextId, items: this.queue.waiting() });
  }
}

function keyOf({ job, number }: BuildRecord): string {
  return `${job}#${number}`;
}
