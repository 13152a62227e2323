import { expect, test } from '@jest/globals';
import { createHash, createHmac } from 'node:crypto';
import { CallbackKey, signAnswer, verifySignature } from '../../src/http/signature.ts';
import { Secret } from '../../src/platform/secret.ts';

const NOW_MS = 1_763_790_000_000;
const NOW_S = NOW_MS / 1_000;
const clock = () => NOW_MS;
const bytesOf = (fill: number) => Buffer.alloc(32, fill);
const keyOf = (fill: number) => new CallbackKey(new Secret(`whsec_${bytesOf(fill).toString('base64')}`));
const body = Buffer.from('{"protocol":1}');

/** Signed independently of the code under test, as a job does. */
function signed(fill: number, { at = NOW_S, id = 'msg_1', over = body, extra = {} } = {}) {
  const signature = createHmac('sha256', bytesOf(fill))
    .update(`${id}.${String(at)}.${over.toString()}`)
    .digest('base64');
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': `v1,${signature}`,
  };
  return { headers: { ...headers, ...extra }, body };
}

function codeOf(
  message: ReturnType<typeof signed>,
  rules = { keys: [keyOf(1), keyOf(2)], revokedIds: [] as string[] },
) {
  try {
    return verifySignature(message, { ...rules, clock }).key.id;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('the key id is the start of the SHA-256 of the key bytes', () => {
  expect(keyOf(1).id).toBe(createHash('sha256').update(bytesOf(1)).digest('hex').slice(0, 8));
});

test('any of our keys will do, named or not, also among several signatures', () => {
  expect(codeOf(signed(1))).toBe(keyOf(1).id);
  expect(codeOf(signed(2, { extra: { 'x-key-id': keyOf(2).id } }))).toBe(keyOf(2).id);

  const good = signed(1);
  good.headers['webhook-signature'] = `v1a,xyz v1,AAAA ${good.headers['webhook-signature']}`;
  expect(codeOf(good)).toBe(keyOf(1).id);
});

test.each([
  ['another key', signed(3)],
  ['another body', signed(1, { over: Buffer.from('{}') })],
  ['the id of another of our keys', signed(1, { extra: { 'x-key-id': keyOf(2).id } })],
  ['an id that is not the signed one', signed(1, { extra: { 'webhook-id': 'msg_2' } })],
  ['an id with a dot', signed(1, { id: 'msg.1' })],
  ['a time with letters', signed(1, { extra: { 'webhook-timestamp': `${String(NOW_S)}x` } })],
  ['no signature', signed(1, { extra: { 'webhook-signature': '' } })],
  ['a bare signature', signed(1, { extra: { 'webhook-signature': 'v1,' } })],
])('%s is not believed', (_what, message) => {
  expect(codeOf(message)).toBe('signature_invalid');
});

test('five minutes of clock difference are believed, more are not', () => {
  for (const at of [NOW_S - 300, NOW_S + 300]) expect(codeOf(signed(1, { at }))).toBe(keyOf(1).id);
  for (const at of [NOW_S - 301, NOW_S + 301]) expect(codeOf(signed(1, { at }))).toBe('callback_expired');
});

test('a revoked key is told so, by its id or by its signature', () => {
  const rules = { keys: [keyOf(1)], revokedIds: [keyOf(1).id, keyOf(9).id] };

  expect(codeOf(signed(1), rules)).toBe('callback_key_revoked');
  expect(codeOf(signed(9, { extra: { 'x-key-id': keyOf(9).id } }), rules)).toBe('callback_key_revoked');
});

test('an answer is signed over its status and body with the key of the request', () => {
  const answer = { status: 423, body: '{"code":"busy"}' };

  const headers = signAnswer({ webhookId: 'msg_1', key: keyOf(1) }, answer, clock);

  const expected = createHmac('sha256', bytesOf(1))
    .update(`answer.msg_1.${String(NOW_S)}.423.${answer.body}`)
    .digest('base64');
  expect(headers).toEqual({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(NOW_S),
    'webhook-signature': `v1,${expected}`,
  });
});
