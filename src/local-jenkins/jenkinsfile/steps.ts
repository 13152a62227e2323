import {
  asVariable,
  booleanArgument,
  checkArguments,
  mainText,
  requiredText,
  textArgument,
} from './call-arguments.ts';
import type { Call } from './calls.ts';
import { readCall } from './calls.ts';
import type { Binding, Step } from './pipeline.ts';
import { JenkinsfileError } from './pipeline.ts';
import type { TokenReader } from './token-reader.ts';
import { describe } from './token-reader.ts';

const MAX_DEPTH = 12;
const REASONS: Readonly<Record<string, string>> = {
  script: 'script blocks are not supported: put the logic into a script that sh calls',
  echo: "echo is not supported, write sh 'echo …'",
  parallel: 'parallel is not supported',
  node: 'scripted pipelines are not supported',
  def: 'variables and functions are not supported',
  if: 'Groovy statements are not supported',
  for: 'Groovy statements are not supported',
  try: 'Groovy statements are not supported',
};

/** The steps between two curly brackets; at least one, as in Declarative. */
export function readSteps(reader: TokenReader, depth = 0): Step[] {
  if (depth > MAX_DEPTH) reader.fail('nested too deeply');
  const start = reader.line;
  reader.expectMark('{');
  const steps: Step[] = [];
  for (;;) {
    reader.skipBreaks();
    if (reader.isMark('}')) break;
    steps.push(readStep(reader, depth));
    reader.expectStatementEnd();
  }
  reader.advance();
  if (steps.length === 0) reader.fail('this block has no steps', start);
  return steps;
}

function readStep(reader: TokenReader, depth: number): Step {
  const token = reader.token;
  if (token.kind !== 'word') return reader.fail(`expected a step but found ${describe(token)}`);
  const reason = Object.hasOwn(REASONS, token.text) ? REASONS[token.text] : undefined;
  if (reason !== undefined) return reader.fail(reason);
  const call = readCall(reader);
  switch (call.name) {
    case 'sh':
      return readSh(call);
    case 'archiveArtifacts':
      return readArchive(call);
    case 'withCredentials':
      return { ...readBindings(call), steps: readSteps(reader, depth + 1) };
    default:
      return reader.fail(`the step ${call.name} is not supported`, call.line);
  }
}

function readSh(call: Call): Step {
  checkArguments(call, ['script', 'label'], 1);
  textArgument(call, 'label');
  const script = mainText(call, 'script');
  if (script.startsWith('#!'))
    throw new JenkinsfileError(call.line, 'a script with its own #! line is not supported');
  return { kind: 'sh', line: call.line, script };
}

function readArchive(call: Call): Step {
  checkArguments(call, ['artifacts', 'allowEmptyArchive', 'fingerprint'], 1);
  booleanArgument(call, 'fingerprint');
  const patterns = mainText(call, 'artifacts')
    .split(',')
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '');
  if (patterns.length === 0) throw new JenkinsfileError(call.line, 'archiveArtifacts names no files');
  if (patterns.some((pattern) => pattern.startsWith('/') || pattern.split('/').includes('..'))) {
    throw new JenkinsfileError(call.line, 'archiveArtifacts may only name files inside the workspace');
  }
  const allowEmpty = booleanArgument(call, 'allowEmptyArchive') ?? false;
  return { kind: 'archive', line: call.line, patterns, allowEmpty };
}

function readBindings(call: Call): { kind: 'with_credentials'; line: number; bindings: Binding[] } {
  checkArguments(call, [], 1);
  const list = call.positional[0];
  if (list?.kind !== 'list' || list.items.length === 0) {
    throw new JenkinsfileError(call.line, 'withCredentials needs a list: withCredentials([string(…)]) { … }');
  }
  const bindings = list.items.map((item) => {
    if (item.kind === 'call') return readBinding(item.call);
    throw new JenkinsfileError(item.line, 'withCredentials may only list string, sshUserPrivateKey and file');
  });
  return { kind: 'with_credentials', line: call.line, bindings };
}

function readBinding(call: Call): Binding {
  const variable = (name: string): string => asVariable(requiredText(call, name), call.line);
  switch (call.name) {
    case 'string':
    case 'file':
      checkArguments(call, ['credentialsId', 'variable']);
      return {
        kind: call.name,
        credentialsId: requiredText(call, 'credentialsId'),
        variable: variable('variable'),
      };
    case 'sshUserPrivateKey':
      checkArguments(call, ['credentialsId', 'keyFileVariable', 'usernameVariable']);
      return {
        kind: 'sshUserPrivateKey',
        credentialsId: requiredText(call, 'credentialsId'),
        keyFileVariable: variable('keyFileVariable'),
        usernameVariable: call.named.has('usernameVariable') ? variable('usernameVariable') : undefined,
      };
    default:
      throw new JenkinsfileError(call.line, `credentials of the kind ${call.name} are not supported`);
  }
}
