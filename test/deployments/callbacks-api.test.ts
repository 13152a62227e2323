import { beforeEach, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import type { ClaimAnswer, ReadyMessage } from '../../src/deployments/callback-messages.ts';
import { benchPerTest } from './bench-per-test.ts';
import { DEPLOY_JOB, ORDERER } from './bench.ts';
import { dump } from './dump.ts';
import {
  httpBench,
  isSigned,
  newMessageId,
  REVOKED,
  sendCallback,
  type HttpBench,
  type Signing,
} from './http-bench.ts';
import { must } from './records.ts';

const at = benchPerTest();
let http: HttpBench;

beforeEach(() => {
  http = httpBench(at());
});

const send = (kind: string, message: unknown, signing?: Signing) =>
  sendCallback({ app: http.app, bench: at() }, kind, message, signing);

/** An order whose build runs; the claim is still to be sent. */
async function running() {
  const bench = at();
  const placed = await bench.order();
  await bench.core.tracker.round();
  const build = must(bench.builds.startNext());
  return { ...placed, build, message: { protocol: 1, job: build.job, build_number: build.number } };
}

async function claimed() {
  const { message, ...order } = await running();
  const answer = await send('claim', message);
  const claim = answer.body as ClaimAnswer;
  return { ...order, claim, leased: { lease: claim.lease, deployment_id: claim.deployment_id } };
}

describe('who may speak', () => {
  const strangers: readonly (readonly [string, string, Signing])[] = [
    ['another key', 'signature_invalid', { key: Buffer.alloc(32, 9) }],
    ['a time that is too old', 'callback_expired', { skewS: -301 }],
    ['a time that is too far ahead', 'callback_expired', { skewS: 301 }],
    ['a revoked key', 'callback_key_revoked', { key: REVOKED }],
  ];

  test.each(strangers)('with %s: unsigned 401, and nothing changes', async (_what, code, signing) => {
    const bench = at();
    const { message } = await running();
    const before = await dump(bench.redis, bench.prefix);

    const answer = await send('claim', message, signing);

    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ code, request_id: answer.headers['x-request-id'] });
    expect(answer.headers['webhook-signature']).toBeUndefined();
    expect(await dump(bench.redis, bench.prefix)).toEqual(before);
  });

  test('without signature: 401, also with an administrator’s token', async () => {
    const { message } = await running();
    const bare = request(http.app).post('/api/callbacks/claim').send(message);

    const answer = await bare.set('authorization', 'Bearer test-admin-token-0123456789');

    expect([answer.status, (answer.body as { code: string }).code]).toEqual([401, 'signature_invalid']);
  });

  test('a good key within five minutes gets its lease, signed', async () => {
    const { message, instance_id } = await running();
    const id = newMessageId();

    const answer = await send('claim', message, { id, skewS: -299 });

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ instance_id, action: 'deploy' });
    expect(isSigned(answer, id)).toBe(true);
  });

  test('the lease is in no log line', async () => {
    const { claim } = await claimed();

    expect(JSON.stringify(http.lines())).not.toContain(claim.lease);
  });
});

describe('the same message again', () => {
  test('gets the stored answer, byte for byte, signed anew', async () => {
    const bench = at();
    const { message } = await running();
    const id = newMessageId();
    const first = await send('claim', message, { id });
    const before = await dump(bench.redis, bench.prefix);
    bench.now += 60_000;

    const again = await send('claim', message, { id });

    expect(again.text).toBe(first.text);
    expect(again.headers['webhook-signature']).not.toBe(first.headers['webhook-signature']);
    expect(isSigned(again, id)).toBe(true);
    expect(await dump(bench.redis, bench.prefix)).toEqual(before);
  });

  test('with another body is refused, and the first answer stays', async () => {
    const { message } = await running();
    const id = newMessageId();
    const first = await send('claim', message, { id });

    const other = await send('claim', { ...message, build_number: 99 }, { id });

    expect([other.status, (other.body as { code: string }).code]).toEqual([409, 'callback_reused']);
    expect(isSigned(other, id)).toBe(true);
    expect((await send('claim', message, { id })).text).toBe(first.text);
  });

  test('of another job with the id of a build of ours claims nothing', async () => {
    const { message } = await running();

    const answer = await send('claim', { ...message, job: 'their-job' });

    expect([answer.status, (answer.body as { code: string }).code]).toEqual([404, 'build_unknown']);
  });
});

