import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { DeploymentId } from '../../src/deployments/deployment.ts';
import type { InstanceId } from '../../src/deployments/instance.ts';
import { benchPerTest } from '../deployments/bench-per-test.ts';
import { httpBench, TOKEN, type HttpBench } from '../deployments/http-bench.ts';
import { must } from '../deployments/records.ts';
import { listen } from '../http/event-reader.ts';

const run = promisify(execFile);
const MAIN = join(__dirname, '../../src/cli/main.ts');
const at = benchPerTest();
let http: HttpBench;
let server: Awaited<ReturnType<typeof listen>>;

beforeEach(async () => {
  http = httpBench(at());
  server = await listen(http.app);
});
afterEach(async () => server.close());

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const env = () => ({ PATH: process.env['PATH'], ARK_API_URL: server.url, ARK_ADMIN_TOKEN: TOKEN });

async function ark(...args: readonly string[]): Promise<Ended> {
  return run('node', [MAIN, ...args], { env: env() }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => error as Ended,
  );
}

/** A command at work, while the test plays Jenkins. */
function begin(...args: readonly string[]) {
  const child = spawn('node', [MAIN, ...args], { env: env(), stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const ended = once(child, 'exit').then(async ([code]) => ({
    code: code as number,
    stdout: await stdout,
    stderr: await stderr,
  }));
  return { child, ended };
}

const nextBuild = async () => {
  await at().until(async () => {
    await at().core.tracker.round();
    return at().builds.accepted.length > 0;
  });
  await at().core.tracker.round();
  return must(at().builds.startNext());
};

test('an order prints its ids and its link, as text or JSON', async () => {
  const asText = await ark('deploy', 'hello', 'Acme', '--why', 'a new client');
  const [instance = '', deployment = '', link] = asText.stdout.split('\n');
  expect([asText.code, link]).toEqual([0, `http://apps.example:3001/instances/${instance}/`]);
  expect(await at().store.deployment(deployment as DeploymentId)).toMatchObject({ why: 'a new client' });

  const asJson = await ark('deploy', '--instance', instance, '--json');
  expect(JSON.parse(asJson.stdout)).toMatchObject({ instance_id: instance, status: 'pending' });
});

test('an order that is waited for ends with the link', async () => {
  const { ended } = begin('deploy', 'hello', 'Acme', '--wait');
  const build = await nextBuild();
  const claim = await at().claim(build);
  await at().core.callbacks.ready(at().readyMessage(claim));

  const { code, stdout, stderr } = await ended;

  expect([code, stdout]).toEqual([0, `http://apps.example:3001/instances/${claim.instance_id}/\n`]);
  expect(stderr).not.toMatch(/(\w+) · \1/);
});

test('an order that is waited for and fails ends with the cause', async () => {
  const { ended } = begin('deploy', 'hello', 'Acme', '--wait');
  const build = await nextBuild();
  const { lease, deployment_id } = await at().claim(build);
  const message = { stage: 'start', reason: 'container_failed', log_tail: 'it\u001b[31m broke' } as const;
  await at().core.callbacks.failed({ lease, deployment_id, ...message });

  const { code, stdout } = await ended;

  expect([code, stdout]).toEqual([1, 'failed: Failed in stage start (container_failed)\nit [31m broke\n']);
});

test('an order that takes too long goes on, and the command ends with 3', async () => {
  const { code, stdout } = await ark('deploy', 'hello', 'Acme', '--wait', '--timeout', '1');

  expect(code).toBe(3);
  expect(stdout).toContain('has not ended in time');
});

test('the lists show what there is, and a page says that there is more', async () => {
  const { instance_id } = await at().bringLive();
  at().now += 1_000;
  await at().order('cl-a', 'A name\u001b[2J\nof two lines');

  const instances = await ark('instances', '--limit', '1');
  expect(instances.stdout).toContain('A name [2J of two lines');
  expect(instances.stdout).toContain('(1 of 2; --all shows the rest)');
  const all = JSON.parse((await ark('instances', '--all', '--json')).stdout) as { instances: unknown[] };
  expect(all.instances).toHaveLength(2);
  const deployments = await ark('deployments', instance_id);
  expect(deployments.stdout.split('\n')).toHaveLength(3);
  expect(deployments.stdout).toMatch(/ WHY +CAUSE$/m);
  await at().core.tracker.round();
  const open = JSON.parse((await ark('deployments', '--open', '--json')).stdout) as { deployments: object[] };
  expect(open.deployments).toMatchObject([{ phase: 'queued' }]);
});

test('the lists show only what is asked for', async () => {
  const { instance_id: first } = await at().bringLive();
  const { instance_id: second } = await at().order('cl-a', 'Second S.A.');
  const listed = async (...args: readonly string[]) => {
    const { stdout } = await ark(...args, '--json');
    const lists = JSON.parse(stdout) as Record<string, readonly { instance_id: string }[]>;
    return lists[args[0] ?? '']?.map(({ instance_id: id }) => id);
  };

  expect(await listed('instances', '--client', 'Second S.A.', '--host', 'cl-a')).toEqual([second]);
  expect(await listed('instances', '--status', 'running', '--product', 'hello')).toEqual([first]);
  expect(await listed('instances', '--environment', 'test')).toEqual([]);
  expect(await listed('deployments', '--open', '--host', 'cl-a', '--product', 'hello')).toEqual([second]);
  expect(await listed('deployments', first, '--open')).toEqual([]);
  expect(await listed('deployments', '--phase', 'succeeded')).toEqual([first]);
  expect(await ark('instances', '--status', 'happy')).toMatchObject({ code: 1, stdout: '' });
}, 20_000);

test('a log is printed, and followed to its end', async () => {
  const { instance_id, build } = await at().bringLive();
  at().builds.writeLog(build, 'first\nlast\n');

  expect((await ark('logs', instance_id)).stdout).toBe('first\nlast\n');
  const followed = await ark('logs', '-f', instance_id);
  expect([followed.code, followed.stdout]).toEqual([0, 'first\nlast\n']);
});

test('a deployment is cancelled, and an instance is deleted', async () => {
  const { deployment_id } = await at().order();
  expect(await ark('cancel', deployment_id, '--wait', '--why', 'a mistake')).toMatchObject({ code: 0 });
  expect(await at().store.deployment(deployment_id)).toMatchObject({
    phase: 'cancelled',
    cancel: { why: 'a mistake' },
  });

  const { instance_id } = await at().bringLive();
  expect((await ark('delete', instance_id, '--keep-data', '--why', 'moved on')).code).toBe(0);
  const { desired, last_deployment: last } = must(await at().store.instance(instance_id));
  expect(desired).toBe('absent');
  expect(await at().store.deployment(last as DeploymentId)).toMatchObject({
    keep_data: true,
    why: 'moved on',
  });
});

test('every break-glass act is a command, and leaves its reason', async () => {
  const { instance_id } = await at().bringLive();
  const why = ['--why', 'an exercise'] as const;
  await ark('freeze', ...why);
  expect(await at().breakGlassStore.frozen()).toMatchObject({ why: 'an exercise' });
  await ark('unfreeze', ...why);
  await ark('cordon', 'cl-a', ...why);
  await ark('uncordon', 'cl-a', ...why);
  expect((await ark('withdraw-route', instance_id, ...why)).stdout).toBe(`${instance_id}: withdrawn\n`);
  expect((await ark('accept-generation', ...why)).stdout).toBe('Accepted: g1 at revision 0\n');
  const { callback_keys: keys } = JSON.parse((await ark('keys', '--json')).stdout) as {
    callback_keys: readonly { key_id: string }[];
  };
  await ark('revoke-key', must(keys[0]).key_id, ...why);
  expect((await ark('keys')).stdout).toMatch(/^[0-9a-f]{8} +revoked +admin /m);
  await at().core.orders.deployAgain(instance_id, {}, { user: 'a', trigger: 'api', credential: 'c' });
  await at().core.tracker.round();
  const { active } = must(await at().store.instance(instance_id));
  expect((await ark('force-fail', active, ...why)).stdout).toContain('failed. Jenkins was told');

  const { acts } = JSON.parse(await (await fetchActs()).text()) as {
    acts: readonly Record<string, unknown>[];
  };
  expect(acts.map(({ act, via, why: words }) => [act, via, words])).toEqual(
    [
      ...['deployments.force-fail', 'callback-keys.revoke', 'system.accept-generation'],
      ...['instances.withdraw-route', 'hosts.uncordon', 'hosts.cordon', 'system.unfreeze', 'system.freeze'],
    ].map((act) => [act, 'cli', 'an exercise']),
  );
}, 30_000);

const fetchActs = () => fetch(`${server.url}/api/acts`, { headers: { authorization: `Bearer ${TOKEN}` } });

test('a refusal is told in its own words, or as the JSON of the problem', async () => {
  const inWords = await ark('cordon', 'nobody', '--why', 'x');
  expect(inWords).toMatchObject({ code: 1, stdout: '', stderr: 'No such host: There is no such host\n' });

  const asJson = await ark('cordon', 'nobody', '--why', 'x', '--json');
  expect(asJson.code).toBe(1);
  expect(JSON.parse(asJson.stdout)).toMatchObject({ status: 404, code: 'host_not_found' });
});

test('a new instance is ordered for a time, and a time that is too short is refused', async () => {
  const { instance_id: id } = JSON.parse(
    (await ark('deploy', 'hello', 'X', '--expires-in', '3600', '--json')).stdout,
  ) as { instance_id: InstanceId };
  expect((await at().store.instance(id))?.expires_at).toBe(at().now + 3_600_000);

  const short = await ark('deploy', 'hello', 'X', '--expires-in', '1');
  expect([short.code, short.stderr]).toEqual([1, expect.stringContaining('\n  expires_in must be ')]);
});

test('a coordinator that does not answer ends the command with 4, and is what doctor finds', async () => {
  await server.close();

  expect(await ark('keys')).toMatchObject({ code: 4, stdout: '' });
  const doctor = await ark('doctor');
  expect(doctor.code).toBe(4);
  expect(doctor.stdout).toMatch(/broken +coordinator +does not answer/);
  server = await listen(http.app);
});

test('a log is followed over a restart of the coordinator, without a line twice', async () => {
  await at().order();
  await at().core.tracker.round();
  const build = must(at().builds.startNext());
  const { deployment_id } = await at().claim(build);
  at().builds.writeLog(build, 'one\n');
  const { child, ended } = begin('logs', '-f', deployment_id);
  const seen: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => seen.push(chunk));
  await at().until(async () => Promise.resolve(Buffer.concat(seen).toString() === 'one\n'));
  const port = Number(new URL(server.url).port);
  await server.close();

  at().builds.writeLog(build, 'two\n');
  at().builds.end(build, 'FAILURE');
  server = await listen(http.app, port);
  await at().core.tracker.round();

  expect(await ended).toMatchObject({ code: 1, stdout: 'one\ntwo\n' });
}, 30_000);
