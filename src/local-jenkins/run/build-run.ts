import { mkdirSync, rmSync } from 'node:fs';
import type { Job } from '../store/job-store.ts';
import type { BuildRecord } from '../model/build.ts';
import { describeCause } from '../model/causes.ts';
import type { BuildStore } from '../store/build-store.ts';
import type { CredentialStore } from '../store/credential-store.ts';
import { BuildControl } from './build-control.ts';
import { buildEnvironment } from './build-environment.ts';
import { BuildLog } from './build-log.ts';
import { Masker } from './masker.ts';
import type { PipelineEnd } from './pipeline-run.ts';
import { PipelineRun } from './pipeline-run.ts';
import { signalCookie } from './process-marks.ts';
import { KilledError } from './step-runner.ts';

export interface BuildRunOptions {
  readonly build: BuildRecord;
  readonly job: Job;
  readonly builds: BuildStore;
  readonly credentials: CredentialStore;
  readonly home: string;
  readonly rootUrl: string;
  readonly workspace: string;
  readonly executor: number;
  readonly inherited: Readonly<Record<string, string>>;
}

/** Ends a build whose Jenkinsfile asks for no timeout. */
const LONGEST_BUILD_MS = 24 * 3_600_000;
const LONGEST_POST_STEP_MS = 10 * 60_000;

/** One running build: owns its log, workspace, timer and processes. */
export class BuildRun {
  readonly build: BuildRecord;
  readonly control: BuildControl;
  readonly #options: BuildRunOptions;
  readonly #log: BuildLog;
  readonly #masker = new Masker();
  #timer: NodeJS.Timeout | undefined;
  /** Set when the server ends: then the processes of a killed build do not stay behind. */
  #isClosing = false;

  constructor(options: BuildRunOptions) {
    this.#options = options;
    this.build = options.build;
    this.#log = new BuildLog(options.builds.logOf(options.build), this.#masker);
    this.control = new BuildControl((interruption) => {
      this.build.interruptions.push(interruption);
      options.builds.save(this.build);
    });
  }

  /** Ends when the build is over and recorded; never rejects. */
  async run(): Promise<void> {
    const { build, builds } = this.#options;
    const { result, reason } = await this.#runPipeline().catch(toEnd);
    clearTimeout(this.#timer);
    if (reason !== undefined) this.#log.line(reason);
    this.#log.finish(`Finished: ${result}`);
    build.result = result;
    build.duration = Math.max(1, Date.now() - build.timestamp);
    build.building = false;
    build.left_processes = this.control.killed.aborted && !this.#isClosing;
    builds.save(build);
  }

  /** Jenkins' stop: the running step is ended, post blocks run. */
  stop(userId: string): void {
    if (this.control.interruption === undefined) this.#log.line(`Aborted by ${userId}`);
    this.control.interrupt({ kind: 'user', user_id: userId });
  }

  /** Jenkins' term and kill: the build ends at once without post blocks, its processes go on (observed). */
  kill(userId: string, line: string): void {
    if (this.control.killed.aborted) return;
    this.#log.line(line);
    this.#log.mute();
    this.control.kill({ kind: 'user', user_id: userId });
  }

  /** The server ends: as kill, but the processes end too. */
  close(): void {
    this.#isClosing = true;
    const interruption = { kind: 'user', user_id: 'SYSTEM' } as const;
    // the interrupt reaches the running step's group even where no environment can be read
    this.control.interrupt(interruption);
    this.control.kill(interruption);
    signalCookie(this.build.cookie, 'SIGTERM');
  }

  async #runPipeline(): Promise<PipelineEnd> {
    const { job, workspace } = this.#options;
    const log = this.#log;
    for (const cause of this.build.causes) log.line(describeCause(cause));
    if (job.pipeline === undefined) return this.#refuse(job);
    const temporary = `${workspace}@tmp`;
    mkdirSync(workspace, { recursive: true, mode: 0o700 });
    mkdirSync(temporary, { recursive: true, mode: 0o700 });
    log.line('[Pipeline] Start of Pipeline');
    log.line('[Pipeline] node');
    log.line(`Running on Ark's local job server (this is not Jenkins) in ${workspace}`);
    log.line('[Pipeline] {');
    try {
      return await this.#runInside(temporary);
    } finally {
      log.line('[Pipeline] }');
      log.line('[Pipeline] // node');
      log.line('[Pipeline] End of Pipeline');
      this.#cleanUp(temporary);
    }
  }

  #refuse(job: Job): PipelineEnd {
    this.#log.line('org.codehaus.groovy.control.MultipleCompilationErrorsException: startup failed:');
    const reason = `WorkflowScript: ${job.fault?.line ?? 1}: ${job.fault?.reason ?? 'unreadable'}`;
    return { result: 'FAILURE', reason };
  }

  async #runInside(temporary: string): Promise<PipelineEnd> {
    const { build, job, builds, credentials, rootUrl, home, workspace, executor, inherited } = this.#options;
    const pipeline = job.pipeline;
    if (pipeline === undefined) return this.#refuse(job);
    this.#startTimer(pipeline.options.timeoutMs);
    const run = new PipelineRun({
      pipeline,
      environment: buildEnvironment({ build, rootUrl, home, workspace, temporary, executor, inherited }),
      onResult: (result) => {
        build.result = result;
        builds.save(build);
      },
      context: {
        workspace,
        temporary,
        credentials,
        archive: builds.archiveOf(build),
        timestamps: pipeline.options.timestamps,
        log: this.#log,
        masker: this.#masker,
        control: this.control,
        onArchived: (paths) => {
          build.artifacts = [...new Set([...build.artifacts, ...paths])];
        },
      },
    });
    return run.run();
  }

  #startTimer(timeoutMs: number | undefined): void {
    if (timeoutMs !== undefined) this.#log.line(`Timeout set to expire in ${describeDuration(timeoutMs)}`);
    this.#armTimer(Math.min(timeoutMs ?? LONGEST_BUILD_MS, LONGEST_BUILD_MS));
  }

  /** Once the time was over, each post step has a limit too: no build goes on for ever. */
  #armTimer(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#log.line('Cancelling nested steps due to timeout');
      this.control.interrupt({ kind: 'timeout' });
      this.#armTimer(LONGEST_POST_STEP_MS);
    }, ms);
  }

  /** Background processes of a finished build end with it; those of a killed one stay, as on a real Jenkins. */
  #cleanUp(temporary: string): void {
    if (this.control.killed.aborted && !this.#isClosing) return;
    signalCookie(this.build.cookie, 'SIGTERM');
    rmSync(this.#options.workspace, { recursive: true, force: true });
    rmSync(temporary, { recursive: true, force: true });
  }
}

function toEnd(error: unknown): PipelineEnd {
  if (error instanceof KilledError) return { result: 'ABORTED', reason: undefined };
  return {
    result: 'FAILURE',
    reason: `ERROR: ${error instanceof Error ? error.message : 'the build failed'}`,
  };
}

function describeDuration(ms: number): string {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} hr`;
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} sec`;
}
