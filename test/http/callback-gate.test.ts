import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { Router } from 'express';
import request, { type Response } from 'supertest';
import { parseJson } from '../../src/http/body.ts';
import { callbackGate, callbackOf, sendSigned } from '../../src/http/callback-gate.ts';
import { CallbackKey } from '../../src/http/signature.ts';
import { AppError, type ErrorCode } from '../../src/platform/errors.ts';
import { FaultPoints } from '../../src/platform/faults.ts';
import { Secret } from '../../src/platform/secret.ts';
import { startApi, type ApiTestbed } from './api-testbed.ts';

const KEY = Buffer.alloc(32, 1);
const faults = new FaultPoints();
let bed: ApiTestbed;

beforeAll(async () => {
  const keys = [new CallbackKey(new Secret(`whsec_${KEY.toString('base64')}`))];
  const router = Router();
  router.use(
    '/api/callbacks',
    callbackGate({
      keys,
      revoked: { ids: async () => Promise.resolve([]) },
      clock: Date.now,
      limitBytes: 2_000,
    }),
  );
  router.post('/api/callbacks/:kind', async (incoming, response) => {
    const message = parseJson(callbackOf(incoming).raw) as { fail?: ErrorCode; crash?: boolean };
    if (message.fail !== undefined) throw new AppError(message.fail, 'no', { details: { holder: 'job #7' } });
    if (message.crash === true) throw new Error('unforeseen');
    await faults.reach('callback.answer');
    sendSigned(response, { status: 200, body: JSON.stringify(message) });
  });
  bed = await startApi({ callbacks: [router] });
});

afterAll(async () => bed.close());

function send(text: string, extra: Record<string, string> = {}) {
  const at = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', KEY).update(`msg_1.${at}.${text}`).digest('base64');
  return request(bed.api.app)
    .post('/api/callbacks/claim')
    .set({ 'webhook-id': 'msg_1', 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` })
    .set({ 'content-type': 'application/json', ...extra })
    .send(text);
}

function isSigned({ headers, status, text }: Response): boolean {
  const signature = createHmac('sha256', KEY)
    .update(`answer.msg_1.${String(headers['webhook-timestamp'])}.${String(status)}.${text}`)
    .digest('base64');
  return headers['webhook-signature'] === `v1,${signature}`;
}

test('the raw bytes are verified, not what JSON makes of them, and the answer is signed', async () => {
  const answer = await send('{"a" :\t1e0}');

  expect(answer.body).toEqual({ a: 1 });
  expect(isSigned(answer)).toBe(true);
});

test.each(['busy', 'superseded', 'fields_edited', 'build_server_unavailable'])(
  'the job can believe %s',
  async (fail) => {
    const answer = await send(JSON.stringify({ fail }));

    expect(answer.body).toMatchObject({ code: fail, holder: 'job #7' });
    expect(isSigned(answer)).toBe(true);
  },
);

test('what the job should only repeat stays unsigned', async () => {
  for (const text of ['{"fail":"store_unavailable"}', '{"fail":"generation_changed"}', '{"crash":true}']) {
    const answer = await send(text);
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(answer.headers['webhook-signature']).toBeUndefined();
  }
});

test('a forged message gets an unsigned 401, whatever its body is', async () => {
  const forged = await send('{not json', { 'webhook-signature': 'v1,AAAA' });

  expect(forged.status).toBe(401);
  expect(forged.body).toMatchObject({ code: 'signature_invalid' });
  expect(forged.headers['webhook-signature']).toBeUndefined();
});

test('rubbish that is well signed gets a signed 400, and a long body 413', async () => {
  const rubbish = await send('{not json');
  expect([rubbish.status, isSigned(rubbish)]).toEqual([400, true]);

  expect((await send(`"${'x'.repeat(2_000)}"`)).status).toBe(413);
});

test('a dropped answer is no answer at all', async () => {
  faults.set('callback.answer=drop*1');

  await expect(send('{}')).rejects.toThrow('socket hang up');
  expect((await send('{}')).status).toBe(200);
});
