import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A listening port with the variable that moves it. */
export interface PortSetting {
  readonly port: number;
  readonly variable: string;
}

export interface LauncherSettings {
  /** Folder of the project. */
  readonly root: string;
  /** Everything that is written lies below it. */
  readonly stateDir: string;
  /** Where nginx listens for pages and instances; everything else stays on loopback. */
  readonly pagesHost: string;
  readonly appsHost: string;
  readonly ports: Readonly<Record<'pages' | 'apps' | 'api' | 'instances' | 'redis' | 'jenkins', PortSetting>>;
  readonly pagesUrl: string;
  readonly appsUrl: string;
  readonly proxies: number;
  /** Client hosts to start; none with --no-demo. */
  readonly hosts: number;
  readonly hostPrefix: string;
  readonly bridge: string;
  /** The first three numbers of the hosts' /24. */
  readonly subnet: string;
  /** Deploy `hello` when it does not answer. */
  readonly demo: boolean;
  /** Handed to coordinator and proxies on top of our own variables, which win. */
  readonly environment: NodeJS.ProcessEnv;
}

const ROOT = resolve(import.meta.dirname, '../..');
const MAX_HOSTS = 8;
const HOST_PREFIX = 'demo-';

export const USAGE = `usage: npm start -- [--no-demo] [--hosts N]
  --no-demo   no client host and no demo instance
  --hosts N   client hosts demo-1 … demo-N, at most ${String(MAX_HOSTS)}; unless told, one, or all of earlier starts`;

/** Reads flags, environment, and which hosts there are. Throws an Error with one line for people when something cannot be used. */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): LauncherSettings {
  const flags = readFlags(args);
  const port = (variable: string, fallback: number): PortSetting => ({
    port: wholeNumber(env, variable, { fallback, min: 1, max: 65_535 }),
    variable,
  });
  const ports = {
    pages: port('ARK_PAGES_PORT', 3000),
    apps: port('ARK_APPS_PORT', 3001),
    api: port('ARK_API_PORT', 5050),
    instances: port('ARK_INSTANCES_PORT', 5051),
    redis: port('ARK_REDIS_PORT', 6390),
    jenkins: port('ARK_JENKINS_PORT', 8090),
  };
  const stateDir = resolve(ROOT, env['ARK_STATE_DIR'] ?? join(ROOT, '.ark'));
  return {
    root: ROOT,
    stateDir,
    pagesHost: env['ARK_PAGES_HOST'] ?? '127.0.0.1',
    appsHost: env['ARK_APPS_HOST'] ?? '127.0.0.1',
    ports,
    pagesUrl: env['ARK_PAGES_URL'] ?? `http://127.0.0.1:${String(ports.pages.port)}`,
    appsUrl: env['ARK_APPS_URL'] ?? `http://127.0.0.1:${String(ports.apps.port)}`,
    proxies: wholeNumber(env, 'ARK_PROXIES', { fallback: 2, min: 1, max: 32 }),
    hosts: flags.demo ? (flags.hosts ?? hostsOfEarlierStarts(stateDir)) : 0,
    hostPrefix: HOST_PREFIX,
    bridge: bridgeName(env['ARK_HOSTS_BRIDGE'] ?? 'arkbr0'),
    subnet: subnet(env['ARK_HOSTS_SUBNET'] ?? '100.64.20'),
    demo: flags.demo,
    environment: env,
  };
}

interface Flags {
  demo: boolean;
  hosts?: number;
}

function readFlags(args: readonly string[]): Flags {
  const flags: Flags = { demo: true };
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--no-demo') flags.demo = false;
    else if (word === '--hosts') flags.hosts = hostCount(rest.shift());
    else if (word.startsWith('--hosts=')) flags.hosts = hostCount(word.slice('--hosts='.length));
    else throw new Error(`Unknown argument ${word}\n${USAGE}`);
  }
  return flags;
}

/** The number of the last host that ever was, so that instances on it come back; at least one. */
function hostsOfEarlierStarts(stateDir: string): number {
  const folder = join(stateDir, 'hosts');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const numbers = names.map((name) =>
    name.startsWith(HOST_PREFIX) ? Number(name.slice(HOST_PREFIX.length)) : 0,
  );
  return Math.max(1, ...numbers.filter((number) => number <= MAX_HOSTS));
}

function hostCount(text: string | undefined): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MAX_HOSTS) return count;
  throw new Error(`--hosts takes a number from 1 to ${String(MAX_HOSTS)}`);
}

interface Range {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

function wholeNumber(env: NodeJS.ProcessEnv, name: string, { fallback, min, max }: Range): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${name} must be a whole number from ${String(min)} to ${String(max)}`);
}

function bridgeName(text: string): string {
  if (/^[a-z][a-z0-9-]{0,14}$/.test(text)) return text;
  throw new Error(
    'ARK_HOSTS_BRIDGE must be an interface name of at most 15 lowercase letters, digits and dashes',
  );
}

function subnet(text: string): string {
  if (/^\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(text)) return text;
  throw new Error('ARK_HOSTS_SUBNET must be the first three numbers of a /24, as 100.64.20');
}
