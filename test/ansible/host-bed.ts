import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { ClientHost } from '../../src/launcher/client-host.ts';
import { startFakeCoordinator, type FakeCoordinator } from '../jenkins/fake-coordinator.ts';
import { JobRun, type JobEnd, type JobOptions } from '../jenkins/job-run.ts';
import { startTestHosts, type TestHosts } from '../testbed/hosts.ts';
import { importTinyImage } from '../testbed/tiny-image.ts';
import { aClaim, IMAGE, type ClaimParts } from './claims.ts';
import { ansibleVenv } from './venv.ts';

export type Order = Omit<ClaimParts, 'host'>;

/** A client host, and jobs that run against it with a coordinator that grants and decides as told. */
export class HostBed {
  readonly host: ClientHost;
  readonly #hosts: TestHosts;
  readonly #venv: string;
  readonly #open: { coordinator: FakeCoordinator; job: JobRun }[] = [];

  private constructor(hosts: TestHosts, host: ClientHost, venv: string) {
    this.#hosts = hosts;
    this.host = host;
    this.#venv = venv;
  }

  static async open(): Promise<HostBed> {
    const signal = AbortSignal.timeout(60_000);
    const [hosts, venv] = await Promise.all([startTestHosts({ count: 1 }, signal), ansibleVenv()]);
    const [host] = hosts.hosts;
    if (host === undefined) throw new Error('no test host');
    await importTinyImage(host, IMAGE, 'a page');
    givePlugin(host);
    return new HostBed(hosts, host, venv);
  }

  get privateKeyPath(): string {
    return this.#hosts.privateKeyPath;
  }

  async close(): Promise<void> {
    await this.endJobs();
    await this.#hosts.close();
  }

  async endJobs(): Promise<void> {
    for (const { coordinator, job } of this.#open.splice(0)) {
      job.kill();
      job.dispose();
      await coordinator.close();
    }
  }

  /** A job whose claim is granted as ordered, and whose `ready` is decided as a switch unless a rule says otherwise. */
  async job(order: Order, options: Partial<JobOptions> = {}): Promise<{ coordinator: FakeCoordinator; job: JobRun }> {
    const coordinator = await startFakeCoordinator();
    const claim = aClaim({ host: this.host, ...order });
    coordinator.on('claim', () => ({ body: claim }));
    coordinator.on('ready', () => ({ body: { decision: 'switched', retire: [...(order.keep ?? [])] } }));
    coordinator.on('failed', () => ({ body: { decision: 'abandoned', reason: 'told so' } }));
    const job = new JobRun({ coordinator, sshKeyPath: this.#hosts.privateKeyPath, venv: this.#venv, ...options });
    this.#open.push({ coordinator, job });
    return { coordinator, job };
  }

  /** Runs a job to its end. */
  async deploy(order: Order, options: Partial<JobOptions> = {}): Promise<JobEnd & { coordinator: FakeCoordinator }> {
    const { coordinator, job } = await this.job(order, options);
    return { ...(await job.run()), coordinator };
  }

  /** Runs a shell command on the host as root; its output. */
  async shell(script: string): Promise<string> {
    return (await this.host.exec(['sh', '-c', script])).stdout.trim();
  }

  /** Names of the Compose projects of an instance that have a container; `running` leaves out stopped ones. */
  async projects(instanceId: string, running = false): Promise<string[]> {
    const format = '{{.Label "com.docker.compose.project"}}';
    const scope = running ? [] : ['--all'];
    const filter = `label=ark.instance=${instanceId}`;
    const lines = await this.host.docker(['ps', ...scope, '--filter', filter, '--format', format]);
    return [...new Set(lines.split('\n').filter(Boolean))].sort();
  }

  /** Status and body of a GET to a published port, or undefined when nothing answers. */
  async get(port: number, path = '/'): Promise<{ status: number; body: string } | undefined> {
    return new Promise((resolve) => {
      const call = request({ host: this.host.address, port, path, timeout: 3000 }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
      call.on('timeout', () => call.destroy());
      call.on('error', () => resolve(undefined));
      call.end();
    });
  }
}

export function anInstance(): string {
  return `acme-${randomBytes(4).toString('hex')}`;
}

/** With ARK_TEST_COMPOSE_PLUGIN (path of a Compose v2 binary) the same tests run with v2 instead of v1. */
function givePlugin(host: ClientHost): void {
  const plugin = process.env['ARK_TEST_COMPOSE_PLUGIN'];
  if (plugin === undefined) return;
  const folder = join(host.dir, 'home/ark/.docker/cli-plugins');
  mkdirSync(folder, { recursive: true });
  copyFileSync(plugin, join(folder, 'docker-compose'));
  chmodSync(join(folder, 'docker-compose'), 0o755);
}
