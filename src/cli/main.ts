import { ApiCaller, ApiProblem, Unreachable } from './api-caller.ts';
import { helpOf, overview, readCommandLine } from './command-line.ts';
import { AskedWrongly, EXIT, type Asked, type Command, type ExitCode } from './command.ts';
import { COMMANDS } from './commands.ts';

/** `npm run ark -- COMMAND`: operators' acts, from the coordinator's machine or another one. */
async function main([name = '', ...args]: readonly string[]): Promise<ExitCode> {
  if (['help', '--help', '-h'].includes(name)) return say(`${overview(COMMANDS)}\n`);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    process.stderr.write(`${name === '' ? '' : `${name}: no such command\n`}${overview(COMMANDS)}\n`);
    return EXIT.askedWrongly;
  }
  try {
    const asked = readCommandLine(command, args);
    if (asked.isOn('help')) return say(`${helpOf(name, command)}\n`);
    return await run(command, asked);
  } catch (error) {
    if (!(error instanceof AskedWrongly)) throw error;
    process.stderr.write(`${error.message}\n\n${helpOf(name, command)}\n`);
    return EXIT.askedWrongly;
  }
}

async function run(command: Command, asked: Asked): Promise<ExitCode> {
  const stopped = new AbortController();
  process.once('SIGINT', () => {
    // a second one ends at once
    stopped.abort(new Error('interrupted'));
  });
  const print = (text: string): void => void process.stdout.write(text);
  const note = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const api = ApiCaller.find(process.env);
    const answer = await command.run({ api, asked, print, note, signal: stopped.signal });
    if (asked.isOn('json')) print(`${JSON.stringify(answer.json, undefined, 2)}\n`);
    else if (answer.text !== '') print(`${answer.text}\n`);
    return answer.exit ?? EXIT.done;
  } catch (error) {
    if (error instanceof AskedWrongly) throw error;
    if (error instanceof ApiProblem && asked.isOn('json'))
      print(`${JSON.stringify(error.problem, undefined, 2)}\n`);
    else note(error instanceof Error ? error.message : String(error));
    return error instanceof Unreachable ? EXIT.unreachable : EXIT.failed;
  }
}

function say(text: string): ExitCode {
  process.stdout.write(text);
  return EXIT.done;
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
