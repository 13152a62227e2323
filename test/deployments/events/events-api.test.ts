import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ChangeView } from '../../../src/deployments/events/change-event.ts';
import type { DeploymentView } from '../../../src/deployments/views.ts';
import { EventReader, listen, type ReadEvent } from '../../http/event-reader.ts';
import { until } from '../../testbed/until.ts';
import { aHost, ORDERER } from '../bench.ts';
import { benchPerTest } from '../bench-per-test.ts';
import { httpBench, TOKEN, type HttpBench } from '../http-bench.ts';
import { must } from '../records.ts';

const at = benchPerTest();
const AUTH = { authorization: `Bearer ${TOKEN}` };
const opened: EventReader[] = [];
let http: HttpBench;
let served: Awaited<ReturnType<typeof listen>>;

beforeEach(async () => {
  await serve();
});
afterEach(async () => {
  for (const reader of opened.splice(0)) await reader.close();
  await served.close();
});

async function serve(): Promise<void> {
  http = httpBench(at());
  http.streams.start();
  served = await listen(http.app);
}

async function follow(path = '/api/events', headers: Record<string, string> = {}): Promise<EventReader> {
  const reader = await EventReader.open(served.url + path, { ...AUTH, ...headers });
  opened.push(reader);
  return reader;
}

const viewOf = ({ data }: ReadEvent): ChangeView => JSON.parse(data) as ChangeView;
const isFinish = (event: ReadEvent): boolean => event.event === 'change' && viewOf(event).kind === 'finished';

async function poll(id: string): Promise<DeploymentView> {
  const answer = await fetch(`${served.url}/api/deployments/${id}`, { headers: AUTH });
  return (await answer.json()) as DeploymentView;
}

test('who follows and who polls learn the same phases, in the same order, at the same times', async () => {
  const reader = await follow();

  const { deployment_id, instance_id } = await at().bringLive();

  const changes = (await reader.until(isFinish)).map(viewOf);
  const { timeline, decision, finished_at } = await poll(deployment_id);
  const phases = changes.filter(({ kind }) => kind === 'phase');
  expect(phases.map(({ phase, at: when }) => ({ phase, at: when }))).toEqual(timeline);
  expect(changes.find(({ kind }) => kind === 'decision')).toMatchObject({
    ...{ outcome: decision?.outcome, at: decision?.at, instance_id, deployment_id },
  });
  expect(changes.at(-1)).toEqual({ kind: 'finished', at: finished_at, instance_id, deployment_id });
});

test('however deployments end, the last that is told of each is what a poll shows', async () => {
  const reader = await follow();
  const bench = at();
  await bench.hosts.put(aHost({ slots: 10 }));
  const placed = [];
  for (const client of ['Failed', 'Cancelled', 'Live']) placed.push(await bench.order('cl-a', client));
  const [failing, cancelled, live] = placed.map(({ deployment_id }) => deployment_id);
  await bench.core.tracker.round();
  const builds = [1, 2, 3].map(() => must(bench.builds.startNext()));
  const buildOf = (id: string | undefined) =>
    must(builds.find(({ parameters }) => parameters['DEPLOYMENT_ID'] === id));
  bench.builds.end(buildOf(failing), 'FAILURE');
  await bench.core.orders.cancel(must(cancelled), ORDERER);
  await bench.core.callbacks.ready(bench.readyMessage(await bench.claim(buildOf(live))));
  bench.builds.end(buildOf(live), 'SUCCESS');
  const told = new Map<string, string>();
  const isAllOver = (event: ReadEvent): boolean => {
    const { deployment_id = '', phase, kind } = viewOf(event);
    if (phase) told.set(deployment_id, phase);
    return kind === 'finished' && ++finished === 3;
  };
  let finished = 0;

  await Promise.all([reader.until(isAllOver), tracked(() => finished === 3)]);

  const polled = await Promise.all(placed.map(async ({ deployment_id: id }) => (await poll(id)).phase));
  expect([failing, cancelled, live].map((id) => told.get(must(id)))).toEqual(polled);
  expect(polled).toEqual(['failed', 'cancelled', 'succeeded']);
});

