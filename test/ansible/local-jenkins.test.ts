import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pollUntil } from '../../src/platform/polling.ts';
import { REPOSITORY } from '../jenkins/job-run.ts';
import type { FakeCoordinator } from '../jenkins/fake-coordinator.ts';
import { IMAGE } from './claims.ts';
import { anInstance, HostBed, type Order } from './host-bed.ts';

const AUTHORIZATION = `Basic ${Buffer.from('ark:token-of-ark').toString('base64')}`;
const SLOW = { services: { web: { image: IMAGE, command: ['sleep', '60'], init: true } } };

let bed: HostBed;
let jenkins: ChildProcess | undefined;
let home: string;
let address = '';

beforeAll(async () => {
  bed = await HostBed.open();
  home = mkdtempSync(join(tmpdir(), 'ark-jenkins-'));
}, 240_000);

afterAll(async () => {
  jenkins?.kill('SIGTERM');
  if (jenkins?.exitCode === null) await new Promise((resolve) => jenkins?.once('exit', resolve));
  rmSync(home, { recursive: true, force: true });
  await bed.close();
}, 60_000);

/** The local job server with our deploy job, whose callbacks go to a coordinator of their own; its address. */
async function startJenkins(order: Order): Promise<{ url: string; coordinator: FakeCoordinator }> {
  const { coordinator, job } = await bed.job(order);
  for (const folder of ['credentials', 'jobs']) mkdirSync(join(home, folder), { recursive: true, mode: 0o700 });
  const put = (name: string, value: unknown): void =>
    writeFileSync(join(home, name), typeof value === 'string' ? value : JSON.stringify(value), { mode: 0o600 });
  put('users.json', [{ id: 'ark', token: 'token-of-ark', password: 'secret', admin: true }]);
  put('credentials/ark-callback-key.json', { kind: 'string', secret: coordinator.key });
  const key = readFileSync(bed.privateKeyPath, 'utf8');
  put('credentials/ark-ssh-key.json', { kind: 'sshUserPrivateKey', username: 'ark', private_key: key });
  const template = readFileSync(join(REPOSITORY, 'jenkins/deploy.Jenkinsfile'), 'utf8');
  const rendered = template.replace('@ARK_HOME@', job.workspace).replace('@ARK_CALLBACK_URL@', coordinator.url);
  put('jobs/ark-deploy-instance.Jenkinsfile', rendered);
  return { url: jenkins === undefined ? await launch() : address, coordinator };
}

async function launch(): Promise<string> {
  const env = { PATH: process.env['PATH'], LOCAL_JENKINS_PORT: '0', LOCAL_JENKINS_HOME: home };
  const child = spawn(process.execPath, [join(REPOSITORY, 'src/local-jenkins/main.ts')], { env });
  jenkins = child;
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  const find = (): Promise<string | undefined> => Promise.resolve(/listening on (\S+)/.exec(output)?.[1]);
  const signal = AbortSignal.timeout(20_000);
  address = (await pollUntil(find, { everyMs: 50, timeoutMs: 20_000, signal })) ?? '';
  if (address === '') throw new Error(`local Jenkins does not start: ${output}`);
  return address;
}

async function post(url: string, path: string, body = ''): Promise<number> {
  const headers = { authorization: AUTHORIZATION, 'content-type': 'application/x-www-form-urlencoded' };
  return (await fetch(`${url}${path}`, { method: 'POST', headers, body, redirect: 'manual' })).status;
}

async function resultOf(url: string, number: number): Promise<string> {
  const read = async (): Promise<string | undefined> => {
    const path = `${url}/job/ark-deploy-instance/${String(number)}/api/json`;
    const answer = await fetch(path, { headers: { authorization: AUTHORIZATION } });
    if (answer.status !== 200) return undefined;
    const build = (await answer.json()) as { building: boolean; result: string | null };
    return build.building ? undefined : (build.result ?? undefined);
  };
  const signal = AbortSignal.timeout(60_000);
  return (await pollUntil(read, { everyMs: 100, timeoutMs: 60_000, signal })) ?? 'running';
}

async function logOf(url: string, number: number): Promise<string> {
  const path = `${url}/job/ark-deploy-instance/${String(number)}/consoleText`;
  return (await fetch(path, { headers: { authorization: AUTHORIZATION } })).text();
}

test('the job runs on the local job server, and a stop of a build undoes what it started', async () => {
  const [instanceId, stopped] = [anInstance(), anInstance()];
  const first = await startJenkins({ instanceId, seq: 100, ports: [20001] });
  await post(first.url, '/job/ark-deploy-instance/buildWithParameters', `delay=0sec&INSTANCE_ID=${instanceId}`);
  const result = await resultOf(first.url, 1);
  expect({ result, log: await logOf(first.url, 1) }).toMatchObject({ result: 'SUCCESS' });

  const second = await startJenkins({ instanceId: stopped, seq: 100, ports: [20002], compose: SLOW });
  await post(second.url, '/job/ark-deploy-instance/buildWithParameters', `delay=0sec&INSTANCE_ID=${stopped}`);
  const up = async (): Promise<true | undefined> => ((await bed.projects(stopped)).length > 0 ? true : undefined);
  await pollUntil(up, { everyMs: 100, timeoutMs: 30_000, signal: AbortSignal.timeout(30_000) });
  await post(second.url, '/job/ark-deploy-instance/2/stop');

  expect(await resultOf(second.url, 2)).toBe('ABORTED');
  expect(second.coordinator.told('failed')[0]).toMatchObject({ reason: 'build_aborted', stage: 'start' });
  expect(await bed.projects(stopped)).toEqual([]);
}, 150_000);
