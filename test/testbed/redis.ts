import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Stops the server like a crash would (SIGKILL) and starts it again on the same port with the same files. */
  restart(): Promise<void>;
  /** SIGKILL; `start` brings it back with what was written. */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** A private redis-server with the settings that we need, on a free loopback port, in a temporary folder. */
export async function startRedis(): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'ark-redis-'));
  const port = await freePort();
  let server: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    server = await launch(port, folder);
  };
  const kill = async (): Promise<void> => {
    if (server !== undefined) await end(server);
    server = undefined;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${String(port)}`,
    port,
    start,
    kill,
    restart: async () => {
      await kill();
      await start();
    },
    close: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A port of loopback that nobody has at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const SETTINGS = [
  '--appendonly yes',
  '--appendfsync always',
  '--maxmemory-policy noeviction',
  '--bind 127.0.0.1',
];

async function launch(port: number, folder: string): Promise<ChildProcess> {
  const args = [
    ...SETTINGS.flatMap((one) => one.split(' ')),
    '--port',
    String(port),
    '--dir',
    folder,
    '--save',
    '',
  ];
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  server.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const endAt = Date.now() + 10_000;
  while (!output.includes('Ready to accept connections')) {
    if (server.exitCode !== null || Date.now() > endAt)
      throw new Error(`redis-server did not start:\n${output}`);
    await delay(10);
  }
  return server;
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGKILL');
  await exited;
}
