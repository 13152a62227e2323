import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Build } from '../../../src/deployments/build-server.ts';
import { JenkinsBuildServer } from '../../../src/deployments/jenkins/jenkins-build-server.ts';
import { Secret } from '../../../src/platform/secret.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const MAIN = path.join(ROOT, 'src/local-jenkins/main.ts');
export const TOKEN = '11aabbccddeeff';
const START_MS = 20_000;

export const JOB = 'ark-deploy-instance';
export const USER = 'bot';

/** Works, and then runs until the file of its deployment appears. */
const jenkinsfile = (folder: string, work: string): string => `pipeline {
  agent any
  parameters {
    string(name: 'DEPLOYMENT_ID', defaultValue: '')
    string(name: 'INSTANCE_ID', defaultValue: '')
  }
  stages {
    stage('Work') {
      steps {
        sh '''
          ${work}
          while [ ! -e "${folder}/$DEPLOYMENT_ID" ]; do sleep 0.05; done
        '''
      }
    }
  }
}
`;

/** A local Jenkins of its own, with one job that works until it is told to end. */
export class LocalJenkinsProcess {
  readonly url: string;
  readonly builds: JenkinsBuildServer;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, url: string, folder: string) {
    this.#child = child;
    this.#folder = folder;
    this.url = url;
    this.builds = new JenkinsBuildServer({ baseUrl: url, user: USER, token: new Secret(TOKEN) });
  }

  /** `work` is what the job does in its shell, without single quotes in threes. */
  static async start(work = 'echo working'): Promise<LocalJenkinsProcess> {
    const folder = await mkdtemp(path.join(tmpdir(), 'ark-jenkins-client-'));
    await mkdir(path.join(folder, 'home/jobs'), { recursive: true });
    await writeFile(path.join(folder, 'home/jobs', `${JOB}.Jenkinsfile`), jenkinsfile(folder, work));
    const users = [{ id: USER, token: TOKEN, admin: true }];
    await writeFile(path.join(folder, 'home/users.json'), JSON.stringify(users), { mode: 0o600 });
    const env = {
      PATH: process.env['PATH'],
      LOCAL_JENKINS_PORT: '0',
      LOCAL_JENKINS_HOME: path.join(folder, 'home'),
      LOCAL_JENKINS_EXECUTORS: '32',
      LOCAL_JENKINS_FAULTS: '1',
    };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    return new LocalJenkinsProcess(child, await addressOf(child), folder);
  }

  /** Switches a fault of the local Jenkins. */
  async fault(order: Readonly<Record<string, unknown>>): Promise<void> {
    const answer = await fetch(`${this.url}/_ark/faults`, { method: 'POST', body: JSON.stringify(order) });
    if (!answer.ok) throw new Error(`no such fault: ${answer.status}`);
  }

  async finish(build: Pick<Build, 'parameters'>): Promise<void> {
    await writeFile(path.join(this.#folder, String(build.parameters['DEPLOYMENT_ID'])), '');
  }

  async close(): Promise<void> {
    this.builds.close();
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (): void => reject(new Error(`the local Jenkins did not start: ${said}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail();
    }, START_MS);
    child.once('exit', fail);
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const address = /listening on (\S+)/.exec(said)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
  });
}
