import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJenkinsfile } from '../../src/local-jenkins/jenkinsfile/parser.ts';
import type { Pipeline, Step } from '../../src/local-jenkins/jenkinsfile/pipeline.ts';
import type { FakeCoordinator } from './fake-coordinator.ts';

export const REPOSITORY = join(import.meta.dirname, '../..');

export interface JobOptions {
  readonly coordinator: FakeCoordinator;
  readonly job?: 'deploy' | 'destroy';
  readonly buildNumber?: number;
  readonly sshKeyPath?: string;
  readonly venv?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

export interface JobEnd {
  readonly result: 'SUCCESS' | 'FAILURE' | 'ABORTED';
  readonly log: string;
  readonly durationMs: number;
}

/** One build of a job of ours, its steps run one after another as Jenkins does. */
export class JobRun {
  readonly workspace = mkdtempSync(join(tmpdir(), 'ark-job-'));
  /** What ran, in order, and for how long. */
  readonly steps: { readonly script: string; readonly durationMs: number }[] = [];
  readonly #options: JobOptions;
  readonly #pipeline: Pipeline;
  #log = '';
  #aborted = false;
  #killed = false;
  #child: ChildProcess | undefined;

  constructor(options: JobOptions) {
    this.#options = options;
    const file = join(REPOSITORY, `jenkins/${options.job ?? 'deploy'}.Jenkinsfile`);
    this.#pipeline = parseJenkinsfile(readFileSync(file, 'utf8'));
    for (const part of ['jenkins', 'ansible'])
      symlinkSync(join(REPOSITORY, part), join(this.workspace, part));
    if (options.venv !== undefined) symlinkSync(options.venv, join(this.workspace, 'venv'));
  }

  get log(): string {
    return this.#log;
  }

  /** Runs stages, then post blocks, as Declarative orders them. */
  async run(): Promise<JobEnd> {
    const begun = Date.now();
    let good = true;
    for (const stage of this.#pipeline.stages) {
      good = good && !this.#aborted && (await this.#steps(stage.steps));
    }
    const result = this.#aborted ? 'ABORTED' : good ? 'SUCCESS' : 'FAILURE';
    const { post } = this.#pipeline;
    if (result !== 'SUCCESS') await this.#steps(post[result === 'ABORTED' ? 'aborted' : 'failure'] ?? []);
    await this.#steps(post.cleanup ?? []);
    return { result, log: this.#log, durationMs: Date.now() - begun };
  }

  /** As Jenkins' stop: the running step gets SIGTERM, then the post block for aborted runs. */
  abort(): void {
    this.#aborted = true;
    if (this.#child?.pid !== undefined) process.kill(-this.#child.pid, 'SIGTERM');
  }

  /** As Jenkins' kill: no post block runs and the step's processes stay; here they get SIGKILL on the agent. */
  kill(): void {
    this.#killed = true;
    if (this.#child?.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
  }

  /** Names of what a build put into its workspace and did not remove. */
  leftovers(): string[] {
    return readdirSync(this.workspace).filter((name) => !['jenkins', 'ansible', 'venv'].includes(name));
  }

  dispose(): void {
    rmSync(this.workspace, { recursive: true, force: true });
  }

  async #steps(steps: readonly Step[], bound: Readonly<Record<string, string>> = {}): Promise<boolean> {
    for (const step of steps) {
      if (this.#killed) return false;
      if (step.kind === 'with_credentials') {
        if (!(await this.#steps(step.steps, { ...bound, ...this.#bind(step) }))) return false;
      } else if (step.kind === 'sh' && (await this.#shell(step.script, bound)) !== 0) return false;
    }
    return true;
  }

  #bind(step: Extract<Step, { kind: 'with_credentials' }>): Record<string, string> {
    return Object.fromEntries(
      step.bindings.map((binding) =>
        binding.kind === 'sshUserPrivateKey'
          ? [binding.keyFileVariable, this.#options.sshKeyPath ?? '']
          : [binding.variable, this.#options.coordinator.key],
      ),
    );
  }

  async #shell(script: string, bound: Readonly<Record<string, string>>): Promise<number> {
    const begun = Date.now();
    const child = spawn('sh', ['-xe', '-c', script], {
      cwd: this.workspace,
      detached: true,
      env: { PATH: '/usr/bin:/bin', HOME: this.workspace, ...this.#environment(), ...bound },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (this.#log += data.toString()));
    const code = await new Promise<number>((resolve) =>
      child.once('close', (status) => resolve(status ?? 1)),
    );
    this.#child = undefined;
    this.steps.push({ script, durationMs: Date.now() - begun });
    return code;
  }

  #environment(): Record<string, string> {
    return {
      ...this.#pipeline.environment,
      ARK_HOME: this.workspace,
      ARK_CALLBACK_URL: this.#options.coordinator.url,
      WORKSPACE: this.workspace,
      JOB_NAME: `ark-${this.#options.job ?? 'deploy'}-instance`,
      BUILD_NUMBER: String(this.#options.buildNumber ?? 1),
      ...this.#options.parameters,
    };
  }
}
