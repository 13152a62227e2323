import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { hanging, servePerTest } from '../testbed/serve-per-test.ts';

const MAIN = join(__dirname, '../../src/cli/main.ts');
const serve = servePerTest();

async function doctor(env: Readonly<Record<string, string>>): Promise<{ code: number; stdout: string }> {
  const all = { PATH: process.env['PATH'], ARK_ADMIN_TOKEN: 'x'.repeat(20), ...env };
  return new Promise((resolve) => {
    execFile('node', [MAIN, 'doctor'], { env: all }, (error, stdout) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout }),
    );
  });
}

test('a coordinator that hangs is told from the nginx in front of it', async () => {
  const api = await serve(hanging);
  const pages = await serve((_request, response) => response.writeHead(404).end());

  const { code, stdout } = await doctor({ ARK_API_URL: api, ARK_PAGES_URL: pages });

  expect(code).toBe(4);
  expect(stdout).toMatch(/^broken +coordinator +gives no answer at .*hangs/m);
  expect(stdout).toMatch(/^ok +pages +nginx answers/m);
}, 30_000);

test('a Redis that hangs is named, also when the coordinator refuses every call', async () => {
  const api = await serve((request, response) => {
    const redis = { redis: { ok: false, detail: 'no answer in time' }, jenkins: { ok: true } };
    const answers: Readonly<Record<string, object | undefined>> = {
      '/livez': { status: 'alive' },
      '/readyz': { dependencies: redis },
    };
    const body = answers[request.url ?? ''] ?? { code: 'store_unavailable' };
    const status = request.url === '/livez' ? 200 : 503;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });

  const { code, stdout } = await doctor({ ARK_API_URL: api });

  expect(code).toBe(1);
  expect(stdout).toMatch(/^ok +coordinator +lives at/m);
  expect(stdout).toMatch(/^broken +redis +the coordinator says: no answer in time/m);
}, 30_000);
