import { expect, test } from '@jest/globals';
import { failedSchema, readySchema } from '../../src/deployments/callback-schemas.ts';
import { checkProductFile } from '../../src/products/product-schema.ts';

const NAMES = ['web', '2nd', 'a', '0', 'a1b2-c3', 'x'.repeat(19)];

test.each(NAMES)('an endpoint that a product may call %s may be reported as ready', (name) => {
  const product = {
    name: 'P',
    version: '1',
    endpoints: { [name]: { service: 'web', port: 80, primary: true } },
  };
  const container = { port: 20_001, container_name: 'web-1', container_id: 'a'.repeat(12) };
  const ready = {
    ...{ lease: 'l', deployment_id: 'd', project: 'p-1', target_host: '10.0.0.1', target_port: 20_001 },
    ...{ container_name: container.container_name, container_id: container.container_id },
    ...{ endpoints: { [name]: container }, image_ids: {} },
  };

  expect(checkProductFile(product, 'product.yaml')).toMatchObject({ ok: true });
  expect(readySchema.validate(ready).error).toBeUndefined();
});

test.each([
  ['1', true],
  ['9'.repeat(15), true],
  ['9'.repeat(16), false],
])('a host may know the number %s: %p', (host_seq, isGood) => {
  const failed = { stage: 'prepare', reason: 'stale_seq', log_tail: '', host_seq };

  expect(failedSchema.validate(failed).error === undefined).toBe(isGood);
});
