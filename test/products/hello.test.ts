import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ClientHost } from '../../src/launcher/client-host.ts';
import { run } from '../../src/launcher/command.ts';
import { pollUntil } from '../../src/platform/polling.ts';
import { loadProduct } from '../../src/products/product-folder.ts';
import { startTestHosts, type TestHosts } from '../testbed/hosts.ts';

const HELLO = join(import.meta.dirname, '../../ansible/products/hello');
const FIXTURES = join(import.meta.dirname, '../fixtures/products');
const TITLE = `<b>Ñandú & "it's" $(id) {{ 7*7 }} \${X} 😀</b>`;
const PORT = 20_001;

const aborter = new AbortController();
const { signal } = aborter;
let bed: TestHosts;
let host: ClientHost;
let folder: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ark-hello-'));
  bed = await startTestHosts({ count: 1 }, signal);
  [host] = bed.hosts as [ClientHost];
  env = { ...process.env, DOCKER_HOST: `unix://${host.dockerSocket}` };
  await run([join(HELLO, 'image/build.sh'), 'ark/hello:1'], { env, signal });
}, 60_000);
afterAll(async () => {
  await bed.close();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

/** Runs docker-compose as the host does: the canonical file, and an override with port and inputs. */
async function compose(product: string, ...words: string[]): Promise<void> {
  const { compose: canonical } = await loadProduct(product);
  const environment = {
    APP_TITLE: TITLE.replaceAll('$', '$$$$'),
    BASE_PATH: '/instances/a/',
    ARK_RELEASE: 'r-2',
  };
  const web = { environment, init: true, ports: [`${host.address}:${String(PORT)}:8080`] };
  await writeFile(join(folder, 'compose.json'), canonical.text);
  await writeFile(join(folder, 'override.json'), JSON.stringify({ services: { web } }));
  const files = ['-f', join(folder, 'compose.json'), '-f', join(folder, 'override.json')];
  await run(['docker-compose', '-p', 't-1', ...files, ...words], { env, signal });
}

/** What docker inspect says of the container, by Go template. */
async function inspect(template: string): Promise<string> {
  const { stdout } = await run(['docker', 'inspect', '-f', template, 't-1_web_1'], { env, signal });
  return stdout.trim();
}

async function untilHealth(wanted: string): Promise<string | undefined> {
  const check = async (): Promise<string | undefined> =>
    (await inspect('{{.State.Health.Status}}')) === wanted ? wanted : undefined;
  return pollUntil(check, { everyMs: 200, timeoutMs: 25_000, signal });
}

async function page(path: string): Promise<string> {
  const answer = await fetch(`http://${host.address}:${String(PORT)}/${path}`, { signal });
  return answer.text();
}

test('hello becomes healthy, shows its title escaped and its release, and stops at once', async () => {
  await compose(HELLO, 'up', '-d');
  try {
    expect(await untilHealth('healthy')).toBe('healthy');
    expect(await page('healthz')).toBe('ok');
    expect(await page('title.txt')).toBe(TITLE);
    const index = await page('');
    expect(index).toContain('&lt;b&gt;Ñandú &amp; &quot;it');
    expect(index).not.toContain('<b>');
    expect(index).toContain('r-2');
    expect(index).toContain('/instances/a/');
    expect(index).not.toMatch(/(?:href|src)="\//);

    await compose(HELLO, 'stop');
    // 137 is what the engine's SIGKILL leaves after the grace period
    expect(await inspect('{{.State.ExitCode}}')).not.toBe('137');
  } finally {
    await compose(HELLO, 'down');
  }
}, 60_000);

test('hello stops at once without an init process, too', async () => {
  const quick = await run(
    [
      'docker',
      'run',
      '-d',
      '--rm',
      '--tmpfs',
      '/srv:mode=1777',
      '--read-only',
      '--cap-drop',
      'ALL',
      'ark/hello:1',
    ],
    { env, signal },
  );
  const before = Date.now();

  await run(['docker', 'stop', '-t', '8', quick.stdout.trim()], { env, signal });

  expect(Date.now() - before).toBeLessThan(5_000);
}, 30_000);

test('hello-broken never becomes healthy', async () => {
  const product = join(FIXTURES, 'hello-broken');
  await compose(product, 'up', '-d');
  try {
    expect(await untilHealth('unhealthy')).toBe('unhealthy');
  } finally {
    await compose(product, 'down');
  }
}, 60_000);
