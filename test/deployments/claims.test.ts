import { expect, test } from '@jest/globals';
import type { Build } from '../../src/deployments/build-server.ts';
import { aHost, never, ORDERER, type Bench } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { buildOf, expectRefused } from './operators.ts';
import { must } from './records.ts';

const at = benchPerTest();
/** An order whose build runs and has its lease. */
async function atWork(bench: Bench) {
  const placed = await bench.order();
  await bench.core.tracker.round();
  const build = must(bench.builds.startNext());
  return { ...placed, build, claim: await bench.claim(build) };
}

test('the answer holds all that the job needs, and the live project among what it keeps', async () => {
  const bench = at();
  const first = await bench.bringLive();
  await bench.core.orders.deployAgain(first.instance_id, { inputs: { title: '{{ 7*7 }} ${X}' } }, ORDERER);
  await bench.core.tracker.round();
  const claim = await bench.claim(must(bench.builds.startNext()));

  expect(claim).toMatchObject({
    ...{ action: 'deploy', instance_id: first.instance_id, strategy: 'swap', drain_s: 5 },
    keep: [first.claim.project, `${first.instance_id}-data`],
    project: `${first.instance_id}-${claim.seq}`,
    host: { address: '100.64.30.11', port: 22, user: 'ark', host_key: aHost().host_key, sudo: false },
    health: { path: '/healthz', timeout_s: 10 },
    release: {
      ...{
        product_id: 'hello',
        compose: expect.stringContaining('ark/hello:1'),
        compose_digest: 'sha256:00',
      },
      inputs: [{ env: 'APP_TITLE', value: '{{ 7*7 }} ${X}', secret: false }],
    },
  });
  expect(claim.endpoints).toMatchObject([{ name: 'web', service: 'web', port: 8080, primary: true }]);
});

test('while another build is at work: 423 with its link', async () => {
  const bench = at();
  const { instance_id, deployment_id, build } = await atWork(bench);
  const other = buildOf(bench, { INSTANCE_ID: instance_id });

  await expectRefused(bench, () => bench.claim(other), {
    code: 'busy',
    details: { holder: deployment_id, link: build.url, by: 'admin' },
    retryAfterS: 5,
  });
});

const ENDS: readonly (readonly [string, (bench: Bench, build: Build) => void, string])[] = [
  ['ended', (bench, build) => void bench.builds.end(build, 'FAILURE'), 'failed'],
  ['was aborted', (bench, build) => void bench.builds.end(build, 'ABORTED'), 'failed'],
];

test.each(ENDS)(
  'when the build that holds the instance %s, the next one is let in',
  async (_how, end, phase) => {
    const bench = at();
    const { instance_id, deployment_id, build } = await atWork(bench);
    const other = buildOf(bench, { INSTANCE_ID: instance_id });
    end(bench, build);

    const claim = await bench.claim(other);

    expect(claim.instance_id).toBe(instance_id);
    expect(await bench.store.deployment(deployment_id)).toMatchObject({
      ...{ phase, decision: { outcome: 'abandoned' }, finished_at: bench.now },
    });
  },
);

test('a build that holds the instance and is not shown holds it until the tracker has seen it gone', async () => {
  const bench = at();
  const { instance_id, build } = await atWork(bench);
  const other = buildOf(bench, { INSTANCE_ID: instance_id });
  bench.builds.forgetBuild(build);
  await expectRefused(bench, () => bench.claim(other), { code: 'busy' });

  await bench.core.tracker.round();
  bench.now += 5_000;
  await bench.core.tracker.round();

  expect((await bench.claim(other)).instance_id).toBe(instance_id);
});

test('another build under the number of the holder does not hold the instance', async () => {
  const bench = at();
  const { instance_id, deployment_id, build } = await atWork(bench);
  bench.builds.forgetBuild(build);
  bench.now += 5_000;
  const other = buildOf(bench, { INSTANCE_ID: instance_id });
  expect(other.number).toBe(build.number);

  expect((await bench.claim(other)).instance_id).toBe(instance_id);
  expect(await bench.store.deployment(deployment_id)).toMatchObject({ phase: 'lost' });
});

test('while all slots of the host are taken: 423', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ slots: 1 }));
  const idle = await bench.bringLive();
  await atWork(bench);

  const rebuild = buildOf(bench, idle.build.parameters);
  await expectRefused(bench, () => bench.claim(rebuild), { code: 'busy', retryAfterS: 5 });
});

