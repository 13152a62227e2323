import { parseArgs } from 'node:util';
import { AskedWrongly, type Asked, type Command, type Option } from './command.ts';

/** Every command has these. */
export const COMMON: Readonly<Record<string, Option>> = {
  json: { about: 'print JSON, for programs' },
  help: { about: 'show this', short: 'h' },
};

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** Reads the words after the command's name. Throws AskedWrongly with words. */
export function readCommandLine(command: Command, args: readonly string[]): Asked {
  const { values, positionals } = parse(command, args);
  const asked = toAsked(command, values, positionals);
  if (asked.isOn('help')) return asked;
  const { words = [], options = {} } = command;
  const missing = words.filter(({ optional }, at) => !optional && positionals[at] === undefined);
  if (missing.length > 0) throw new AskedWrongly(`${missing.map(({ name }) => name).join(' and ')} missing`);
  if (positionals.length > words.length) {
    throw new AskedWrongly(`${String(positionals[words.length])}: one word too many`);
  }
  const needed = Object.entries(options).filter(([name, { needed }]) => needed && !asked.text(name));
  if (needed.length > 0)
    throw new AskedWrongly(`${needed.map(([name]) => `--${name}`).join(' and ')} missing`);
  command.check?.(asked);
  return asked;
}

function parse({ options = {} }: Command, args: readonly string[]) {
  const all = Object.entries({ ...COMMON, ...options }).map(([name, { value, short, multiple }]) => [
    name,
    {
      type: value === undefined ? ('boolean' as const) : ('string' as const),
      ...(short !== undefined && { short }),
      ...(multiple && { multiple }),
    },
  ]);
  try {
    return parseArgs({
      args: [...args],
      options: Object.fromEntries(all) as NonNullable<Parameters<typeof parseArgs>[0]>['options'] & object,
      allowPositionals: true,
    });
  } catch (error) {
    throw new AskedWrongly(error instanceof Error ? wordsOf(error) : String(error));
  }
}

/** Node goes on about words that begin with a dash, which no command has. */
function wordsOf({ message }: Error): string {
  return message.replace(/\. To specify a positional .*$/s, '');
}

function toAsked({ words = [] }: Command, values: Values, positionals: readonly string[]): Asked {
  const texts = (option: string): string[] =>
    [values[option] ?? []].flat().filter((value) => typeof value === 'string');
  return {
    word: (name) => positionals[words.findIndex((word) => word.name === name)],
    text: (option) => texts(option)[0],
    texts,
    isOn: (option) => values[option] === true,
  };
}

/** One line for each command. */
export function overview(commands: Readonly<Record<string, Command>>): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const);
  return [
    'usage: npm run ark -- COMMAND [--help]',
    '',
    ...columns(rows),
    '',
    'It acts on the installation of ARK_PAGES_URL with ARK_ADMIN_TOKEN (or ARK_ADMIN_TOKEN_FILE), else on the',
    'running `npm start`. Exit codes: 0 done · 1 refused or failed · 2 asked wrongly · 3 timed out · 4 nobody answers',
  ].join('\n');
}

/** All about one command. */
export function helpOf(name: string, command: Command): string {
  const { summary, description, words = [], options = {} } = command;
  const usage = words.map((word) => (word.optional ? `[${word.name}]` : word.name));
  const needed = Object.entries(options).filter(([, option]) => option.needed);
  const flags = needed.map(([option, { value }]) => `--${option} ${value ?? ''}`.trim());
  const rows = Object.entries({ ...options, ...COMMON }).map(([option, spec]) => [
    optionText(option, spec),
    spec.about,
  ]);
  return [
    ['usage: npm run ark --', name, ...usage, ...flags, '[OPTIONS]'].join(' '),
    '',
    summary + (description === undefined ? '' : `\n${description}`),
    '',
    ...columns(words.map((word) => [word.name, word.about])),
    ...columns(rows),
  ].join('\n');
}

function optionText(name: string, { short, value }: Option): string {
  return [short === undefined ? '' : `-${short}, `, `--${name}`, value === undefined ? '' : ` ${value}`].join(
    '',
  );
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([first = '']) => first.length), 0);
  return rows.map(([first = '', second = '']) => `  ${first.padEnd(width)}  ${second}`);
}
