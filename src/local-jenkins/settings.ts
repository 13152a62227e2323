import { resolve } from 'node:path';

/** How this server was started; read once from the environment in main.ts. */
export interface Settings {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly home: string;
  /** Where links in JSON point; undefined means the own address. May carry a path: the context path. */
  readonly rootUrl: string | undefined;
  readonly executors: number;
  readonly quietPeriodMs: number;
  readonly faults: boolean;
  /** What builds see of the environment of this process. */
  readonly inherited: Readonly<Record<string, string>>;
}

/** Nothing else reaches a build: the environment may hold secrets of whoever started this server. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TERM'];

/** Reads the settings. Throws an Error with one clear line for anything that it cannot use. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  if (env['NODE_ENV'] === 'production') {
    throw new Error('the local Jenkins is for laptops and tests: it does not run with NODE_ENV=production');
  }
  const home = env['LOCAL_JENKINS_HOME'];
  if (home === undefined || home === '') throw new Error('LOCAL_JENKINS_HOME is not set');
  return {
    host: env['LOCAL_JENKINS_HOST'] ?? '127.0.0.1',
    port: wholeNumber(env, 'LOCAL_JENKINS_PORT', { fallback: 0, min: 0, max: 65_535 }),
    home: resolve(home),
    rootUrl: readRootUrl(env['LOCAL_JENKINS_ROOT_URL']),
    executors: wholeNumber(env, 'LOCAL_JENKINS_EXECUTORS', { fallback: 8, min: 1, max: 64 }),
    quietPeriodMs: wholeNumber(env, 'LOCAL_JENKINS_QUIET_MS', { fallback: 5000, min: 0, max: 600_000 }),
    faults: env['LOCAL_JENKINS_FAULTS'] === '1',
    inherited: Object.fromEntries(
      PASSED_ON.flatMap((name) => {
        const value = env[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
}

interface Range {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

function wholeNumber(env: Readonly<Record<string, string | undefined>>, name: string, range: Range): number {
  const text = env[name];
  if (text === undefined || text === '') return range.fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= range.min && value <= range.max) return value;
  throw new Error(`${name} must be a whole number from ${range.min} to ${range.max}`);
}

function readRootUrl(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new Error('LOCAL_JENKINS_ROOT_URL is no http address');
  return text.endsWith('/') ? text : `${text}/`;
}
