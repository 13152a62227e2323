import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderNginx } from '../../nginx/render.mjs';
import { answersHttp } from './http-probe.ts';
import type { ServiceDefinition } from './service.ts';
import type { LauncherSettings } from './settings.ts';

/** nginx with the one configuration of the project. */
export function nginxService(settings: LauncherSettings): ServiceDefinition {
  const dir = join(settings.stateDir, 'nginx');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { ports } = settings;
  const config = renderNginx({
    pagesHost: settings.pagesHost,
    pagesPort: ports.pages.port,
    appsHost: settings.appsHost,
    appsPort: ports.apps.port,
    appsUrl: settings.appsUrl,
    apiUpstream: `127.0.0.1:${String(ports.api.port)}`,
    instancesUpstream: `127.0.0.1:${String(ports.instances.port)}`,
  });
  writeFileSync(join(dir, 'nginx.conf'), config, { mode: 0o600 });
  return {
    name: 'nginx',
    argv: ['nginx', '-e', 'stderr', '-p', dir, '-c', join(dir, 'nginx.conf'), '-g', 'daemon off;'],
    logPath: join(settings.stateDir, 'logs', 'nginx.log'),
    mark: 'nginx',
    isReady: async () =>
      answersHttp(`http://127.0.0.1:${String(ports.pages.port)}/livez`, (status) => status === 200),
  };
}
