import { expect, test } from '@jest/globals';
import { Router } from 'express';
import { methodsFor, refuseCatchAll } from '../../src/http/route-methods.ts';

function things(base: string): Router {
  const router = Router();
  router.get(`${base}/`, () => undefined);
  router.get(`${base}/:id`, () => undefined);
  router.delete(`${base}/:id`, () => undefined);
  return router;
}

test('the methods of an address are those of all its routes', () => {
  const routers = [things('/api/things')];

  expect(methodsFor(routers, '/api/things')).toEqual(['GET', 'HEAD']);
  expect(methodsFor(routers, '/api/things/7')).toEqual(['DELETE', 'GET', 'HEAD']);
  for (const path of ['/api/thingsome', '/7', '/api/things/7/8', '/api/things/%zz']) {
    expect(methodsFor(routers, path)).toEqual([]);
  }
});

test('a router that would catch the addresses of others is refused', () => {
  expect(() => refuseCatchAll(things(''))).toThrow('give it its full path');
  expect(() => refuseCatchAll(things('/api/things'))).not.toThrow();
});
