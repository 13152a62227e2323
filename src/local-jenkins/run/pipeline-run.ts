import type { Pipeline, PostBlocks, PostCondition, Stage } from '../jenkinsfile/pipeline.ts';
import { POST_CONDITIONS } from '../jenkinsfile/pipeline.ts';
import type { BuildResult } from '../model/build.ts';
import { describeInterruption } from '../model/causes.ts';
import { CredentialMissingError } from './bound-credentials.ts';
import type { StepContext } from './step-runner.ts';
import { KilledError, StepFailedError, StoppedError, runSteps } from './step-runner.ts';

export interface PipelineRunOptions {
  readonly pipeline: Pipeline;
  readonly environment: Readonly<Record<string, string>>;
  readonly context: StepContext;
  /** Told as soon as it is known, while post blocks still run: Jenkins shows it then too. */
  readonly onResult: (result: BuildResult) => void;
}

export interface PipelineEnd {
  readonly result: BuildResult;
  /** What stands at the end of the log. */
  readonly reason: string | undefined;
}

type Environment = Readonly<Record<string, string>>;

/** One walk through the stages and the post blocks of a pipeline. */
export class PipelineRun {
  readonly #pipeline: Pipeline;
  readonly #environment: Environment;
  readonly #context: StepContext;
  readonly #onResult: (result: BuildResult) => void;
  #result: BuildResult = 'SUCCESS';
  #reason: string | undefined;

  constructor({ pipeline, environment, context, onResult }: PipelineRunOptions) {
    this.#pipeline = pipeline;
    this.#environment = { ...environment, ...pipeline.environment };
    this.#context = context;
    this.#onResult = onResult;
  }

  /** Resolves with how it ended; throws KilledError when the build was killed. */
  async run(): Promise<PipelineEnd> {
    for (const stage of this.#pipeline.stages) await this.#runStage(stage);
    this.#context.control.beginPost();
    if (Object.keys(this.#pipeline.post).length > 0) {
      const environment = { ...this.#environment, STAGE_NAME: 'Declarative: Post Actions' };
      await this.#inStage('Declarative: Post Actions', () => this.#runPost(this.#pipeline.post, environment));
    }
    return { result: this.#result, reason: this.#reason };
  }

  async #runStage(stage: Stage): Promise<void> {
    const { log, control } = this.#context;
    const environment = { ...this.#environment, STAGE_NAME: stage.name };
    await this.#inStage(stage.name, async () => {
      if (this.#result !== 'SUCCESS') {
        log.line(`Stage "${stage.name}" skipped due to earlier failure(s)`);
        return;
      }
      await this.#guard(() => runSteps(stage.steps, environment, this.#context));
      if (Object.keys(stage.post).length === 0) return;
      control.beginPost();
      log.line('Post stage');
      await this.#runPost(stage.post, environment);
    });
  }

  async #inStage(name: string, run: () => Promise<void>): Promise<void> {
    const { log } = this.#context;
    log.line('[Pipeline] stage');
    log.line(`[Pipeline] { (${name})`);
    await run();
    log.line('[Pipeline] }');
    log.line('[Pipeline] // stage');
  }

  /** The order is Declarative's: always, then the one that fits the result, then cleanup. */
  async #runPost(post: PostBlocks, environment: Environment): Promise<void> {
    for (const condition of POST_CONDITIONS) {
      const steps = post[condition];
      // the result is read anew: a failing always block makes failure run
      if (steps === undefined || !fits(condition, this.#result)) continue;
      const failed = await this.#guard(() => runSteps(steps, environment, this.#context));
      if (failed) this.#context.log.line(`Error when executing ${condition} post condition`);
      this.#context.control.beginPost();
    }
  }

  /** Turns what ended the steps into the result. True when they did not end well. */
  async #guard(run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      return false;
    } catch (error) {
      if (error instanceof KilledError) throw error;
      this.#take(error);
      return true;
    }
  }

  #take(error: unknown): void {
    const interruption = this.#context.control.interruption;
    if (error instanceof StoppedError && interruption !== undefined) {
      this.#setResult(
        'ABORTED',
        interruption.kind === 'timeout' ? describeInterruption(interruption) : undefined,
      );
    } else if (error instanceof StepFailedError || error instanceof CredentialMissingError) {
      this.#setResult('FAILURE', `ERROR: ${error.message}`);
    } else {
      this.#setResult('FAILURE', `ERROR: ${error instanceof Error ? error.message : 'the step failed'}`);
    }
  }

  /** A result only gets worse, and the first reason stays. */
  #setResult(result: BuildResult, reason: string | undefined): void {
    if (this.#result === 'ABORTED') return;
    if (this.#result === 'FAILURE' && result === 'FAILURE') return;
    this.#result = result;
    this.#reason ??= reason;
    this.#onResult(result);
  }
}

function fits(condition: PostCondition, result: BuildResult): boolean {
  switch (condition) {
    case 'always':
    case 'cleanup':
      return true;
    case 'aborted':
      return result === 'ABORTED';
    case 'failure':
      return result === 'FAILURE';
    case 'success':
      return result === 'SUCCESS';
    default:
      return condition satisfies never;
  }
}
