import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NginxSettings } from '../../nginx/render.mjs';
import { renderNginx } from '../../nginx/render.mjs';
import { freePort } from '../testbed/redis.ts';

export interface NginxUnderTest {
  readonly pagesPort: number;
  readonly appsPort: number;
  accessLog(): Promise<readonly Record<string, string>[]>;
  close(): Promise<void>;
}

/** The real nginx with the project's configuration, on free ports, in a folder of its own. */
export async function startNginx(settings: NginxSettings): Promise<NginxUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'ark-nginx-'));
  const [pagesPort, appsPort] = [await freePort(), await freePort()];
  const config = join(folder, 'nginx.conf');
  await writeFile(config, renderNginx({ pagesPort, appsPort, workers: 1, ...settings }));
  const args = ['-e', 'stderr', '-p', folder, '-c', config, '-g', 'daemon off;'];
  const nginx = spawn('nginx', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  await until(async () => (await isOpen(pagesPort)) && isOpen(appsPort), nginx);
  return {
    ...{ pagesPort, appsPort },
    accessLog: async () => {
      const text = await readFile(join(folder, 'access.log'), 'utf8');
      return text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, string>);
    },
    close: async () => {
      const ended = once(nginx, 'exit');
      nginx.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function until(check: () => Promise<boolean>, nginx: ChildProcess): Promise<void> {
  const endAt = Date.now() + 5_000;
  while (!(await check())) {
    if (nginx.exitCode !== null || Date.now() > endAt) throw new Error('nginx did not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
