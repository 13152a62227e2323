import { beforeEach, expect, test } from '@jest/globals';
import type { ClaimAnswer } from '../../src/deployments/callback-messages.ts';
import { HELLO, ORDERER, type Bench } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { dump } from './dump.ts';
import { httpBench, isSigned, newMessageId, sendCallback, type HttpBench } from './http-bench.ts';
import { must } from './records.ts';

// What happens when an answer gets lost, or the coordinator dies, between any two steps of the protocol.

const at = benchPerTest();
let http: HttpBench;

beforeEach(() => {
  http = httpBench(at());
});

const send = (kind: string, message: unknown, id = newMessageId()) =>
  sendCallback({ app: http.app, bench: at() }, kind, message, { id });

/** A coordinator that died and came back: nothing is left but what is in Redis. */
function restart(bench: Bench): void {
  bench.restart();
  http = httpBench(bench);
}

async function claimed(bench: Bench) {
  await bench.core.tracker.round();
  const build = must(bench.builds.startNext());
  const answer = await send('claim', { protocol: 1, job: build.job, build_number: build.number });
  const claim = answer.body as ClaimAnswer;
  return { build, claim, leased: { lease: claim.lease, deployment_id: claim.deployment_id } };
}

interface Lost {
  readonly kind: string;
  /** Brings an instance to where the message is due, and returns the message. */
  readonly arrange: (bench: Bench) => Promise<unknown>;
  /** Sent again, some seconds later, it is answered so. */
  readonly answer: object;
}

const LOST: readonly Lost[] = [
  {
    kind: 'claim',
    arrange: async (bench) => {
      await bench.order();
      await bench.core.tracker.round();
      const build = must(bench.builds.startNext());
      return { protocol: 1, job: build.job, build_number: build.number };
    },
    answer: { action: 'deploy' },
  },
  {
    kind: 'progress',
    arrange: async (bench) => {
      await bench.order();
      return { ...(await claimed(bench)).leased, stage: 'pull', status: 'started' };
    },
    answer: {},
  },
  {
    kind: 'ready',
    arrange: async (bench) => {
      await bench.order();
      return bench.readyMessage((await claimed(bench)).claim);
    },
    answer: { decision: 'switched', retire: [] },
  },
  {
    kind: 'retired',
    arrange: async (bench) => {
      await bench.order();
      const { claim, leased } = await claimed(bench);
      await send('ready', bench.readyMessage(claim));
      return { ...leased, removed: [] };
    },
    answer: {},
  },
  {
    kind: 'failed',
    arrange: async (bench) => {
      await bench.order();
      return { ...(await claimed(bench)).leased, stage: 'gate', reason: 'unhealthy', log_tail: 'x' };
    },
    answer: { decision: 'abandoned', reason: 'Failed in stage gate' },
  },
  {
    kind: 'removed',
    arrange: async (bench) => {
      const { instance_id } = await bench.bringLive();
      await bench.core.orders.remove(instance_id, { keepData: false }, ORDERER);
      return { ...(await claimed(bench)).leased, removed: [] };
    },
    answer: {},
  },
];

test.each(LOST)(
  'a lost answer to $kind is given again and has no second effect',
  async ({ kind, arrange, answer }) => {
    const bench = at();
    const message = await arrange(bench);
    const id = newMessageId();
    bench.faults.set(`answer.${kind}=drop*1`);

    await expect(send(kind, message, id)).rejects.toThrow('socket hang up');
    const before = await dump(bench.redis, bench.prefix);
    bench.now += 5_000;
    const again = await send(kind, message, id);

    expect(again.status).toBe(200);
    expect(again.body).toMatchObject(answer);
    expect(isSigned(again, id)).toBe(true);
    expect(await dump(bench.redis, bench.prefix)).toEqual(before);
  },
);

test.each(LOST)(
  '$kind under a new id, as a restarted client sends it, does no harm',
  async ({ kind, arrange, answer }) => {
    const bench = at();
    const message = await arrange(bench);
    await send(kind, message);
    const phases = async () => (await bench.store.deployments({ limit: 9 })).items.map(({ phase }) => phase);
    const routes = () => bench.redis.get(`${bench.prefix}revision`);
    const before = [await phases(), await routes()];

    const again = await send(kind, message);

    expect([again.status, again.body]).toEqual([200, expect.objectContaining(answer)]);
    expect([await phases(), await routes()]).toEqual(before);
  },
);

test('202 is no last word: the same ready is asked again until it is decided', async () => {
  const bench = at();
  await bench.order();
  const { claim } = await claimed(bench);
  const id = newMessageId();
  let answers = (): void => undefined;
  const slow = new Promise<void>((resolve) => (answers = resolve));
  bench.probe = () => slow.then(() => ({ healthy: true }) as const);

  const first = await send('ready', bench.readyMessage(claim), id);
  expect([first.status, first.body]).toEqual([202, { state: 'verifying' }]);
  expect(isSigned(first, id)).toBe(true);
  answers();
  const second = await send('ready', bench.readyMessage(claim), id);
  expect([second.status, second.body]).toEqual([200, { decision: 'switched', retire: [] }]);
});

