import type { Step } from '../jenkinsfile/pipeline.ts';
import type { CredentialStore } from '../store/credential-store.ts';
import { archiveFiles } from './archive.ts';
import { bindCredentials } from './bound-credentials.ts';
import type { BuildControl } from './build-control.ts';
import type { BuildLog } from './build-log.ts';
import type { Masker } from './masker.ts';
import { runShellStep } from './shell-step.ts';

export interface StepContext {
  readonly workspace: string;
  readonly temporary: string;
  readonly archive: string;
  readonly timestamps: boolean;
  readonly log: BuildLog;
  readonly masker: Masker;
  readonly credentials: CredentialStore;
  readonly control: BuildControl;
  readonly onArchived: (paths: readonly string[]) => void;
}

/** A step failed: the text is for the log. */
export class StepFailedError extends Error {}

/** The build was stopped or its time was over. */
export class StoppedError extends Error {}

/** The build was killed: nothing more of it runs. */
export class KilledError extends Error {}

/** Runs steps one after the other. Throws StepFailedError, StoppedError or KilledError at the first that does not end well. */
export async function runSteps(
  steps: readonly Step[],
  environment: Readonly<Record<string, string>>,
  context: StepContext,
): Promise<void> {
  for (const step of steps) {
    throwIfEnded(context.control);
    await runStep(step, environment, context);
  }
}

function throwIfEnded({ killed, interruption }: BuildControl): void {
  if (killed.aborted) throw new KilledError();
  if (interruption !== undefined) throw new StoppedError();
}

async function runStep(
  step: Step,
  environment: Readonly<Record<string, string>>,
  context: StepContext,
): Promise<void> {
  switch (step.kind) {
    case 'sh':
      return runShell(step.script, environment, context);
    case 'archive':
      return runArchive(step, context);
    case 'with_credentials':
      return runWithCredentials(step, environment, context);
    default:
      return step satisfies never;
  }
}

async function runShell(
  script: string,
  environment: Readonly<Record<string, string>>,
  { workspace, temporary, timestamps, log, control }: StepContext,
): Promise<void> {
  log.line('[Pipeline] sh');
  const onLine = (line: string): void =>
    log.line(timestamps ? `[${new Date().toISOString()}] ${line}` : line);
  const options = {
    script,
    workspace,
    temporary,
    environment,
    onLine,
    stop: control.stop,
    leave: control.killed,
  };
  const end = await runShellStep(options);
  if (end.kind === 'left') throw new KilledError();
  throwIfEnded(control);
  if (end.code !== 0) throw new StepFailedError(`script returned exit code ${end.code}`);
}

function runArchive(step: Extract<Step, { kind: 'archive' }>, context: StepContext): void {
  context.log.line('[Pipeline] archiveArtifacts');
  context.log.line('Archiving artifacts');
  const paths = archiveFiles(context.workspace, step.patterns, context.archive);
  context.onArchived(paths);
  if (paths.length === 0 && !step.allowEmpty) {
    const names = step.patterns.join(', ');
    throw new StepFailedError(
      `No artifacts found that match the file pattern "${names}". Configuration error?`,
    );
  }
}

async function runWithCredentials(
  step: Extract<Step, { kind: 'with_credentials' }>,
  environment: Readonly<Record<string, string>>,
  context: StepContext,
): Promise<void> {
  const { log, masker, credentials, temporary } = context;
  log.line('[Pipeline] withCredentials');
  const bound = bindCredentials(step.bindings, credentials, temporary);
  const unmask = masker.add(bound.secrets);
  try {
    const names = step.bindings.map(
      (b) => `$${b.kind === 'sshUserPrivateKey' ? b.keyFileVariable : b.variable}`,
    );
    log.line(`Masking supported pattern matches of ${names.join(' or ')}`);
    log.line('[Pipeline] {');
    await runSteps(step.steps, { ...environment, ...bound.variables }, context);
  } finally {
    log.line('[Pipeline] }');
    log.line('[Pipeline] // withCredentials');
    unmask();
    bound.release();
  }
}
