import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientHost } from '../../src/launcher/client-host.ts';
import { run } from '../../src/launcher/command.ts';
import { pollUntil } from '../../src/platform/polling.ts';
import { startTestHosts, type TestHosts } from '../testbed/hosts.ts';
import { importBaseImage } from './base-image.ts';
import { findTools } from './compose-tool.ts';

const ROOT = join(import.meta.dirname, '../..');
const BASE = 'ark-test-base';
/** As the engine's machine sees the folder; its /tmp is one of its own. */
const FOLDER = '/tmp/stack';

export const SERVICES = ['coordinator', 'proxy-1', 'proxy-2', 'redis', 'nginx'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** The production stack on a Docker engine of its own. */
export class Stack {
  readonly host: ClientHost;
  /** The machine's address on the engine's network: what containers reach outside. */
  readonly gateway: string;
  readonly adminToken: string;
  readonly #hosts: TestHosts;
  readonly #compose: readonly string[];

  private constructor(
    hosts: TestHosts,
    host: ClientHost,
    { folder, tool }: { folder: string; tool: readonly string[] },
  ) {
    this.#hosts = hosts;
    this.host = host;
    this.gateway = hosts.network.gateway;
    this.#compose = tool;
    this.adminToken = readFileSync(join(folder, 'secrets/ark_admin_token'), 'utf8').trim();
  }

  /** Builds the images and brings everything up; resolves when all is healthy. `jenkinsPort` is one of the gateway. */
  static async start(jenkinsPort: number, signal: AbortSignal): Promise<Stack> {
    const hosts = await startTestHosts({ count: 1 }, signal);
    try {
      const [host] = hosts.hosts;
      if (host === undefined) throw new Error('no test host');
      const laid = await layFolder(host, `http://${hosts.network.gateway}:${String(jenkinsPort)}`, signal);
      const stack = new Stack(hosts, host, laid);
      await importBaseImage(host, BASE, signal);
      await buildImages(host, signal);
      await stack.compose(['up', '-d', '--no-build'], signal);
      await stack.waitUntilHealthy(signal);
      return stack;
    } catch (error) {
      await hosts.close();
      throw error;
    }
  }

  /** A Compose command on the stack; its output. */
  async compose(args: readonly string[], signal: AbortSignal): Promise<string> {
    const where = ['--project-directory', FOLDER, '--file', `${FOLDER}/compose.yaml`];
    const { stdout } = await this.host.exec([...this.#compose, ...where, ...args], {
      signal,
      timeoutMs: 60_000,
    });
    return stdout;
  }

  /** The container of a service, as `docker inspect` shows it. */
  async inspect(service: ServiceName): Promise<Inspected> {
    const filter = `label=com.docker.compose.service=${service}`;
    const id = await this.host.docker(['ps', '-aq', '--filter', filter]);
    const [found] = JSON.parse(await this.host.docker(['inspect', id])) as [Inspected];
    return found;
  }

  async waitUntilHealthy(signal: AbortSignal): Promise<void> {
    let states: string[] = [];
    const check = async (): Promise<true | undefined> => {
      states = await Promise.all(
        SERVICES.map(async (name) => `${name}: ${(await this.inspect(name)).State.Health?.Status ?? 'none'}`),
      );
      return states.every((state) => state.endsWith(': healthy')) ? true : undefined;
    };
    if ((await pollUntil(check, { everyMs: 500, timeoutMs: 60_000, signal })) === true) return;
    const logs = await this.compose(['logs', '--tail=20'], signal);
    throw new Error(`Not healthy: ${states.join(', ')}\n${logs}`);
  }

  url(port: number, path: string): string {
    return `http://${this.host.address}:${String(port)}${path}`;
  }

  async close(): Promise<void> {
    await this.#hosts.close();
  }
}

export interface Inspected {
  readonly Id: string;
  readonly RestartCount: number;
  readonly State: { readonly StartedAt: string; readonly Health?: { readonly Status: string } };
  readonly Config: { readonly User: string; readonly Env: readonly string[] };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: readonly string[];
    readonly SecurityOpt: readonly string[];
  };
}

/** compose/ as somebody installs it: with secrets and .env. */
async function layFolder(
  host: ClientHost,
  jenkinsUrl: string,
  signal: AbortSignal,
): Promise<{ folder: string; tool: readonly string[] }> {
  const folder = join(host.dir, FOLDER);
  cpSync(join(ROOT, 'compose'), folder, { recursive: true });
  mkdirSync(join(folder, 'secrets'));
  writeFileSync(join(folder, 'secrets/ark_jenkins_token'), 'a-token\n');
  await run(['sh', join(folder, 'make-secrets.sh'), join(folder, 'secrets'), '10001', 'redis:6379'], {
    signal,
  });
  const env = {
    COMPOSE_PROJECT_NAME: 'stack',
    ARK_PAGES_URL: `http://${host.address}:3000`,
    ARK_APPS_URL: `http://${host.address}:3001`,
    ARK_PAGES_BIND: `${host.address}:3000`,
    ARK_APPS_BIND: `${host.address}:3001`,
    ARK_JENKINS_URL: jenkinsUrl,
    ARK_JENKINS_USER: 'ark',
  };
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, '.env'), lines.join(''));
  return { folder, tool: await layTool(folder) };
}

/** The host has a /tmp of its own, so a tool of ours must come along. */
async function layTool(folder: string): Promise<readonly string[]> {
  const { compose } = await findTools();
  const [program = ''] = compose;
  if (!existsSync(program)) return compose;
  copyFileSync(program, join(folder, 'docker-compose'));
  chmodSync(join(folder, 'docker-compose'), 0o755);
  return [`${FOLDER}/docker-compose`];
}

async function buildImages(host: ClientHost, signal: AbortSignal): Promise<void> {
  // the classic builder is in every engine and client, whatever their versions
  const env = { ...process.env, DOCKER_HOST: `unix://${host.dockerSocket}`, DOCKER_BUILDKIT: '0' };
  const bases = ['NODE', 'REDIS', 'NGINX'].flatMap((name) => ['--build-arg', `${name}_IMAGE=${BASE}`]);
  for (const [target, tag] of [
    ['ark', 'ark-deploy'],
    ['redis', 'ark-deploy-redis'],
    ['nginx', 'ark-deploy-nginx'],
  ] as const) {
    const argv = [
      'docker',
      'build',
      '--file',
      join(ROOT, 'compose/Dockerfile'),
      '--target',
      target,
      '--tag',
      tag,
    ];
    await run([...argv, ...bases, ROOT], { env, signal, timeoutMs: 120_000 });
  }
}