test('a host without a free port is a clear refusal', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ port_min: 20_000, port_max: 20_001 }));
  await atWork(bench);
  await bench.order();
  await bench.core.tracker.round();

  const build = must(bench.builds.startNext());
  await expectRefused(bench, () => bench.claim(build), {
    ...{ code: 'not_allowed_now', message: expect.stringContaining('no free port') },
  });
});

test('a build that Jenkins does not know, or that has ended, gets nothing', async () => {
  const bench = at();
  const { instance_id } = await bench.bringLive();
  const ended = buildOf(bench, { INSTANCE_ID: instance_id });
  bench.builds.end(ended, 'FAILURE');

  await expectRefused(bench, () => bench.claim(ended), { code: 'build_not_running' });
  const made_up = { ...ended, number: 4711 };
  await expectRefused(bench, () => bench.claim(made_up), { code: 'build_unknown' });
});

test('a message that names other ids than its build carries is not from that build', async () => {
  const bench = at();
  const { instance_id } = await bench.bringLive();
  const build = buildOf(bench, { INSTANCE_ID: instance_id });
  const message = {
    protocol: 1,
    job: build.job,
    build_number: build.number,
    instance_id: 'another',
  } as const;

  await expectRefused(bench, () => bench.core.claims.claim(message, never), { code: 'build_mismatch' });
});

test('the DEPLOYMENT_ID of one instance with the INSTANCE_ID of another is an edit', async () => {
  const bench = at();
  const one = await bench.bringLive();
  const other = await bench.bringLive();
  const build = buildOf(bench, { DEPLOYMENT_ID: one.deployment_id, INSTANCE_ID: other.instance_id });

  await expectRefused(bench, () => bench.claim(build), {
    ...{ code: 'fields_edited', message: expect.stringContaining('INSTANCE_ID') },
  });
});

test('a job that is none of ours gets nothing', async () => {
  const bench = at();
  const { instance_id } = await bench.bringLive();
  const build = buildOf(bench, { INSTANCE_ID: instance_id }, 'their-job');

  await expectRefused(bench, () => bench.claim(build), { code: 'wrong_job' });
});

test('a restarted build shows its parameters a little later: it is read again', async () => {
  const bench = at();
  const { instance_id } = await bench.bringLive();
  const build = buildOf(bench, { INSTANCE_ID: instance_id });
  const read = bench.builds.readBuild.bind(bench.builds);
  let reads = 0;
  bench.builds.readBuild = async (ref, signal) => {
    reads += 1;
    const real = await read(ref, signal);
    return real && reads <= 2 ? { ...real, parameters: { DEPLOYMENT_ID: '', INSTANCE_ID: '' } } : real;
  };

  expect((await bench.claim(build)).instance_id).toBe(instance_id);
});

test('a build that never shows an id is sent to the panel', async () => {
  const bench = at();
  const build = buildOf(bench, { DEPLOYMENT_ID: '', INSTANCE_ID: '' });

  await expectRefused(bench, () => bench.claim(build), { code: 'start_from_panel' });
});

test('while Jenkins cannot be asked nobody is believed', async () => {
  const bench = at();
  const { instance_id } = await bench.bringLive();
  const build = buildOf(bench, { INSTANCE_ID: instance_id });
  bench.builds.down = true;

  await expectRefused(bench, () => bench.claim(build), { code: 'build_server_unavailable' });
});

test('a Rebuild after a cancelled first order deploys the release that was ordered', async () => {
  const bench = at();
  const { instance_id, deployment_id, build } = await atWork(bench);
  await bench.core.orders.cancel(deployment_id, ORDERER);
  await bench.core.tracker.round();
  await bench.core.tracker.round();
  const ordered = must(await bench.store.deployment(deployment_id));
  expect(ordered.phase).toBe('cancelled');

  const claim = await bench.claim(buildOf(bench, build.parameters));

  expect(claim.release?.id).toBe(ordered.release_id);
  expect(await bench.store.instance(instance_id)).toMatchObject({ desired_release: ordered.release_id });
});

test('an instance that never had a release is started from the panel', async () => {
  const bench = at();
  await bench.redis.set(`${bench.prefix}frozen`, '1');
  const { instance_id, deployment_id } = await bench.order();
  await bench.core.orders.cancel(deployment_id, ORDERER);
  const build = buildOf(bench, { INSTANCE_ID: instance_id });

  await expectRefused(bench, () => bench.claim(build), { code: 'start_from_panel' });
});