describe('forged messages', () => {
  test.each([
    ['a made-up lease', { lease: 'x'.repeat(43) }],
    ['the lease of another deployment', 'other'],
    ['an unknown deployment', { deployment_id: 'd-00000000000000000000' }],
    ['a deployment id that is none', { deployment_id: '__proto__' }],
  ])('with %s: 403 lease_invalid, and nothing changes', async (_what, change) => {
    const bench = at();
    const { leased } = await claimed();
    const other = await claimed();
    const forged = { ...leased, ...(change === 'other' ? { lease: other.claim.lease } : (change as object)) };
    const leave_out = /^(session|sign_in|callbacks?):/;
    const before = await dump(bench.redis, bench.prefix, leave_out);

    for (const [kind, rest] of [
      ['progress', { stage: 'pull', status: 'started' }],
      ['retired', { removed: [] }],
      ['removed', { removed: [] }],
      ['failed', { stage: 'gate', reason: 'unhealthy', log_tail: '' }],
    ] as const) {
      const answer = await send(kind, { ...forged, ...rest });
      expect([kind, answer.status, (answer.body as { code: string }).code]).toEqual([
        kind,
        403,
        'lease_invalid',
      ]);
    }
    expect(await dump(bench.redis, bench.prefix, leave_out)).toEqual(before);
  });

  const elsewhere: readonly (readonly [string, (message: ReadyMessage) => Partial<ReadyMessage>])[] = [
    ['another host', () => ({ target_host: '100.64.30.99' })],
    ['the name of the host', () => ({ target_host: 'cl-a' })],
    ['another port', ({ target_port }) => ({ target_port: target_port + 50 })],
    [
      'another port of the endpoint',
      ({ endpoints }) => ({ endpoints: { web: { ...endpoints['web']!, port: 22 } } }),
    ],
    ['another project', () => ({ project: 'acme-other-1790000000' })],
    ['an endpoint more', ({ endpoints }) => ({ endpoints: { ...endpoints, admin: endpoints['web']! } })],
    ['another endpoint', ({ endpoints }) => ({ endpoints: { admin: endpoints['web']! } })],
    ['another container than its endpoint', () => ({ container_id: 'ffffffffffff' })],
  ];

  test.each(elsewhere)('ready with %s: 403 target_not_offered, and no route', async (_what, change) => {
    const bench = at();
    const { claim, instance_id } = await claimed();
    const message = bench.readyMessage(claim);

    const answer = await send('ready', { ...message, ...change(message) });

    expect([answer.status, (answer.body as { code: string }).code]).toEqual([403, 'target_not_offered']);
    expect(await bench.route(instance_id)).toMatchObject({ state: 'updating' });
    expect(await bench.store.deployment(claim.deployment_id)).toMatchObject({ phase: 'claimed' });
  });

  test('nobody speaks for the projects of another instance', async () => {
    const bench = at();
    const mine = await claimed();
    const theirs = await claimed();
    await send('ready', bench.readyMessage(mine.claim));

    await send('retired', { ...mine.leased, removed: [theirs.claim.project] });

    const used = Object.values(await bench.redis.hgetall(`${bench.prefix}host:cl-a:ports`));
    expect(used.filter((project) => project === theirs.claim.project)).toHaveLength(3);
  });
});

