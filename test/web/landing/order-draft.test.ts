import { expect, test } from '@jest/globals';
import {
  type Draft,
  emptyDraft,
  faultsOf,
  toOrder,
  withProduct,
} from '../../../src/web/landing/order-draft.ts';
import type { InputSpec } from '../../../src/web/views.ts';
import { aProduct, anInput } from '../view-builders.ts';

function faultOf(spec: Partial<InputSpec>, value: string) {
  const product = aProduct({ inputs: { it: anInput(spec) } });
  return faultsOf({ ...emptyDraft(product), client_name: 'Norte', inputs: { it: value } }, product)[
    'inputs.it'
  ];
}

test.each([
  [{ type: 'string', required: true }, '', { kind: 'required' }],
  [{ type: 'string' }, '', undefined],
  [{ type: 'string', max_length: 3 }, 'four', { kind: 'tooLong', limit: 3 }],
  [{ type: 'string', max_length: 3 }, '⚓⚓⛵', undefined],
  [{ type: 'string', max_length: 3 }, '🚢🚢🚢', undefined],
  [{ type: 'string', pattern: '[a-z]+' }, 'a', undefined],
  [{ type: 'string', pattern: '[a-z]+' }, 'a1', { kind: 'pattern' }],
  [{ type: 'string', pattern: '(' }, 'left to the API', undefined],
  [{ type: 'integer' }, '1.5', { kind: 'integer' }],
  [{ type: 'integer' }, '1e3', { kind: 'integer' }],
  [{ type: 'integer', minimum: 2 }, '1', { kind: 'minimum', limit: 2 }],
  [{ type: 'integer', maximum: 2 }, '3', { kind: 'maximum', limit: 2 }],
  [{ type: 'integer', minimum: -2 }, '-2', undefined],
] as const)('%j with %j has the fault %j', (spec, value, fault) => {
  expect(faultOf(spec, value)).toEqual(fault);
});

test('a client name of blanks only is missing', () => {
  expect(faultsOf({ ...emptyDraft(aProduct()), client_name: '  ' }, aProduct())).toEqual({
    client_name: { kind: 'required' },
  });
});

test('an order leaves out what is empty and gives integers as numbers', () => {
  const product = aProduct({
    inputs: { a: anInput(), n: anInput({ type: 'integer' }), b: anInput({ type: 'boolean' }) },
  });
  const draft: Draft = {
    product_id: 'hello',
    client_name: ' Norte ',
    host_id: '',
    inputs: { a: '', n: '7', b: false },
  };

  const order = toOrder(draft, product);

  expect(order).toEqual({ product_id: 'hello', client_name: 'Norte', inputs: { n: 7, b: false } });
});

test('a text whose default was cleared is sent empty, a number is left to its default', () => {
  const inputs = {
    title: anInput({ default: 'Hi' }),
    seats: anInput({ type: 'integer', default: 5 }),
  };
  const product = aProduct({ inputs });
  const draft = { ...emptyDraft(product), client_name: 'Norte', inputs: { title: '', seats: '' } };

  expect(toOrder(draft, product).inputs).toEqual({ title: '' });
});

test('another product brings its own defaults and keeps client and host', () => {
  const other = aProduct({
    product_id: 'other',
    inputs: { seats: anInput({ type: 'integer', default: 5 }) },
  });

  const draft = withProduct({ ...emptyDraft(aProduct()), client_name: 'Norte', host_id: 'demo' }, other);

  expect(draft).toEqual({
    product_id: 'other',
    client_name: 'Norte',
    host_id: 'demo',
    inputs: { seats: '5' },
  });
});
