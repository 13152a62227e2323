import { describe, expect, test } from '@jest/globals';
import type { ReadyMessage } from '../../src/deployments/callback-messages.ts';
import { HELLO, ORDERER, type Bench } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { must } from './records.ts';

const at = benchPerTest();

/** A live instance whose next deployment has its lease. */
async function updating(bench: Bench) {
  const first = await bench.bringLive();
  await bench.core.orders.deployAgain(first.instance_id, {}, ORDERER);
  await bench.core.tracker.round();
  const build = must(bench.builds.startNext());
  const claim = await bench.claim(build);
  return { first, build, claim, leased: { lease: claim.lease, deployment_id: claim.deployment_id } };
}

const STOP = { stage: 'stop', status: 'started' } as const;

describe('a recreate', () => {
  test('answers stop only when the routes say updating, and they are live again if it is abandoned', async () => {
    const bench = at();
    bench.product = { ...HELLO, strategy: 'recreate' };
    const { first, leased } = await updating(bench);

    await bench.core.callbacks.progress({ ...leased, ...STOP });
    expect(await bench.route(first.instance_id)).toMatchObject({ state: 'updating', seq: first.claim.seq });

    await bench.core.callbacks.failed({ ...leased, stage: 'start', reason: 'start_failed', log_tail: '' });
    expect(await bench.route(first.instance_id)).toMatchObject({ state: 'live', seq: first.claim.seq });
  });

  test('that is killed after its stop has live routes again when Jenkins says that it ended', async () => {
    const bench = at();
    bench.product = { ...HELLO, strategy: 'recreate' };
    const { first, leased, build } = await updating(bench);
    await bench.core.callbacks.progress({ ...leased, ...STOP });
    bench.builds.end(build, 'ABORTED');

    await bench.core.tracker.round();

    expect(await bench.route(first.instance_id)).toMatchObject({ state: 'live' });
  });

  test('that goes live leads to the new target', async () => {
    const bench = at();
    bench.product = { ...HELLO, strategy: 'recreate' };
    const { first, leased, claim } = await updating(bench);
    await bench.core.callbacks.progress({ ...leased, ...STOP });
    await bench.core.callbacks.ready(bench.readyMessage(claim));

    expect(await bench.route(first.instance_id)).toMatchObject({ state: 'live', seq: claim.seq });
  });
});

test('a stage that is told late stands where it happened, and never before what was told already', async () => {
  const bench = at();
  const { leased } = await updating(bench);
  const tell = async (stage: 'pull' | 'start' | 'gate', ago_ms?: number) =>
    bench.core.callbacks.progress({
      ...leased,
      ...{ stage, status: 'started', ...(ago_ms !== undefined && { ago_ms }) },
    });
  const begun = bench.now;
  await tell('pull');
  bench.now += 10_000;
  await tell('start', 4_000);
  await tell('gate', 9_000);

  const stages = await bench.store.stages(leased.deployment_id);
  expect(stages.map(({ stage, at }) => [stage, at - begun])).toEqual([
    ['pull', 0],
    ['start', 6_000],
    ['gate', 6_000],
  ]);
});

test('the stop of a swap touches no route, and other stages never do', async () => {
  const bench = at();
  const { first, leased } = await updating(bench);
  const before = await bench.route(first.instance_id);

  await bench.core.callbacks.progress({ ...leased, ...STOP });
  await bench.core.callbacks.progress({ ...leased, stage: 'start', status: 'started' });

  expect(await bench.route(first.instance_id)).toEqual(before);
});

test('every endpoint of a product gets its own route, the primary one under the instance’s id', async () => {
  const bench = at();
  const admin = { name: 'admin', service: 'web', port: 9090, primary: false };
  bench.product = { ...HELLO, endpoints: [...HELLO.endpoints, admin] };
  const { instance_id, claim } = await bench.bringLive();
  const portOf = (name: string) => claim.endpoints.find((endpoint) => endpoint.name === name)?.candidates[0];

  expect(await bench.route(instance_id)).toMatchObject({ target_port: portOf('web') });
  expect(await bench.route(`${instance_id}--admin`)).toMatchObject({ target_port: portOf('admin') });
  expect(await bench.store.instance(instance_id)).toMatchObject({
    live_endpoints: [instance_id, `${instance_id}--admin`],
  });
});