describe('malformed messages', () => {
  const claim = { protocol: 1, job: DEPLOY_JOB, build_number: 1 };

  test.each([
    ['no JSON', '{', 'malformed_request'],
    ['a forbidden key', '{"__proto__":{"lease":"x"}}', 'malformed_request'],
    ['another protocol', { ...claim, protocol: 2 }, 'validation_failed'],
    ['a number as text', { ...claim, build_number: '1' }, 'validation_failed'],
    ['an unknown field', { ...claim, host: '100.64.30.11' }, 'validation_failed'],
    ['a control character', { ...claim, job: 'ark\ndeploy' }, 'validation_failed'],
    ['half a character', { ...claim, job: 'ark\ud800' }, 'validation_failed'],
    ['a job above its folder', { ...claim, job: 'team/../../ark' }, 'validation_failed'],
    ['a job without a name', { ...claim, job: 'team//ark' }, 'validation_failed'],
    ['a text that is too long', { ...claim, instance_id: 'x'.repeat(64) }, 'validation_failed'],
    ['nothing', {}, 'validation_failed'],
  ])('%s: signed 400', async (_what, message, code) => {
    const id = newMessageId();

    const answer = await send('claim', message, { id });

    expect([answer.status, (answer.body as { code: string }).code]).toEqual([400, code]);
    expect(isSigned(answer, id)).toBe(true);
  });

  test('half a character is called by its name, wherever it stands', async () => {
    const faults = async (kind: string, message: object) =>
      ((await send(kind, message)).body as { errors: unknown }).errors;
    const halves = (field: string) => [{ field, message: expect.stringContaining('half a surrogate pair') }];

    expect(await faults('claim', { ...claim, job: '\ud800' })).toEqual(halves('job'));
    const failed = { stage: 'gate', reason: 'unhealthy', log_tail: '' };
    expect(await faults('failed', { ...failed, log_tail: 'ok\n\ud800' })).toEqual(halves('log_tail'));
    expect(await faults('failed', { ...failed, detail: '\ud800' })).toEqual(halves('detail'));
  });

  test('every fault is told at once', async () => {
    const answer = await send('progress', { lease: 5, stage: 'dance', extra: 1 });
    const { errors } = answer.body as { errors: { field: string }[] };

    expect(errors.map(({ field }) => field).sort()).toEqual([
      'deployment_id',
      'extra',
      'lease',
      'stage',
      'status',
    ]);
  });

  test('an unknown kind is 404, another method 405', async () => {
    expect((await send('dance', {})).status).toBe(404);
    expect(
      (await request(http.app).get('/api/callbacks/claim').set('authorization', 'Bearer x')).status,
    ).toBe(405);
  });
});

test('register is another name of ready', async () => {
  const bench = at();
  const { claim, instance_id } = await claimed();

  const answer = await send('ready', bench.readyMessage(claim), { path: '/api/instances/register' });

  expect(answer.body).toEqual({ decision: 'switched', retire: [] });
  expect(await bench.route(instance_id)).toMatchObject({ state: 'live' });
});

test('a failure before any claim is heard and changes nothing', async () => {
  const bench = at();
  await bench.bringLive();
  const leave_out = /^callbacks?:/;
  const before = await dump(bench.redis, bench.prefix, leave_out);

  const answer = await send('failed', { stage: 'claim', reason: 'busy', log_tail: '' });

  expect([answer.status, answer.body]).toEqual([200, { decision: 'abandoned', reason: 'busy' }]);
  expect(await dump(bench.redis, bench.prefix, leave_out)).toEqual(before);
});

test('a refusal of the claim carries the link to the newer deployment', async () => {
  const bench = at();
  const first = await bench.bringLive();
  bench.now += 1_000;
  await bench.core.orders.deployAgain(first.instance_id, {}, ORDERER);
  const second = await bench.runBuild();
  const alice = { kind: 'hudson.model.Cause$UserIdCause', text: 'Started by user alice', user_id: 'alice' };
  const old = bench.builds.addOperatorBuild(DEPLOY_JOB, first.build.parameters, [alice]);

  const answer = await send('claim', { protocol: 1, job: old.job, build_number: old.number });

  expect(answer.status).toBe(409);
  expect(answer.body).toMatchObject({
    code: 'superseded',
    link: `http://pages/deployments/${second.claim.deployment_id}`,
  });
});
