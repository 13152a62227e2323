import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ProductCatalogue } from '../../src/products/product-catalogue.ts';
import { COMPOSE, PRODUCT, withFolder } from './product-builder.ts';

const TEMPLATES = join(import.meta.dirname, '../../ansible/products');
const FIXTURES = join(import.meta.dirname, '../fixtures/products');

test('products of several folders are offered by id; a faulty one is told and not offered', async () => {
  const catalogue = new ProductCatalogue({ dirs: [TEMPLATES, FIXTURES] });

  const faults = await catalogue.load();

  const ids = catalogue.list().map(({ id }) => id);
  expect(ids).toEqual([...ids].sort());
  expect(ids).toEqual(expect.arrayContaining(['hello', 'hello-broken', 'hello-recreate', 'hello-slow']));
  expect(catalogue.find('hello-volume')).toBeUndefined();
  expect(faults.map(({ folder }) => folder)).toContain(join(FIXTURES, 'hello-volume'));
});

test('an id that is claimed twice belongs to the first folder', async () => {
  await withFolder(
    {},
    async (folder) => {
      const catalogue = new ProductCatalogue({ dirs: [TEMPLATES, dirname(folder)] });

      const faults = await catalogue.load();

      expect(catalogue.get('hello').name).toBe('Hello');
      expect(faults.at(-1)?.error.message).toContain('already there');
    },
    'hello',
  );
});

test('a product that becomes faulty stays as it was until it is sound again', async () => {
  await withFolder({}, async (folder) => {
    const catalogue = new ProductCatalogue({ dirs: [dirname(folder)] });
    await catalogue.load();

    await writeFile(join(folder, 'compose.yaml'), 'services: {}');
    expect(await catalogue.load()).toHaveLength(1);
    expect(catalogue.get('shop').version).toBe('1.0');

    await writeFile(join(folder, 'compose.yaml'), COMPOSE);
    await writeFile(join(folder, 'product.yaml'), PRODUCT.replace('1.0', '1.1'));
    expect(await catalogue.load()).toHaveLength(0);
    expect(catalogue.get('shop').version).toBe('1.1');
  });
});

test('a product whose folder is gone is gone', async () => {
  await withFolder({}, async (folder) => {
    const catalogue = new ProductCatalogue({ dirs: [dirname(folder)] });
    await catalogue.load();
    await rm(folder, { recursive: true });
    await mkdir(dirname(folder), { recursive: true });

    await catalogue.load();

    expect(() => catalogue.get('shop')).toThrow(expect.objectContaining({ code: 'product_not_found' }));
  });
});

test('a folder that cannot be read is told', async () => {
  const faults = await new ProductCatalogue({ dirs: ['/nowhere'] }).load();

  expect(faults).toEqual([expect.objectContaining({ folder: '/nowhere' })]);
});

test.each(['__proto__', 'constructor', '../hello', ''])('%j names no product', async (id) => {
  const catalogue = new ProductCatalogue({ dirs: [TEMPLATES] });
  await catalogue.load();

  expect(catalogue.find(id)).toBeUndefined();
});
