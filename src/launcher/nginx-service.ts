import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { answersHttp } from './http-probe.ts';
import type { ServiceDefinition } from './service.ts';
import type { LauncherSettings } from './settings.ts';

/** nginx with the one configuration of the project. TODO render */
export function nginxService(settings: LauncherSettings): ServiceDefinition {
  const dir = join(settings.stateDir, 'nginx');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { ports } = settings;
  return {
    name: 'nginx',
    argv: ['nginx', '-p', dir, '-c', join(dir, 'nginx.conf'), '-g', 'daemon off;'],
    logPath: join(settings.stateDir, 'logs', 'nginx.log'),
    mark: 'nginx',
    isReady: async () =>
      answersHttp(`http://127.0.0.1:${String(ports.pages.port)}/livez`, (status) => status === 200),
  };
}
