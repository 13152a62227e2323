import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Router } from 'express';
import Joi from 'joi';
import request from 'supertest';
import { call, callsOf, mayBeLeftOut, routerOf } from '../../src/http/call.ts';
import { takingWhy } from '../../src/http/why.ts';
import { startApi, TOKEN, type ApiTestbed } from './api-testbed.ts';

const ANSWERS = { 200: { description: 'What it was given' } };
const BODY = Joi.object<{ title: string }>({ title: Joi.string().required() });
const QUERY = Joi.object<{ limit: number }>({ limit: Joi.number().integer().default(50) });

const create = call({
  method: 'post',
  path: '/api/things/:id',
  act: 'things.create',
  right: 'hosts:write',
  summary: 'Make a thing',
  query: QUERY,
  body: BODY,
  answers: ANSWERS,
  handle: ({ query, body, request: { params }, response }) => {
    response.json({ query, body, id: params['id'] });
  },
});
const poke = call({
  method: 'post',
  path: '/api/poke',
  act: 'poke',
  right: 'any_user',
  summary: 'Poke',
  answers: ANSWERS,
  handle: ({ response }) => {
    response.json({});
  },
});
const remove = call({
  method: 'delete',
  path: '/api/things/:id',
  act: 'things.delete',
  right: 'hosts:write',
  summary: 'Remove a thing',
  answers: ANSWERS,
  handle: ({ query, response }) => {
    response.json({ query });
  },
});
const router = routerOf([create, poke, remove]);

let bed: ApiTestbed;

beforeAll(async () => {
  bed = await startApi({ routers: [router] });
});

afterAll(() => bed.close());

const post = (path: string) => request(bed.api.app).post(path).set('authorization', `Bearer ${TOKEN}`);

test('a call sees its query and body with types and defaults', async () => {
  const { status, body } = await post('/api/things/7?limit=3').send({ title: 'Hola' });

  expect(status).toBe(200);
  expect(body).toEqual({ query: { limit: 3 }, body: { title: 'Hola' }, id: '7' });
  expect((await post('/api/things/7').send({ title: 'Hola' })).body).toMatchObject({ query: { limit: 50 } });
});

test.each([
  ['/api/things/7', {}, 'title'],
  ['/api/things/7', { title: 'Hola', more: 1 }, 'more'],
  ['/api/things/7?limit=x', { title: 'Hola' }, 'limit'],
  ['/api/things/7?more=1', { title: 'Hola' }, 'more'],
  ['/api/poke?more=1', undefined, 'more'],
  ['/api/poke', { more: 1 }, 'more'],
])('%s with %j is refused for its field %s', async (path, sent, field) => {
  const { status, body } = await post(path).send(sent);

  expect(status).toBe(400);
  expect(body).toMatchObject({ code: 'validation_failed', errors: [{ field }] });
});

test('every change takes a reason that it does not see itself', async () => {
  const { body } = await post('/api/things/7').send({ title: 'Hola', why: 'the fair' });
  expect(body).toMatchObject({ body: { title: 'Hola' } });
  await post('/api/poke').send({ why: 'wake up' }).expect(200);

  const removal = request(bed.api.app).delete('/api/things/7?why=gone');
  expect((await removal.set('authorization', `Bearer ${TOKEN}`)).body).toEqual({ query: {} });
  const acts = await request(bed.api.app).get('/api/acts').set('authorization', `Bearer ${TOKEN}`);
  const [gone, wake, fair] = (acts.body as { acts: { why: string }[] }).acts;
  expect([fair?.why, wake?.why, gone?.why]).toEqual(['the fair', 'wake up', 'gone']);
});

test.each([['x'.repeat(201)], ['two\nlines'], [7]])(
  'a reason of another form is refused: %j',
  async (why) => {
    const { body } = await post('/api/poke').send({ why });

    expect(body).toMatchObject({ code: 'validation_failed', errors: [{ field: 'why' }] });
  },
);

test('a change that is only its reason changes nothing', async () => {
  const one = takingWhy(Joi.object({ name: Joi.string() }).min(1));

  expect(one.validate({ why: 'no reason' }).error?.message).toContain('at least 1 key');
  expect(one.validate({ why: 'better', name: 'x' }).value).toEqual({ name: 'x' });
});

test('a body may be left out only where nothing in it is required', async () => {
  expect((await post('/api/poke')).status).toBe(200);
  expect((await post('/api/poke').send({})).status).toBe(200);
  expect((await post('/api/things/7')).body).toMatchObject({ code: 'validation_failed' });
  expect([mayBeLeftOut(BODY), mayBeLeftOut(QUERY)]).toEqual([false, true]);
});

test('the right is asked before anything is told about fields', async () => {
  const cookie = await bed.signedIn();
  const origin = 'http://pages.example:3000';
  const { app } = bed.api;

  expect((await request(app).post('/api/things/7').send({})).status).toBe(401);
  expect((await request(app).post('/api/poke')).status).toBe(401);
  expect((await request(app).post('/api/things/7').set({ cookie, origin }).send({})).status).toBe(403);
  expect((await request(app).post('/api/poke').set({ cookie, origin })).status).toBe(200);
});

test('a router tells its calls, and one with undeclared routes is refused', () => {
  expect(callsOf(router).map(({ path }) => path)).toEqual([
    '/api/things/:id',
    '/api/poke',
    '/api/things/:id',
  ]);
  expect(() => callsOf(Router())).toThrow('make it with routerOf');
});
