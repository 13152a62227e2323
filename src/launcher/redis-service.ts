import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { writeAtomicallySync } from '../platform/atomic-file.ts';
import type { LauncherSecrets } from './secrets.ts';
import type { ServiceDefinition } from './service.ts';
import type { LauncherSettings } from './settings.ts';

const PROBE_TIMEOUT_MS = 1000;

/** The address with its password, for the parts that use it. */
export function redisUrl({ ports }: LauncherSettings, { redisPassword }: LauncherSecrets): string {
  return `redis://default:${redisPassword.reveal()}@127.0.0.1:${String(ports.redis.port)}`;
}

/** A private Redis whose every write is on disk before it is answered. */
export function redisService(settings: LauncherSettings, secrets: LauncherSecrets): ServiceDefinition {
  const dir = join(settings.stateDir, 'redis');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const configPath = join(dir, 'redis.conf');
  const { port } = settings.ports.redis;
  // the password lies in the file, not in the arguments, which everybody on the machine can read
  const lines = [
    'bind 127.0.0.1',
    `port ${String(port)}`,
    `requirepass ${secrets.redisPassword.reveal()}`,
    'daemonize no',
    'appendonly yes',
    'appendfsync always',
    'maxmemory-policy noeviction',
    'save ""',
  ];
  writeAtomicallySync(configPath, `${lines.join('\n')}\n`);
  return {
    name: 'Redis',
    argv: ['redis-server', configPath],
    cwd: dir, // its data files lie where it runs, so that no path must be quoted in its configuration
    logPath: join(settings.stateDir, 'logs', 'redis.log'),
    mark: 'redis-server',
    isReady: async () => answersPing(port, secrets.redisPassword.reveal()),
  };
}

/** True when it answers PONG, which it does only when its data is loaded. */
async function answersPing(port: number, password: string): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    return await new Promise<boolean>((resolve) => {
      let answer = '';
      socket.setTimeout(PROBE_TIMEOUT_MS, () => resolve(false));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
      socket.once('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
      socket.on('data', (chunk) => {
        answer += chunk.toString('latin1');
        if (answer.includes('+PONG')) resolve(true);
        if (answer.includes('-LOADING')) resolve(false);
      });
    });
  } finally {
    socket.destroy();
  }
}
