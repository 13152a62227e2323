import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FakeCoordinator } from './fake-coordinator.ts';
import { REPOSITORY } from './job-run.ts';

/** What a claim is granted, as far as the callback client looks. */
export const GRANTED = {
  lease: 'lease-secret-1',
  seq: '1763790000',
  deadline: new Date(Date.now() + 60_000).toISOString(),
  action: 'deploy',
  instance_id: 'acme-1',
  deployment_id: 'd-1',
  keep: ['acme-1-1763780000', 'acme-1-data'],
  host: {
    address: '100.64.10.11',
    port: 22,
    user: 'ark',
    host_key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA',
    sudo: false,
  },
  project: 'acme-1-1763790000',
  release: { id: 'r-1', inputs: [{ env: 'A', value: 'input-secret', secret: true }] },
  endpoints: [{ name: 'web', service: 'web', port: 8080, primary: true, candidates: [20001] }],
  health: { path: '/', timeout_s: 10 },
  strategy: 'swap',
  drain_s: 5,
};

export interface ScriptEnd {
  readonly code: number;
  readonly output: string;
  readonly durationMs: number;
}

/** The callback script in a build of its own: workspace, build number, environment. */
export class Client {
  readonly workspace = mkdtempSync(join(tmpdir(), 'ark-client-'));
  readonly folder = join(this.workspace, 'ark-7');
  readonly #coordinator: FakeCoordinator;
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;

  constructor(coordinator: FakeCoordinator, environment: Readonly<Record<string, string>> = {}) {
    this.#coordinator = coordinator;
    this.#environment = environment;
  }

  async call(...words: string[]): Promise<ScriptEnd> {
    return this.script('ark-callback', words, { ARK_CALLBACK_KEY: this.#coordinator.key });
  }

  async script(
    name: string,
    words: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<ScriptEnd> {
    const begun = Date.now();
    const env = {
      PATH: '/usr/bin:/bin',
      ARK_CALLBACK_URL: this.#coordinator.url,
      WORKSPACE: this.workspace,
      JOB_NAME: 'ark-deploy-instance',
      BUILD_NUMBER: '7',
      DEPLOYMENT_ID: 'd-1',
      ...more,
      ...this.#environment,
    };
    const child = spawn(join(REPOSITORY, 'jenkins', name), [...words], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (output += data.toString()));
    const code = await new Promise<number>((resolve) =>
      child.once('close', (status) => resolve(status ?? -1)),
    );
    return { code, output, durationMs: Date.now() - begun };
  }

  read(name: string): unknown {
    const path = join(this.folder, name);
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
  }

  mode(name: string): string {
    return (statSync(join(this.folder, name)).mode & 0o777).toString(8);
  }

  dispose(): void {
    this.#child?.kill('SIGKILL');
    rmSync(this.workspace, { recursive: true, force: true });
  }
}
