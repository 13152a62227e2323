import { asVariable } from './call-arguments.ts';
import { readCall } from './calls.ts';
import { NO_OPTIONS, withOption } from './options.ts';
import { readParameter } from './parameters.ts';
import type {
  ParameterDefinition,
  Pipeline,
  PipelineOptions,
  PostBlocks,
  PostCondition,
  Stage,
  Step,
} from './pipeline.ts';
import { JenkinsfileError, POST_CONDITIONS } from './pipeline.ts';
import { readSteps } from './steps.ts';
import { TokenReader, describe } from './token-reader.ts';
import { tokenise } from './tokens.ts';

/** Longer files are refused before they are read. */
const MAX_LENGTH = 256 * 1024;
const UNSUPPORTED = new Set([
  'when',
  'parallel',
  'matrix',
  'input',
  'tools',
  'triggers',
  'libraries',
  'failFast',
  'script',
  'node',
  'def',
]);

/**
 * Reads a Jenkinsfile of the strict declarative subset (docs/local-jenkins.md).
 * Throws JenkinsfileError with the line and the reason for anything else; never hangs, whatever the text.
 */
export function parseJenkinsfile(text: string): Pipeline {
  if (text.length > MAX_LENGTH) throw new JenkinsfileError(1, 'this file is longer than 256 KiB');
  const reader = new TokenReader(tokenise(text));
  reader.skipBreaks();
  if (reader.token.kind !== 'word' || reader.token.text !== 'pipeline') {
    reader.fail(`expected pipeline { … } but found ${describe(reader.token)}`);
  }
  const line = reader.line;
  reader.advance();
  const pipeline = readPipeline(reader, line);
  reader.skipBreaks();
  if (reader.token.kind !== 'end')
    reader.fail(`only one pipeline { … } may stand here, found ${describe(reader.token)}`);
  return pipeline;
}

function readPipeline(reader: TokenReader, line: number): Pipeline {
  const found: Draft = {};
  readSections(reader, (name) => {
    if (name === 'agent') found.agent = readAgent(reader);
    else if (name === 'options') found.options = readOptions(reader);
    else if (name === 'parameters') found.parameters = readParameters(reader);
    else if (name === 'environment') found.environment = readEnvironment(reader);
    else if (name === 'stages') found.stages = readStages(reader);
    else if (name === 'post') found.post = readPost(reader);
    else return false;
    return true;
  });
  const { agent, options = NO_OPTIONS, parameters = [], environment = {}, stages, post = {} } = found;
  if (agent === undefined) throw new JenkinsfileError(line, 'the pipeline needs agent any');
  if (stages === undefined) throw new JenkinsfileError(line, 'the pipeline needs stages { … }');
  return { options, parameters, environment, stages, post };
}

/** What was read of a pipeline so far. */
interface Draft {
  agent?: 'any';
  options?: PipelineOptions;
  parameters?: ParameterDefinition[];
  environment?: Record<string, string>;
  stages?: Stage[];
  post?: PostBlocks;
}

/** Reads `{ name … }`; `read` takes what stands behind each name, or returns false for a name that it does not know. */
function readSections(reader: TokenReader, read: (name: string) => boolean): void {
  const seen = new Set<string>();
  reader.skipBreaks();
  reader.expectMark('{');
  for (;;) {
    reader.skipBreaks();
    if (reader.isMark('}')) break;
    const line = reader.line;
    const name = reader.expectWord('the name of a section');
    if (seen.has(name)) reader.fail(`${name} is given twice`, line);
    seen.add(name);
    if (UNSUPPORTED.has(name) || !read(name)) reader.fail(`${name} is not supported here`, line);
    reader.expectStatementEnd();
  }
  reader.advance();
}

function readAgent(reader: TokenReader): 'any' {
  if (reader.token.kind !== 'word' || reader.token.text !== 'any') reader.fail('only agent any is supported');
  reader.advance();
  return 'any';
}

/** The statements of a block, each read by `read`; an empty block is an error in Declarative. */
function readBlock<T>(reader: TokenReader, what: string, read: () => T): T[] {
  const start = reader.line;
  const found: T[] = [];
  reader.expectMark('{');
  for (;;) {
    reader.skipBreaks();
    if (reader.isMark('}')) break;
    found.push(read());
    reader.expectStatementEnd();
  }
  reader.advance();
  if (found.length === 0) reader.fail(`${what} is empty`, start);
  return found;
}

function readOptions(reader: TokenReader): PipelineOptions {
  return readBlock(reader, 'options', () => readCall(reader)).reduce(withOption, NO_OPTIONS);
}

function readParameters(reader: TokenReader): ParameterDefinition[] {
  const seen = new Set<string>();
  return readBlock(reader, 'parameters', () => {
    const line = reader.line;
    const parameter = readParameter(readCall(reader));
    if (seen.has(parameter.name)) reader.fail(`the parameter ${parameter.name} is declared twice`, line);
    seen.add(parameter.name);
    return parameter;
  });
}

function readEnvironment(reader: TokenReader): Record<string, string> {
  const entries = readBlock(reader, 'environment', (): [string, string] => {
    const name = asVariable(reader.expectWord('a variable'), reader.line);
    reader.expectMark('=');
    const token = reader.token;
    if (token.kind !== 'string') return reader.fail(`${name} must be a single-quoted string`);
    reader.advance();
    return [name, token.value];
  });
  return Object.fromEntries(entries);
}

function readStages(reader: TokenReader): Stage[] {
  const seen = new Set<string>();
  return readBlock(reader, 'stages', () => {
    const call = readCall(reader);
    const name = call.positional[0];
    if (
      call.name !== 'stage' ||
      name?.kind !== 'string' ||
      call.positional.length > 1 ||
      call.named.size > 0
    ) {
      return reader.fail("expected stage('…') { … }", call.line);
    }
    if (seen.has(name.value)) reader.fail(`the stage ${name.value} is declared twice`, call.line);
    seen.add(name.value);
    return readStage(reader, name.value, call.line);
  });
}

function readStage(reader: TokenReader, name: string, line: number): Stage {
  let steps: Step[] | undefined;
  let post: PostBlocks = {};
  readSections(reader, (section) => {
    if (section === 'steps') steps = readSteps(reader);
    else if (section === 'post') post = readPost(reader);
    else return false;
    return true;
  });
  if (steps === undefined) throw new JenkinsfileError(line, `the stage ${name} needs steps { … }`);
  return { name, steps, post };
}

function readPost(reader: TokenReader): PostBlocks {
  const start = reader.line;
  const post: Partial<Record<PostCondition, Step[]>> = {};
  readSections(reader, (name) => {
    const condition = POST_CONDITIONS.find((known) => known === name);
    if (condition === undefined) return false;
    post[condition] = readSteps(reader);
    return true;
  });
  if (Object.keys(post).length === 0) reader.fail('post is empty', start);
  return post;
}
