import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { answersHttp } from './http-probe.ts';
import { JENKINS_USER, jenkinsUrl } from './jenkins-service.ts';
import { redisUrl } from './redis-service.ts';
import type { LauncherSecrets } from './secrets.ts';
import type { ServiceDefinition } from './service.ts';
import type { LauncherSettings } from './settings.ts';
import { webFolder } from './web-bundle.ts';

/** Variables that are for the launcher alone. */
const OWN_VARIABLES =
  /^ARK_(?:PROXIES|HOSTS_|REDIS_PORT|JENKINS_PORT|(?:PAGES|APPS)_(?:HOST|PORT)|OS_RELEASE)/;
const STOP_GRACE_MS = 18_000; // above ARK_STOP_S

/** The coordinator: API, pages, callbacks, tracker. */
export function coordinatorService(settings: LauncherSettings, secrets: LauncherSecrets): ServiceDefinition {
  const { port } = settings.ports.api;
  const env = {
    ...common(settings, secrets, 'coordinator'),
    ARK_API_HOST: '127.0.0.1',
    ARK_API_PORT: String(port),
    ARK_WEB_DIR: webFolder(settings.root),
    ARK_SECRET: secrets.arkSecret.reveal(),
    ARK_CALLBACK_KEYS: secrets.callbackKey.reveal(),
    ARK_ADMIN_TOKEN: secrets.adminToken.reveal(),
    ARK_SSH_KEY: secrets.sshPrivateKey.reveal().trim(),
    ARK_JENKINS_URL: jenkinsUrl(settings),
    ARK_JENKINS_USER: JENKINS_USER,
    ARK_JENKINS_TOKEN: secrets.jenkinsToken.reveal(),
  };
  const isReady = async (): Promise<boolean> => answersHttp(`http://127.0.0.1:${String(port)}/livez`, isOk);
  return { ...program(settings, 'coordinator'), env, isReady };
}

/** One of the proxies; all share one port. */
export function proxyService(
  settings: LauncherSettings,
  secrets: LauncherSecrets,
  number: number,
): ServiceDefinition {
  const { port } = settings.ports.instances;
  const id = `proxy-${String(number)}`;
  const env = {
    ...common(settings, secrets, id),
    ARK_ROLE: 'proxy',
    ARK_PROXY_ID: id,
    ARK_INSTANCES_HOST: '127.0.0.1',
    ARK_INSTANCES_PORT: String(port),
  };
  // the port is shared: an answer may come from another proxy, which is as good for those who ask
  return {
    ...program(settings, id),
    env,
    isReady: async () => answersHttp(`http://127.0.0.1:${String(port)}/livez`),
  };
}

function program(settings: LauncherSettings, id: string): Omit<ServiceDefinition, 'isReady'> {
  const { root, stateDir } = settings;
  return {
    name: id,
    argv: [join(root, 'node_modules/.bin/node'), '--enable-source-maps', join(root, 'src/main.ts')],
    cwd: root,
    logPath: join(stateDir, 'logs', `${id}.log`),
    mark: 'src/main.ts',
    stopGraceMs: STOP_GRACE_MS,
  };
}

function common(settings: LauncherSettings, secrets: LauncherSecrets, id: string): NodeJS.ProcessEnv {
  const dir = join(settings.stateDir, id);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const given = Object.entries(settings.environment).filter(([name]) => !OWN_VARIABLES.test(name));
  return {
    ...Object.fromEntries(given),
    ARK_ROLE: 'coordinator',
    ARK_STATE_DIR: dir,
    ARK_REDIS_URL: redisUrl(settings, secrets),
    ARK_PAGES_URL: settings.pagesUrl,
    ARK_APPS_URL: settings.appsUrl,
  };
}

function isOk(status: number): boolean {
  return status === 200;
}
