import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { attempt } from '../../src/launcher/command.ts';
import { hostGroups } from '../../src/launcher/host-leftovers.ts';
import { spawnOwned, type OwnedProcess } from '../../src/launcher/owned-process.ts';
import { freePorts } from './free-ports.ts';
import { until } from './until.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PORTS = ['PAGES', 'APPS', 'API', 'INSTANCES', 'REDIS', 'JENKINS'];
const FIRST_NET = 100;
const NETS = 100;

/** `.ark/run.json`. */
export interface RunFile {
  readonly pid: number;
  readonly pages_url: string;
  readonly apps_url: string;
  readonly sign_in_url: string;
  readonly api_token: string;
  readonly redis_url: string;
  readonly jenkins: { readonly url: string; readonly user: string; readonly token: string };
  readonly instance: { readonly id: string; readonly url: string };
  readonly hosts: readonly { readonly id: string; readonly address: string }[];
}

/** What `npm start` needs to run beside others: ports, state folder, bridge and subnet of its own. */
export class Installation {
  readonly stateDir = mkdtempSync(join(tmpdir(), 'ark-start-'));
  /** Of a prefix that other tests sweep when its owner died. */
  readonly bridge: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #starts: OwnedProcess[] = [];

  private constructor(net: string, ports: readonly number[]) {
    this.bridge = `arkt${net}`;
    const given = Object.entries(process.env).filter(([name]) => !/^(?:ARK_|NODE_ENV$|JEST_)/.test(name));
    this.#env = {
      ...Object.fromEntries(given),
      ...Object.fromEntries(PORTS.map((name, at) => [`ARK_${name}_PORT`, String(ports[at])])),
      ARK_STATE_DIR: this.stateDir,
      ARK_HOSTS_BRIDGE: this.bridge,
      ARK_HOSTS_SUBNET: `100.64.${net}`,
    };
  }

  static async make(): Promise<Installation> {
    const { stdout } = await attempt(['ip', '-o', 'link']);
    const first = Math.floor(Math.random() * NETS);
    const nets = Array.from({ length: NETS }, (_, at) => String(FIRST_NET + ((first + at) % NETS)));
    const net = nets.find((one) => !stdout.includes(`arkt${one}:`)) ?? String(FIRST_NET);
    return new Installation(net, await freePorts(PORTS.length));
  }

  /** `npm start`; ends with us at the latest. What it says is in `said`. */
  start(name: string, ...args: string[]): OwnedProcess {
    const logPath = this.#logPath(name);
    const started = spawnOwned({ argv: ['npm', 'start', '--', ...args], cwd: ROOT, env: this.#env, logPath });
    this.#starts.push(started);
    return started;
  }

  said(name: string): string {
    return existsSync(this.#logPath(name)) ? readFileSync(this.#logPath(name), 'utf8') : '';
  }

  get runFilePath(): string {
    return join(this.stateDir, 'run.json');
  }

  /** The run file of a start that is not `before`'s, as soon as it is there. Throws when that start ends first. */
  async untilUp(name: string, started: OwnedProcess, before?: RunFile): Promise<RunFile> {
    const read = async (): Promise<RunFile | undefined> => {
      if (started.hasEnded()) throw new Error(`npm start ended:\n${this.said(name)}`);
      if (!existsSync(this.runFilePath)) return undefined;
      const found = JSON.parse(readFileSync(this.runFilePath, 'utf8')) as RunFile;
      return found.pid === before?.pid ? undefined : found;
    };
    const found = await until(read, (file) => file !== undefined);
    if (found === undefined) throw new Error('no run file');
    return found;
  }

  /** On the coordinator's own port: nginx keeps it from the public. */
  get readyUrl(): string {
    return `http://127.0.0.1:${String(this.port('API'))}/readyz`;
  }

  /** A part listens there, or would: PAGES, APPS, API, INSTANCES, REDIS, JENKINS. */
  port(part: string): number {
    return Number(this.#env[`ARK_${part}_PORT`]);
  }

  /** The number of a part's process, as the launcher noted it. */
  pidOf(part: string): number {
    const text = readFileSync(join(this.stateDir, 'processes.json'), 'utf8');
    const { entries } = JSON.parse(text) as { entries: { name: string; pid: number }[] };
    return entries.find(({ name }) => name === part)?.pid ?? -1;
  }

  /** Command lines of all processes of it, those of the parts and whoever started them. */
  processes(): readonly string[] {
    return processesThatName(this.stateDir);
  }

  /** Whatever is left on this machine of it: processes, mounts, bridge, control groups. */
  async leftovers(): Promise<readonly string[]> {
    const { stdout } = await attempt(['ip', '-o', 'link']);
    return [
      ...this.processes(),
      ...readFileSync('/proc/self/mountinfo', 'utf8')
        .split('\n')
        .filter((line) => line.includes(this.stateDir)),
      ...stdout.split('\n').filter((line) => line.includes(`${this.bridge}:`)),
      ...hostGroups(new RegExp(`^${this.bridge}-`)),
    ];
  }

  async remove(): Promise<void> {
    for (const started of this.#starts) await started.stop(60_000);
    rmSync(this.stateDir, { recursive: true, force: true, maxRetries: 5 });
  }

  #logPath(name: string): string {
    return join(this.stateDir, `${name}.log`);
  }
}

/** Command lines of processes that name this folder, work in it, or were told of it. */
function processesThatName(folder: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ');
      const isIts =
        words.includes(folder) ||
        readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) ||
        readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
      return isIts ? [`${pid} ${words}`] : [];
    } catch {
      return []; // gone meanwhile, or a thread of the kernel
    }
  });
}
