import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Test } from 'supertest';
import { benchPerTest } from './bench-per-test.ts';
import { httpBench, type HttpBench } from './http-bench.ts';
import { anOrder, callOn, expectRefusal, type CallArguments, type Problem } from './refusal.ts';

const at = benchPerTest();
let http: HttpBench;

beforeEach(() => {
  http = httpBench(at());
});

const GOOD = { product_id: 'hello', client_name: 'Acme' };
const EVIL = [
  '-oProxyCommand=touch x',
  '{{ 7*7 }}',
  '$(id)',
  '${X}',
  '`id`',
  '../../etc/passwd',
  '; rm -rf /',
];
const UNFIT = 'line breaks, control characters or half a surrogate pair';
const call = (...args: CallArguments) => callOn(http.app, ...args);
const expectRefused = (made: Test, status: number, code: string) =>
  expectRefusal({ bench: at(), http }, made, { status, code });
const fieldsOf = ({ errors = [] }: Problem) => [...new Set(errors.map(({ field }) => field))].sort();

describe('an order', () => {
  const bodies: readonly (readonly [string, unknown, readonly string[]])[] = [
    ['no object', [], ['']],
    ['null', 'null', ['']],
    ['a text', '"order"', ['']],
    ['nothing in it', {}, ['client_name', 'product_id']],
    ['numbers for text', { product_id: 5, client_name: 7 }, ['client_name', 'product_id']],
    ['null for text', { ...GOOD, client_name: null }, ['client_name']],
    ['an object for text', { ...GOOD, client_name: { toString: 'x' } }, ['client_name']],
    ['empty text', { ...GOOD, client_name: '' }, ['client_name']],
    ['only blanks', { ...GOOD, client_name: '   ' }, ['client_name']],
    ['a text that is too long', { ...GOOD, client_name: 'x'.repeat(81) }, ['client_name']],
    ['a line break', { ...GOOD, client_name: 'Acme\nInc' }, ['client_name']],
    ['a null byte', { ...GOOD, client_name: 'Acme\u0000' }, ['client_name']],
    ['an escape character', { ...GOOD, why: '\u001b[2J' }, ['why']],
    ['a line separator', { ...GOOD, client_name: 'Acme\u2028Inc' }, ['client_name']],
    ['half a character in its name', { ...GOOD, client_name: 'Acme \ud800' }, ['client_name']],
    ['half a character in its reason', { ...GOOD, why: '\udfff' }, ['why']],
    ['half a character in its product', { ...GOOD, product_id: '\ud800' }, ['product_id']],
    ['an unknown field', { ...GOOD, admin: true }, ['admin']],
    ['a constructor', { ...GOOD, constructor: {} }, ['constructor']],
    ['an unknown environment', { ...GOOD, environment: 'production' }, ['environment']],
    ['inputs that are a list', { ...GOOD, inputs: [1] }, ['inputs']],
    ['inputs that are text', { ...GOOD, inputs: 'title' }, ['inputs']],
    ['an expiry in the past', { ...GOOD, expires_in: -1 }, ['expires_in']],
    ['an expiry that is no whole number', { ...GOOD, expires_in: 61.5 }, ['expires_in']],
    ['an expiry as text', { ...GOOD, expires_in: '3600' }, ['expires_in']],
    [
      'an expiry beyond all numbers',
      `{"product_id":"hello","client_name":"A","expires_in":1e400}`,
      ['expires_in'],
    ],
    ['two names for its host', { ...GOOD, host_id: 'cl-a', target_host: 'cl-a' }, ['']],
    ['an unknown input', { ...GOOD, inputs: { titel: 'x' } }, ['inputs.titel']],
    ['an input of another type', { ...GOOD, inputs: { title: 5 } }, ['inputs.title']],
    ['an input that is too long', { ...GOOD, inputs: { title: 'x'.repeat(81) } }, ['inputs.title']],
    ['an input with a line break', { ...GOOD, inputs: { title: 'a\r\nb' } }, ['inputs.title']],
    [
      'an input with half a character',
      `{"product_id":"hello","client_name":"A","inputs":{"title":"\\ud800"}}`,
      ['inputs.title'],
    ],
  ];

  test.each(bodies)('with %s: 400 that names the field', async (_what, body, fields) => {
    const problem = await expectRefused(call('post', '/api/instances', body), 400, 'validation_failed');

    expect(fieldsOf(problem)).toEqual(fields);
  });

  test('with many faults is told all of them at once', async () => {
    const body = { product_id: 5, client_name: 'x\n', environment: 'moon', expires_in: 0, extra: 1 };
    const problem = await expectRefused(call('post', '/api/instances', body), 400, 'validation_failed');

    expect(fieldsOf(problem)).toEqual(['client_name', 'environment', 'expires_in', 'extra', 'product_id']);
  });

  test('with several faults in one field is told of the field once, in plain words', async () => {
    const body = { ...GOOD, environment: 5, why: `\n${'x'.repeat(300)}`, client_name: 'Acme\ninc' };
    const problem = await expectRefused(call('post', '/api/instances', body), 400, 'validation_failed');

    expect(problem).toMatchObject({ detail: '3 fields are invalid' });
    expect(problem.errors).toEqual([
      { field: 'client_name', message: `client_name must not hold ${UNFIT}` },
      { field: 'environment', message: 'environment must be one of prod, dev, test' },
      { field: 'why', message: 'why must not be longer than 200 characters' },
    ]);
  });

  test('is not repeated in the answer: it may hold secrets', async () => {
    const secret = 'hunter2'.repeat(20);
    const body = { ...GOOD, client_name: secret, inputs: { title: secret } };
    const problem = await expectRefused(call('post', '/api/instances', body), 400, 'validation_failed');

    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });

  test.each([
    ['broken JSON', '{"product_id":'],
    ['two values', '{} {}'],
    ['__proto__', '{"product_id":"hello","client_name":"A","__proto__":{"role":"admin"}}'],
    ['__proto__ deep inside', '{"product_id":"hello","client_name":"A","inputs":{"a":{"__proto__":1}}}'],
    ['a nest without end', `${'['.repeat(100)}${']'.repeat(100)}`],
  ])('with %s: 400 malformed_request', async (_what, body) => {
    await expectRefused(call('post', '/api/instances', body), 400, 'malformed_request');
  });

  test('in another form than JSON: 415', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=latin1',
    ]) {
      const made = call('post', '/api/instances', JSON.stringify(GOOD), { 'content-type': type });
      await expectRefused(made, 415, 'unsupported_media_type');
    }
  });

  test('that is too large: 413', async () => {
    const huge = { ...GOOD, inputs: { title: 'x'.repeat(70_000) } };
    await expectRefused(call('post', '/api/instances', huge), 413, 'body_too_large');
  });

  test.each(EVIL)('for %s: unknown product, unknown host', async (text) => {
    await expectRefused(
      call('post', '/api/instances', { ...GOOD, product_id: text }),
      404,
      'product_not_found',
    );
    await expectRefused(call('post', '/api/instances', { ...GOOD, host_id: text }), 404, 'host_not_found');
    await expectRefused(
      call('post', '/api/instances', { ...GOOD, target_host: text }),
      404,
      'host_not_found',
    );
  });

  test.each(['127.0.0.1', '100.64.30.11@evil', '0', '::1', '100.64.30.011'])(
    'for the unregistered host %s: 404, since a target only selects',
    async (target_host) => {
      await expectRefused(call('post', '/api/instances', { ...GOOD, target_host }), 404, 'host_not_found');
    },
  );

  test.each(['a b', 'é', 'x'.repeat(129)])('with the idempotency key "%s": 400', async (key) => {
    const made = call('post', '/api/instances', GOOD, { 'idempotency-key': key });
    await expectRefused(made, 400, 'validation_failed');
  });
});

describe('deploy again and cancel', () => {
  test.each([
    ['an unknown field', { product: 'x' }, ['product']],
    ['a list', [], ['']],
    ['inputs of another type', { inputs: 'x' }, ['inputs']],
    ['a bad input', { inputs: { title: 'x'.repeat(81) } }, ['inputs.title']],
    ['a bad reason', { why: 'a\nb' }, ['why']],
    ['a reason with half a character', { why: 'a\ud800' }, ['why']],
  ])('with %s: 400', async (_what, body, fields) => {
    const { instance_id, deployment_id } = await anOrder(at());
    const again = await expectRefused(
      call('post', `/api/instances/${instance_id}/deployments`, body),
      400,
      'validation_failed',
    );
    expect(fieldsOf(again)).toEqual(fields);
    if (fields.some((field) => field.startsWith('inputs.'))) return;
    await expectRefused(
      call('post', `/api/deployments/${deployment_id}/cancel`, body),
      400,
      'validation_failed',
    );
  });
});