/** Looks at everything open until it is enough. */
async function tracked(isEnough: () => boolean): Promise<void> {
  await until(async () => at().core.tracker.round(), isEnough);
}

test('stages and a cancel are told as they are shown', async () => {
  const reader = await follow();
  const { deployment_id } = await at().order();
  await at().core.tracker.round();
  const claim = await at().claim(must(at().builds.startNext()));
  const leased = { lease: claim.lease, deployment_id: claim.deployment_id };
  await at().core.callbacks.progress({ ...leased, stage: 'prepare', status: 'started' });
  await at().core.callbacks.progress({ ...leased, stage: 'pull', status: 'started' });

  await at().core.orders.cancel(deployment_id, ORDERER);

  const isCancel = (event: ReadEvent): boolean => viewOf(event).kind === 'cancel';
  const told = (await reader.until(isCancel)).map(viewOf);
  expect(told.filter(({ kind }) => kind === 'stage')).toMatchObject([{ stage: 'pull', status: 'started' }]);
  expect(told.at(-1)).toMatchObject({ kind: 'cancel', at: (await poll(deployment_id)).cancel?.at });
});

test('of one instance only its own changes are told', async () => {
  const { instance_id } = await at().bringLive();
  const reader = await follow(`/api/instances/${instance_id}/events`);

  await at().bringLive();
  await at().core.orders.deployAgain(instance_id, {}, ORDERER);
  await at().runBuild();

  const told = (await reader.until(isFinish)).map(viewOf);
  expect(new Set(told.map((view) => view.instance_id))).toEqual(new Set([instance_id]));
  expect(told[0]).toMatchObject({ kind: 'phase', phase: 'accepted' });
});

test('who comes back after a restart of the coordinator misses nothing', async () => {
  const before = await follow();
  await at().order();
  const first = must(await before.next());
  await at().core.tracker.round();
  await before.close();
  await served.close();
  await at().close();
  at().restart();
  await at().runBuild();

  await serve();
  const after = await follow('/api/events', { 'last-event-id': must(first.id) });

  const told = [first, ...(await after.until(isFinish))].map(viewOf).filter(({ kind }) => kind === 'phase');
  expect(told.map(({ phase }) => phase)).toEqual([
    ...['accepted', 'waiting', 'triggering', 'queued', 'claimed', 'verifying', 'retiring', 'succeeded'],
  ]);
});

test('who lost the connection before the first change misses nothing', async () => {
  const before = await follow();
  const place = await before.place();
  await before.close();
  await at().order();

  const after = await follow('/api/events', { 'last-event-id': place });

  expect(viewOf(must(await after.next()))).toMatchObject({ kind: 'phase', phase: 'accepted' });
});

test('a place that is not remembered begins with a reset', async () => {
  await at().order();
  const reader = await follow('/api/events', { 'last-event-id': '1-1' });

  const reset = must(await reader.next());
  await at().runBuild();

  expect(reset).toMatchObject({ event: 'reset', data: '{}' });
  expect((await reader.until(isFinish)).every(({ event }) => event === 'change')).toBe(true);
});

test.each(['1', 'x-1', '1-2-3', '-1-0', '1:0'])(
  'an id %s that no event of ours had is refused',
  async (id) => {
    const answer = await fetch(`${served.url}/api/events`, { headers: { ...AUTH, 'last-event-id': id } });

    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'validation_failed' }]);
  },
);

test('an unknown instance has no events, and nobody without the right has any', async () => {
  expect((await fetch(`${served.url}/api/instances/nobody/events`, { headers: AUTH })).status).toBe(404);
  const cookie = await http.cookieOf('viewer');
  for (const path of ['/api/events', '/api/instances/nobody/events']) {
    const foreign = { cookie, 'sec-fetch-site': 'cross-site' };
    expect((await fetch(served.url + path)).status).toBe(401);
    expect((await fetch(served.url + path, { headers: foreign })).status).toBe(403);
  }
});
