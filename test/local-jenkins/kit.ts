import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { LocalJenkins } from '../../src/local-jenkins/local-jenkins.ts';
import { startLocalJenkins } from '../../src/local-jenkins/local-jenkins.ts';
import { readSettings } from '../../src/local-jenkins/settings.ts';
import { pollUntil } from '../../src/platform/polling.ts';

export const BOT = `Basic ${Buffer.from('bot:bot-token').toString('base64')}`;
export const BOT_PASSWORD = `Basic ${Buffer.from('bot:bot-password').toString('base64')}`;
export const READER = `Basic ${Buffer.from('reader:reader-token').toString('base64')}`;
export const NOBODY = `Basic ${Buffer.from('nobody:nobody-token').toString('base64')}`;

const USERS = [
  { id: 'bot', token: 'bot-token', password: 'bot-password', admin: true },
  { id: 'reader', token: 'reader-token', permissions: ['read'] },
  { id: 'nobody', token: 'nobody-token', permissions: [] },
];

export interface BuildJson {
  readonly building: boolean;
  readonly result: string | null;
  readonly number: number;
  readonly queueId: number;
  readonly actions: {
    _class?: string;
    causes?: Record<string, unknown>[];
    parameters?: { name: string; value: unknown }[];
  }[];
}

export interface CallOptions {
  readonly method?: string;
  readonly auth?: string | undefined;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A folder as `main.ts` expects it, with the accounts above. */
export function makeHome(jobs: Readonly<Record<string, string>>): string {
  const home = mkdtempSync(join(tmpdir(), 'local-jenkins-'));
  mkdirSync(join(home, 'credentials'));
  writeFileSync(join(home, 'users.json'), JSON.stringify(USERS), { mode: 0o600 });
  for (const [name, text] of Object.entries(jobs)) writeJob(home, name, text);
  return home;
}

export function writeJob(home: string, name: string, text: string): void {
  const path = join(home, 'jobs', `${name}.Jenkinsfile`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

export function writeCredential(home: string, id: string, credential: unknown): void {
  writeFileSync(join(home, 'credentials', `${id}.json`), JSON.stringify(credential), { mode: 0o600 });
}

export interface KitOptions {
  readonly env?: Record<string, string>;
  readonly clock?: () => number;
}

/** A running server with a client that follows no redirects. */
export class Kit {
  readonly home: string;
  readonly jenkins: LocalJenkins;

  private constructor(home: string, jenkins: LocalJenkins) {
    this.home = home;
    this.jenkins = jenkins;
  }

  static async start(jobs: Readonly<Record<string, string>>, options: KitOptions = {}): Promise<Kit> {
    const home = makeHome(jobs);
    const env = { PATH: process.env['PATH'] ?? '', LOCAL_JENKINS_HOME: home, ...options.env };
    const clock = options.clock === undefined ? {} : { clock: options.clock };
    return new Kit(home, await startLocalJenkins(readSettings(env), { warn: () => undefined, ...clock }));
  }

  get url(): string {
    return this.jenkins.url;
  }

  async close(): Promise<void> {
    await this.jenkins.close();
    rmSync(this.home, { recursive: true, force: true });
  }

  async call(
    path: string,
    { method = 'GET', auth = BOT, headers = {}, body }: CallOptions = {},
  ): Promise<Response> {
    return fetch(this.url + path, {
      method,
      redirect: 'manual',
      headers: { ...(auth === '' ? {} : { authorization: auth }), ...headers },
      ...(body === undefined ? {} : { body }),
    });
  }

  async post(
    path: string,
    fields: Record<string, string> = {},
    options: CallOptions = {},
  ): Promise<Response> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...options.headers };
    const body = new URLSearchParams(fields).toString();
    return this.call(path, { ...options, method: 'POST', headers, body });
  }

  async json<T>(path: string): Promise<T> {
    const answer = await this.call(path);
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
    return (await answer.json()) as T;
  }

  async text(path: string): Promise<string> {
    return (await this.call(path)).text();
  }

  async log(job: string, number = 1): Promise<string> {
    return this.text(`/job/${job}/${number}/consoleText`);
  }

  build(job: string, number = 1): Promise<BuildJson> {
    return this.json<BuildJson>(`/job/${job}/${number}/api/json`);
  }

  /** Starts a build at once and returns its number. */
  async trigger(job: string, fields: Record<string, string> = {}): Promise<number> {
    const answer = await this.post(`/job/${job}/buildWithParameters?delay=0sec`, fields);
    const id = /\/queue\/item\/(\d+)\/$/.exec(answer.headers.get('location') ?? '')?.[1];
    if (answer.status !== 201 || id === undefined) throw new Error(`the trigger answered ${answer.status}`);
    const item = await this.json<{ executable: { number: number } }>(`/queue/item/${id}/api/json`);
    return item.executable.number;
  }

  async untilEnded(job: string, number = 1): Promise<BuildJson> {
    return this.until(async () => {
      const build = await this.build(job, number);
      return build.building ? undefined : build;
    });
  }

  async untilLogged(job: string, text: string, number = 1): Promise<string> {
    return this.until(async () => {
      const log = await this.log(job, number);
      return log.includes(text) ? log : undefined;
    });
  }

  async until<T>(check: () => Promise<T | undefined>): Promise<T> {
    const signal = AbortSignal.timeout(12_000);
    const found = await pollUntil(check, { everyMs: 30, timeoutMs: 10_000, signal });
    if (found === undefined) throw new Error('what was waited for did not come');
    return found;
  }
}

/** A Jenkinsfile with string parameters ID and MORE around these steps and this post block. */
export function pipelineOf(
  steps: string,
  { post = '', options = '' }: { post?: string; options?: string } = {},
): string {
  return `pipeline {
  agent any
  ${options === '' ? '' : `options {\n${options}\n}`}
  parameters {
    string(name: 'ID', defaultValue: '', description: 'id')
    string(name: 'MORE', defaultValue: 'x')
    booleanParam(name: 'DRY', defaultValue: false)
    choice(name: 'MODE', choices: ['deploy', 'stop'])
  }
  stages {
    stage('Only') {
      steps {
        ${steps}
      }
    }
  }
  ${post === '' ? '' : `post {\n${post}\n}`}
}
`;
}

/** The processes that have this text in their command line. */
export { processesWith } from './processes.ts';
