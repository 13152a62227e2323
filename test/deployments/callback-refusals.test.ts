import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Router } from 'express';
import request from 'supertest';
import { noteRefusals } from '../../src/deployments/callback-refusals.ts';
import { callbackGate } from '../../src/http/callback-gate.ts';
import { noLog } from '../../src/platform/logger.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { startApi, type ApiTestbed } from '../http/api-testbed.ts';

const metrics = createMetrics();
let noted: unknown[] = [];
let isAway = false;
let bed: ApiTestbed;

beforeAll(async () => {
  const router = Router();
  const gate = callbackGate({
    ...{ keys: [], revoked: { ids: async () => Promise.resolve([]) }, limitBytes: 100, clock: Date.now },
  });
  const note = async (...what: unknown[]): Promise<void> => {
    if (isAway) throw new Error('the store is away');
    noted.push(what);
    return Promise.resolve();
  };
  const notes = (kind: string) =>
    noteRefusals(kind, { history: { unsigned: note, refused: note }, metrics, log: noLog });
  router.post('/api/callbacks/claim', gate, notes('claim'));
  router.post('/api/instances/register', gate, notes('ready'));
  bed = await startApi({ callbacks: [router] });
});

afterAll(async () => bed.close());

const send = (path: string, body: object = {}) => request(bed.api.app).post(path).send(body);

test('what comes unsigned is counted by kind and code, and noted with its sender', async () => {
  noted = [];
  await send('/api/callbacks/claim').expect(401);
  await send('/api/instances/register').expect(401);
  await send('/api/callbacks/claim', { long: 'x'.repeat(200) }).expect(413);

  const { text } = await metrics.expose();
  expect(text).toContain('ark_callbacks_total{kind="claim",verdict="signature_invalid"} 1');
  expect(text).toContain('ark_callbacks_total{kind="ready",verdict="signature_invalid"} 1');
  expect(text).toContain('ark_callbacks_total{kind="claim",verdict="body_too_large"} 1');
  expect(noted).toMatchObject([
    ['claim', { code: 'signature_invalid' }, expect.stringContaining('127.0.0.1')],
    ['ready', { code: 'signature_invalid' }, expect.anything()],
    ['claim', { code: 'body_too_large' }, expect.anything()],
  ]);
});

test('however the address is written, the kind is ours', async () => {
  noted = [];
  await send('/api/callbacks/CLaim').expect(401);
  await send('/api/callbacks/claim/').expect(401);

  expect(noted).toMatchObject([
    ['claim', {}, expect.anything()],
    ['claim', {}, expect.anything()],
  ]);
});

test('what cannot be noted is refused with its own code all the same', async () => {
  isAway = true;

  const answer = await send('/api/callbacks/claim').expect(401);

  expect(answer.body).toMatchObject({ code: 'signature_invalid' });
});
