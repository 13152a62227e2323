import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomicallySync } from '../platform/atomic-file.ts';
import { answersHttp } from './http-probe.ts';
import { localUrl } from './nginx-service.ts';
import type { LauncherSecrets } from './secrets.ts';
import type { ServiceDefinition } from './service.ts';
import type { LauncherSettings } from './settings.ts';

/** The account that the coordinator uses, and the one for people at the page. */
export const JENKINS_USER = 'ark';
export const JENKINS_OPERATOR = 'operator';
const SUFFIX = '.Jenkinsfile';
/** What a single-quoted Groovy literal holds without escapes. */
const PLAIN = /^[^'\\\n]*$/;

export function jenkinsUrl({ ports }: LauncherSettings): string {
  return `http://127.0.0.1:${String(ports.jenkins.port)}`;
}

/** The local Jenkins, with accounts, credentials and jobs laid out as its home. */
export function jenkinsService(settings: LauncherSettings, secrets: LauncherSecrets): ServiceDefinition {
  const home = join(settings.stateDir, 'local-jenkins');
  layAccounts(home, secrets);
  layJobs(home, settings);
  const { environment, root, ports } = settings;
  return {
    name: 'local Jenkins',
    argv: [join(root, 'node_modules/.bin/node'), join(root, 'src/local-jenkins/main.ts')],
    env: {
      PATH: environment['PATH'],
      HOME: environment['HOME'],
      LANG: 'C.UTF-8',
      LOCAL_JENKINS_HOST: '127.0.0.1',
      LOCAL_JENKINS_PORT: String(ports.jenkins.port),
      LOCAL_JENKINS_HOME: home,
      ...(environment['LOCAL_JENKINS_FAULTS'] === undefined
        ? {}
        : { LOCAL_JENKINS_FAULTS: environment['LOCAL_JENKINS_FAULTS'] }),
    },
    cwd: settings.stateDir,
    logPath: join(settings.stateDir, 'logs', 'local-jenkins.log'),
    mark: 'local-jenkins',
    isReady: async () => answersHttp(`${jenkinsUrl(settings)}/login`),
  };
}

function layAccounts(home: string, secrets: LauncherSecrets): void {
  const users = [
    { id: JENKINS_USER, token: secrets.jenkinsToken.reveal(), admin: false },
    { id: JENKINS_OPERATOR, password: secrets.jenkinsPassword.reveal(), admin: true },
  ];
  writeAtomicallySync(join(home, 'users.json'), `${JSON.stringify(users, null, 2)}\n`);
  const credential = (id: string, value: object): void =>
    writeAtomicallySync(join(home, 'credentials', `${id}.json`), `${JSON.stringify(value, null, 2)}\n`);
  credential('ark-callback-key', { kind: 'string', secret: secrets.callbackKey.reveal() });
  const key = secrets.sshPrivateKey.reveal();
  credential('ark-ssh-key', { kind: 'sshUserPrivateKey', username: 'ark', private_key: key });
}

/** Stages what the jobs call and renders the job files with this installation's values. */
function layJobs(home: string, settings: LauncherSettings): void {
  const { root, stateDir, environment } = settings;
  const arkHome = join(stateDir, 'home');
  mkdirSync(arkHome, { recursive: true, mode: 0o755 });
  link(join(root, 'jenkins'), join(arkHome, 'jenkins'));
  link(join(root, 'ansible'), join(arkHome, 'ansible'));
  link(join(root, '.ark/venv'), join(arkHome, 'venv'));
  const callbackUrl = `${localUrl(settings)}/api/callbacks`;
  const names: Readonly<Record<string, string>> = {
    deploy: environment['ARK_DEPLOY_JOB'] ?? 'ark-deploy-instance',
    destroy: environment['ARK_DESTROY_JOB'] ?? 'ark-destroy-instance',
  };
  const folder = join(root, 'jenkins');
  for (const file of readdirSync(folder).filter((name) => name.endsWith(SUFFIX))) {
    const kind = file.slice(0, -SUFFIX.length);
    const text = render(readFileSync(join(folder, file), 'utf8'), {
      ARK_HOME: arkHome,
      ARK_CALLBACK_URL: callbackUrl,
    });
    const path = join(home, 'jobs', `${names[kind] ?? kind}${SUFFIX}`);
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeAtomicallySync(path, text);
  }
}

/** Puts values in place of `@NAME@`. Throws when one does not fit into a single-quoted literal. */
export function render(template: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((text, [name, value]) => {
    if (!PLAIN.test(value)) throw new Error(`${name} may hold no quote and no backslash: ${value}`);
    return text.replaceAll(`@${name}@`, () => value);
  }, template);
}

function link(target: string, path: string): void {
  rmSync(path, { force: true });
  symlinkSync(target, path);
}
