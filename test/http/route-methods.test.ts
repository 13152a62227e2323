import { expect, test } from '@jest/globals';
import { Router } from 'express';
import { methodsFor, refuseCatchAll } from '../../src/http/route-methods.ts';

function things(): Router {
  const router = Router();
  router.get('/', () => undefined);
  router.get('/:id', () => undefined);
  router.delete('/:id', () => undefined);
  return router;
}

test('methods are found below the place where a router is mounted', () => {
  const mounted = [{ at: '/api/things', router: things() }];

  expect(methodsFor(mounted, '/api/things')).toEqual(['GET', 'HEAD']);
  expect(methodsFor(mounted, '/api/things/7')).toEqual(['DELETE', 'GET', 'HEAD']);
  for (const path of ['/api/thingsome', '/7', '/api/things/7/8', '/api/things/%zz']) {
    expect(methodsFor(mounted, path)).toEqual([]);
  }
});

test('a router that would catch the addresses of others is refused', () => {
  expect(() => refuseCatchAll({ at: '/', router: things() })).toThrow('mount its router at its prefix');
  expect(() => refuseCatchAll({ at: '/api/things', router: things() })).not.toThrow();
});