test('ready keeps the port that was taken and frees the other candidates', async () => {
  const bench = at();
  const { claim } = await bench.bringLive();

  const used = await bench.redis.hgetall(`${bench.prefix}host:cl-a:ports`);

  expect(used).toEqual({ [String(claim.endpoints[0]?.candidates[0])]: claim.project });
});

describe('a ready that is repeated', () => {
  /** The same message, but for the next of the offered ports. */
  const movedTo = (message: ReadyMessage, port: number): ReadyMessage => ({
    ...message,
    target_port: port,
    endpoints: { web: { ...must(message.endpoints['web']), port } },
  });

  async function verifying(bench: Bench) {
    await bench.order();
    await bench.core.tracker.round();
    const claim = await bench.claim(must(bench.builds.startNext()));
    let end = (): void => undefined;
    const probed = new Promise<void>((resolve) => (end = resolve));
    let probes = 0;
    bench.probe = async () => {
      probes += 1;
      await probed;
      return { healthy: true };
    };
    const message = bench.readyMessage(claim);
    const [first, second] = must(claim.endpoints[0]).candidates;
    expect((await bench.core.callbacks.ready(message)).status).toBe(202);
    const other = movedTo(message, must(second));
    return { claim, message, other, port: must(first), end, probes: () => probes };
  }

  test('joins the probe under way', async () => {
    const bench = at();
    const { message, claim, port, end, probes } = await verifying(bench);

    const again = bench.core.callbacks.ready(message);
    end();

    expect((await again).body).toEqual({ decision: 'switched', retire: [] });
    expect(probes()).toBe(1);
    expect(await bench.route(claim.instance_id)).toMatchObject({ target_port: port });
  });

  test('with another offered port is refused: the first candidate keeps its port and goes live', async () => {
    const bench = at();
    const { other, claim, port, end } = await verifying(bench);

    await expect(bench.core.callbacks.ready(other)).rejects.toMatchObject({ code: 'candidate_differs' });

    expect(await bench.redis.hgetall(`${bench.prefix}host:cl-a:ports`)).toEqual({ [port]: claim.project });
    end();
    await bench.until(async () => (await bench.route(claim.instance_id)) !== null);
    expect(await bench.route(claim.instance_id)).toMatchObject({ target_port: port });
  });

  test('with another port after the decision gets the decision, and moves nothing', async () => {
    const bench = at();
    const { other, message, claim, port, end } = await verifying(bench);
    end();
    await bench.core.callbacks.ready(message);

    expect((await bench.core.callbacks.ready(other)).body).toMatchObject({ decision: 'switched' });
    expect(await bench.route(claim.instance_id)).toMatchObject({ target_port: port });
    expect(await bench.redis.hgetall(`${bench.prefix}host:cl-a:ports`)).toEqual({ [port]: claim.project });
  });

  test('after the deadline switches nothing: the deployment has timed out', async () => {
    const bench = at();
    const { message, claim, end } = await verifying(bench);
    bench.now += 900_001;
    end();

    expect((await bench.core.callbacks.ready(message)).body).toMatchObject({ decision: 'abandoned' });
    expect(await bench.route(claim.instance_id)).toMatchObject({ state: 'updating' });
    expect(await bench.store.deployment(claim.deployment_id)).toMatchObject({
      ...{ phase: 'timed_out', reason: { code: 'timed_out' } },
    });
  });
});

