import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { renderNginx } from '../../nginx/render.mjs';
import { writeAtomicallySync } from '../platform/atomic-file.ts';
import { answersHttp } from './http-probe.ts';
import type { ServiceDefinition } from './service.ts';
import type { LauncherSettings } from './settings.ts';

/** nginx with the one configuration of the project, in front of coordinator and proxies. */
export function nginxService(settings: LauncherSettings): ServiceDefinition {
  const { ports, pagesHost, appsHost, appsUrl, stateDir } = settings;
  const dir = join(stateDir, 'nginx');
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  const config = renderNginx({
    pagesHost,
    pagesPort: ports.pages.port,
    appsHost,
    appsPort: ports.apps.port,
    appsUrl,
    apiUpstream: `127.0.0.1:${String(ports.api.port)}`,
    instancesUpstream: `127.0.0.1:${String(ports.instances.port)}`,
  });
  writeAtomicallySync(join(dir, 'nginx.conf'), config);
  return {
    name: 'nginx',
    argv: ['nginx', '-e', 'stderr', '-p', dir, '-c', join(dir, 'nginx.conf'), '-g', 'daemon off;'],
    logPath: join(stateDir, 'logs', 'nginx.log'),
    mark: 'nginx',
    isReady: async () => answersHttp(`${localUrl(settings)}/livez`, (status) => status === 200),
  };
}

/** The pages as this machine reaches them, whatever their public address is. */
export function localUrl({ ports, pagesHost }: LauncherSettings): string {
  const host = ['0.0.0.0', '::'].includes(pagesHost) ? '127.0.0.1' : pagesHost;
  return `http://${host.includes(':') ? `[${host}]` : host}:${String(ports.pages.port)}`;
}