test('while the old target drains the answer is 202 with what is open', async () => {
  const bench = at();
  const first = await bench.bringLive();
  await bench.core.orders.deployAgain(first.instance_id, {}, ORDERER);
  const { claim } = await claimed(bench);
  const id = newMessageId();
  const ready = () => send('ready', bench.readyMessage(claim), id);

  bench.proxies = { acknowledged: true, open: 2 };
  expect((await ready()).body).toEqual({ state: 'draining', open: 2 });
  bench.proxies = { acknowledged: false, open: 0 };
  expect((await ready()).body).toEqual({ state: 'draining', open: 0 });
  bench.now += 2_001;
  expect((await ready()).body).toEqual({ decision: 'switched', retire: [first.claim.project] });
});

test('what is open drains also where it is not known which deployment was live before', async () => {
  const bench = at();
  const first = await bench.bringLive();
  await bench.redis.hset(`${bench.prefix}instance:${first.instance_id}`, 'live_deployment', '');
  await bench.core.orders.deployAgain(first.instance_id, {}, ORDERER);
  const { claim } = await claimed(bench);
  const id = newMessageId();

  bench.proxies = { acknowledged: true, open: 2 };
  const { body } = await send('ready', bench.readyMessage(claim), id);

  expect(body).toEqual({ state: 'draining', open: 2 });
  const { candidate } = must(await bench.store.deployment(first.deployment_id));
  expect(await bench.store.deployment(claim.deployment_id)).toMatchObject({
    old_targets: [{ host: candidate?.target_host, port: candidate?.target_port }],
  });
});

test('without drain time the proxies must have seen the switch all the same, 2 s at most', async () => {
  const bench = at();
  bench.product = { ...HELLO, drain_s: 0 };
  const first = await bench.bringLive();
  const update = async () => {
    await bench.core.orders.deployAgain(first.instance_id, {}, ORDERER);
    const { claim } = await claimed(bench);
    return () => send('ready', bench.readyMessage(claim));
  };

  bench.proxies = { acknowledged: false, open: 3 };
  const ready = await update();
  bench.now += 1;
  expect((await ready()).body).toEqual({ state: 'draining', open: 3 });
  bench.now += 1_998;
  expect((await ready()).status).toBe(202);
  bench.proxies = { acknowledged: true, open: 3 };
  expect((await ready()).body).toEqual({ decision: 'switched', retire: [first.claim.project] });
});

test('what never closes holds the old release no longer than its drain time', async () => {
  const bench = at();
  const first = await bench.bringLive();
  await bench.core.orders.deployAgain(first.instance_id, {}, ORDERER);
  const { claim } = await claimed(bench);
  bench.proxies = { acknowledged: true, open: 1 };
  await send('ready', bench.readyMessage(claim));

  bench.now += 5_001;

  expect((await send('ready', bench.readyMessage(claim))).status).toBe(200);
});

test.each(['probe.before', 'decide.before', 'decide.after'])(
  'a coordinator that dies at %s is followed by one that goes on',
  async (point) => {
    const bench = at();
    const { instance_id } = await bench.order();
    const { claim, leased } = await claimed(bench);
    const id = newMessageId();
    bench.faults.set(`${point}=throw*1`);

    await send('ready', bench.readyMessage(claim), id);
    restart(bench);
    const answer = await send('ready', bench.readyMessage(claim), id);

    expect(answer.body).toEqual({ decision: 'switched', retire: [] });
    expect(await bench.route(instance_id)).toMatchObject({ state: 'live', revision: 2 });
    expect((await send('retired', { ...leased, removed: [] })).status).toBe(200);
    expect(await bench.store.deployment(claim.deployment_id)).toMatchObject({ phase: 'succeeded' });
  },
);

test('after a death between probe and decision the tracker decides, also if the job is silent', async () => {
  const bench = at();
  const { instance_id } = await bench.order();
  const { claim } = await claimed(bench);
  bench.faults.set('decide.before=throw*1');
  await send('ready', bench.readyMessage(claim));
  expect(await bench.route(instance_id)).toMatchObject({ state: 'updating' });
  restart(bench);

  await bench.core.tracker.round();

  await bench.until(async () => (await bench.route(instance_id))?.['state'] === 'live');
  expect(await bench.store.deployment(claim.deployment_id)).toMatchObject({ phase: 'retiring' });
});

test.each(['claim.before_store', 'claim.after_store'])(
  'a claim that fails at %s is unsigned 500, and its repetition gets one lease',
  async (point) => {
    const bench = at();
    await bench.order();
    await bench.core.tracker.round();
    const build = must(bench.builds.startNext());
    const message = { protocol: 1, job: build.job, build_number: build.number };
    const id = newMessageId();
    bench.faults.set(`${point}=throw*1`);

    const failed = await send('claim', message, id);
    expect([failed.status, failed.headers['webhook-signature']]).toEqual([500, undefined]);
    restart(bench);
    const answer = await send('claim', message, id);

    expect(answer.status).toBe(200);
    expect(Object.keys(await bench.redis.hgetall(`${bench.prefix}host:cl-a:ports`))).toHaveLength(3);
  },
);
