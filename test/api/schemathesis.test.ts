import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noLog } from '../../src/platform/logger.ts';
import { benchPerTest } from '../deployments/bench-per-test.ts';
import { KEY, TOKEN } from '../deployments/http-bench.ts';
import { aHostKey } from '../hosts/host-builder.ts';
import { pythonVenv } from '../testbed/python-venv.ts';
import { wholeApi } from './whole-api.ts';

const VENV = { installed: 'schemathesis', own: 'test-schemathesis', requirements: 'test/requirements.txt' };
/** A stream has no end that a client could wait for; test/deployments/events reads them. */
const STREAMS = '/events$';
const LONGEST_MS = 300_000;

const at = benchPerTest();

test(
  'schemathesis finds nothing in any call',
  async () => {
    const bench = at();
    await bench.bringLive();
    const { server } = wholeApi(bench, noLog);
    const port = await server.listen();

    const said = await schemathesis(`http://127.0.0.1:${String(port)}/openapi.json`);
    await server.close(100);

    expect(said).toMatch(/No issues found/);
  },
  LONGEST_MS + 10_000,
);

/** What the tool says at its end; all of its findings, if it has any. */
async function schemathesis(url: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const args = [
    ...['--config-file', join(import.meta.dirname, 'schemathesis.toml'), 'run', url],
    ...['--header', `Authorization: Bearer ${TOKEN}`, '--checks', 'all'],
    ...['--phases', 'examples,coverage,fuzzing,stateful', '--max-examples', '10', '--no-color'],
    ...['--exclude-path-regex', STREAMS],
  ];
  // it writes down what it found
  const folder = mkdtempSync(join(tmpdir(), 'ark-schemathesis-'));
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    ARK_TEST_CALLBACK_KEY: KEY.toString('base64'),
    ARK_TEST_HOST_KEY: aHostKey(),
    SCHEMATHESIS_HOOKS: join(import.meta.dirname, 'hooks.py'),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const options = { env, cwd: folder, timeout: LONGEST_MS, maxBuffer: 64 * 1_024 * 1_024 };
  const tool = join(await pythonVenv(VENV), 'bin/schemathesis');
  execFile(tool, args, options, (_failed, stdout, stderr) => {
    rmSync(folder, { recursive: true });
    resolve(stdout + stderr);
  });
  return promise;
}
