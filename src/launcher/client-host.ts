import { readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { pollUntil, sleep } from '../platform/polling.ts';
import { attempt, run, type CommandOptions, type CommandResult } from './command.ts';
import { HOST_USER, layHostFiles } from './host-files.ts';
import { removeHostGroup, stopHostLeftovers } from './host-leftovers.ts';
import type { HostNetwork } from './host-network.ts';
import { spawnOwned, type OwnedProcess } from './owned-process.ts';

const READY_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 18_000;
const SOCKET_PATH_LIMIT = 107;

export interface ClientHostOptions {
  /** Host id and host name, `[a-z0-9-]`. */
  readonly name: string;
  /** An address of the network's /24. */
  readonly address: string;
  readonly network: HostNetwork;
  /** Folder of all hosts; this one lives in `<stateDir>/<name>` and finds its key and containers there again. */
  readonly stateDir: string;
  /** Public key line that may log in as `ark`. */
  readonly authorizedKey: string;
  readonly insecureRegistries?: readonly string[];
}

/**
 * Starts a client host: a machine of its own in namespaces, with its address, sshd on port 22, Docker engine and
 * private /home, /opt, /run, /tmp. Resolves when both answer. Leftovers of a killed run are ended first. Throws
 * with the tail of the logs when it does not come up in 30 s.
 */
export async function startClientHost(options: ClientHostOptions, signal: AbortSignal): Promise<ClientHost> {
  const dir = join(options.stateDir, options.name);
  const group = `${options.network.bridge}-${options.name}`;
  await stopHostLeftovers({ dir, group, signal });
  const hostKey = await layHostFiles(dir, {
    name: options.name,
    address: options.address,
    gateway: options.network.gateway,
    authorizedKey: options.authorizedKey,
    insecureRegistries: options.insecureRegistries ?? [],
    signal,
  });
  const init = spawnOwned({
    argv: initArgv(dir, group, options),
    logPath: join(dir, 'init.log'),
    deathSignal: 'KILL',
  });
  const host = new ClientHost(options, { dir, group, hostKey, init });
  try {
    await options.network.attach(options.name, await host.initPid(signal), signal);
    await host.waitUntilReady(signal);
    return host;
  } catch (error) {
    await host.kill();
    throw error;
  }
}

function initArgv(dir: string, group: string, { name, address, network }: ClientHostOptions): string[] {
  const script = join(import.meta.dirname, 'client-host.sh');
  const namespaces = ['--mount', '--uts', '--net', '--pid', '--fork', '--kill-child'];
  const words = [dir, name, address, network.gateway, String(network.prefixLength), group];
  return ['unshare', ...namespaces, '--', '/bin/bash', script, ...words];
}

interface ClientHostParts {
  readonly dir: string;
  readonly group: string;
  readonly hostKey: string;
  readonly init: OwnedProcess;
}

/** A running client host; made by startClientHost. */
export class ClientHost {
  readonly id: string;
  readonly address: string;
  readonly user = HOST_USER;
  /** `ssh-ed25519 AAAA…`, as it is pinned at registration. */
  readonly hostKey: string;
  /** Folder of its state on the machine. */
  readonly dir: string;
  readonly #parts: ClientHostParts;

  constructor({ name, address }: ClientHostOptions, parts: ClientHostParts) {
    this.id = name;
    this.address = address;
    this.hostKey = parts.hostKey;
    this.dir = parts.dir;
    this.#parts = parts;
  }

  /** The engine's socket as the machine sees it, short enough for a socket address wherever the project lies. */
  get dockerSocket(): string {
    const path = join(this.dir, 'run', 'docker.sock');
    return path.length <= SOCKET_PATH_LIMIT
      ? path
      : `/proc/${String(this.#recordedPid() ?? 0)}/root/run/docker.sock`;
  }

  /** How the host ended, once it has. */
  get ended(): Promise<string> {
    return this.#parts.init.ended;
  }

  /** Runs a command inside the host as root. Throws unless it exits with 0. */
  async exec(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return run(this.#inside(argv), options);
  }

  /** `docker …` against this host's engine; its output without the last line break. */
  async docker(args: readonly string[], options: CommandOptions = {}): Promise<string> {
    const result = await this.exec(['docker', '-H', 'unix:///run/docker.sock', ...args], options);
    return result.stdout.trimEnd();
  }

  /** Ends the Docker engine as a restart of the service does (TERM) or as a crash (KILL); resolves when the next one answers. */
  async restartEngine(signal: AbortSignal, by: 'TERM' | 'KILL' = 'TERM'): Promise<void> {
    const before = this.#enginePid();
    await this.exec(['kill', `-${by}`, before], { signal });
    await this.waitUntilReady(signal, before);
  }

  /** Resolves when engine (other than the one with number `not`) and sshd answer. */
  async waitUntilReady(signal: AbortSignal, not = ''): Promise<void> {
    let missing = '';
    const check = async (): Promise<true | undefined> => {
      if (this.#parts.init.hasEnded()) throw new Error(`Client host ${this.id} ended: ${this.#logTail()}`);
      missing = (await this.#engineAnswers(signal, not)) ? 'sshd' : 'the engine';
      return missing === 'sshd' && (await speaksSsh(this.address)) ? true : undefined;
    };
    const ready = await pollUntil(check, { everyMs: 100, timeoutMs: READY_TIMEOUT_MS, signal });
    if (ready !== undefined) return;
    throw new Error(`Client host ${this.id} is not ready, ${missing} does not answer: ${this.#logTail()}`);
  }

  /** The number of its first process, as the machine sees it. */
  async initPid(signal: AbortSignal): Promise<number> {
    const check = async (): Promise<number | undefined> => {
      if (this.#parts.init.hasEnded()) throw new Error(`Client host ${this.id} ended: ${this.#logTail()}`);
      return Promise.resolve(this.#recordedPid());
    };
    const pid = await pollUntil(check, { everyMs: 20, timeoutMs: 5000, signal });
    if (pid === undefined) throw new Error(`Client host ${this.id} does not start: ${this.#logTail()}`);
    return pid;
  }

  /** Stops containers, engine and sshd in order and keeps the state for the next start. Repeatable. */
  async close(): Promise<void> {
    const pid = this.#recordedPid();
    if (pid !== undefined && !this.#parts.init.hasEnded()) {
      try {
        process.kill(pid, 'SIGTERM'); // to the first process itself: `unshare` before it would not pass it on
      } catch {
        // already gone
      }
      const grace = new AbortController();
      await Promise.race([this.#parts.init.ended, sleep(STOP_GRACE_MS, grace.signal).catch(() => undefined)]);
      grace.abort();
    }
    await this.kill();
  }

  /** Pulls the plug: every process of the host is gone at once, its state stays. Repeatable. */
  async kill(): Promise<void> {
    await this.#parts.init.stop(0);
    await stopHostLeftovers({ dir: this.dir, group: this.#parts.group, signal: AbortSignal.timeout(10_000) });
    await removeHostGroup(this.#parts.group);
  }

  /** Pulls the plug and removes the state. */
  async destroy(): Promise<void> {
    await this.kill();
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }

  async #engineAnswers(signal: AbortSignal, not: string): Promise<boolean> {
    const pid = this.#enginePid();
    if (pid === '' || pid === not) return false;
    const ping = ['docker', '-H', 'unix:///run/docker.sock', 'version', '--format', '{{.Server.Version}}'];
    return (await attempt(this.#inside(ping), { signal, timeoutMs: 5000 })).code === 0;
  }

  #inside(argv: readonly string[]): string[] {
    const target = String(this.#recordedPid() ?? 0);
    return ['nsenter', '--target', target, '--mount', '--uts', '--net', '--pid', '--', ...argv];
  }

  #recordedPid(): number | undefined {
    const pid = Number(readText(join(this.dir, 'init.pid')));
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  }

  /** As the host sees it. */
  #enginePid(): string {
    return readText(join(this.dir, 'run', 'docker.pid')).trim();
  }

  #logTail(): string {
    const tail = (name: string): string =>
      readText(join(this.dir, name)).trim().split('\n').slice(-3).join(' | ');
    return ['init.log', 'sshd.log', 'dockerd.log'].map(tail).filter(Boolean).join(' || ');
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** True when port 22 greets as SSH does, within a second. */
async function speaksSsh(address: string): Promise<boolean> {
  const socket = connect({ host: address, port: 22 });
  try {
    return await new Promise<boolean>((resolve) => {
      socket.setTimeout(1000, () => resolve(false));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
      socket.once('data', (greeting) => resolve(greeting.toString('latin1').startsWith('SSH-')));
    });
  } finally {
    socket.destroy();
  }
}