test('a host that knows a higher seq teaches it: the next claim is above', async () => {
  const bench = at();
  const { first, build, leased } = await updating(bench);
  const host_seq = String(Math.floor(Date.now() / 1_000) + 3_600);
  const stale = { stage: 'prepare', reason: 'stale_seq', host_seq, log_tail: '' };
  await bench.core.callbacks.failed({ ...leased, ...stale });
  bench.builds.end(build, 'FAILURE');
  await bench.core.tracker.round();

  await bench.core.orders.deployAgain(first.instance_id, {}, ORDERER);
  const { claim } = await bench.runBuild();

  expect(Number(claim.seq)).toBe(Number(host_seq) + 1);
});

test('the reason and the end of the log of a failure are kept for people', async () => {
  const bench = at();
  const { leased } = await updating(bench);

  const message = { stage: 'gate', reason: 'unhealthy', detail: 'GET / answered 500', log_tail: 'last line' };
  expect(await bench.core.callbacks.failed({ ...leased, ...message })).toEqual({
    ...{ decision: 'abandoned', reason: 'GET / answered 500' },
  });

  expect(await bench.store.deployment(leased.deployment_id as never)).toMatchObject({
    ...{
      phase: 'failed',
      reason: { code: 'unhealthy', detail: 'GET / answered 500' },
      log_tail: 'last line',
    },
  });
});

describe('a job that was aborted', () => {
  const ABORTED = { stage: 'start', reason: 'build_aborted', log_tail: '' };
  const reasonOf = async (bench: Bench, id: string) => (await bench.store.deployment(id as never))?.reason;

  test('ends with the name of who aborted it, as Jenkins tells it', async () => {
    const bench = at();
    const { leased, build } = await updating(bench);
    bench.builds.interrupt(build, 'alice');

    await bench.core.callbacks.failed({ ...leased, ...ABORTED });

    expect(await reasonOf(bench, leased.deployment_id)).toEqual({
      ...{ code: 'build_aborted', detail: `Build ${build.number} was aborted by alice` },
    });
  });

  test.each(['does not answer', 'does not tell'])('ends without a name when Jenkins %s', async (how) => {
    const bench = at();
    const { leased } = await updating(bench);
    bench.builds.down = how === 'does not answer';

    const answer = await bench.core.callbacks.failed({ ...leased, ...ABORTED });

    expect(answer).toEqual({ decision: 'abandoned', reason: 'Failed in stage start' });
    expect(await reasonOf(bench, leased.deployment_id)).toMatchObject({ code: 'build_aborted' });
  });
});

test('a failure after the switch changes nothing: the decision is told again', async () => {
  const bench = at();
  const { first, claim, leased } = await updating(bench);
  await bench.core.callbacks.ready(bench.readyMessage(claim));

  const answer = await bench.core.callbacks.failed({
    ...leased,
    stage: 'retire',
    reason: 'ssh_lost',
    log_tail: '',
  });

  expect(answer).toEqual({ decision: 'switched', retire: [first.claim.project] });
  expect(await bench.route(first.instance_id)).toMatchObject({ seq: claim.seq, state: 'live' });
});

test('retired before any decision is refused, and removed is only for a removal', async () => {
  const bench = at();
  const { leased } = await updating(bench);

  await expect(bench.core.callbacks.retired({ ...leased, removed: [] })).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(bench.core.callbacks.removed({ ...leased, removed: [] })).rejects.toMatchObject({
    code: 'wrong_job',
  });
});

test('ready of a removal leads nowhere', async () => {
  const bench = at();
  const { instance_id, claim: live } = await bench.bringLive();
  await bench.core.orders.remove(instance_id, { keepData: false }, ORDERER);
  await bench.core.tracker.round();
  const claim = await bench.claim(must(bench.builds.startNext()));
  const forged = { ...bench.readyMessage(live), lease: claim.lease, deployment_id: claim.deployment_id };

  await expect(bench.core.callbacks.ready(forged)).rejects.toMatchObject({ code: 'target_not_offered' });
  expect(await bench.route(instance_id)).toMatchObject({ state: 'withdrawn' });
});
