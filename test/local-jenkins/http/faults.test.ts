import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Kit, pipelineOf } from '../kit.ts';

let kit: Kit;
const TRIGGER = '/job/deploy/buildWithParameters';

beforeAll(async () => {
  kit = await Kit.start({ deploy: pipelineOf("sh 'true'") }, { env: { LOCAL_JENKINS_FAULTS: '1' } });
});

afterEach(() => order({ reset: true }));
afterAll(() => kit.close());

async function order(fault: Record<string, unknown>): Promise<Record<string, unknown>> {
  const answer = await kit.call('/_ark/faults', { method: 'POST', auth: '', body: JSON.stringify(fault) });
  return (await answer.json()) as Record<string, unknown>;
}

async function queued(): Promise<string[]> {
  const { items } = await kit.json<{ items: { params: string }[] }>('/queue/api/json');
  return items.map(({ params }) => params.split('\n')[1] ?? '');
}

test('an answer is lost, but the order was accepted', async () => {
  await order({ lost_answers: 1 });

  await expect(kit.post(TRIGGER, { ID: 'lost' })).rejects.toThrow('fetch failed');

  expect(await queued()).toContain('ID=lost');
  expect((await kit.post(TRIGGER, { ID: 'lost' })).status).toBe(303);
});

test.each([500, 502, 503])('a trigger is refused with %i and leaves nothing behind', async (status) => {
  await order({ refusal: { status, times: 1 } });

  const answer = await kit.post(TRIGGER, { ID: `refused ${status}` });

  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toContain('text/html');
  expect(await queued()).not.toContain(`ID=refused ${status}`);
  expect((await kit.post(TRIGGER, { ID: `refused ${status}` })).status).toBe(201);
});

test('the boot page stands before everything, without X-Jenkins, and goes away', async () => {
  await order({ boot_page_s: 0.4 });

  const answer = await kit.call('/api/json');

  expect(answer.status).toBe(503);
  expect(answer.headers.get('x-jenkins')).toBeNull();
  expect(answer.headers.get('retry-after')).toBeNull();
  expect(await answer.text()).toContain('Jenkins is getting ready to work');
  await kit.until(async () => ((await kit.call('/api/json')).status === 200 ? true : undefined));
});

test('a paused queue blocks items until it goes on', async () => {
  await order({ pause_queue: true });
  const answer = await kit.post(`${TRIGGER}?delay=0sec`, { ID: 'paused' });
  const path = `${new URL(answer.headers.get('location') ?? '').pathname}api/json`;
  expect(await kit.json(path)).toMatchObject({
    _class: 'hudson.model.Queue$BlockedItem',
    blocked: true,
    why: 'Jenkins is about to shut down',
  });

  await order({ pause_queue: false });

  await kit.until(async () => {
    const { executable } = await kit.json<{ executable?: unknown }>(path);
    return executable ?? undefined;
  });
});

test('a crash of the queue loses an item and names another by its id', async () => {
  const lost = (await kit.post(TRIGGER, { ID: 'before' })).headers.get('location') ?? '';
  await order({ forget_queue: 1 });
  expect((await kit.call(new URL(lost).pathname)).status).toBe(404);

  const next = (await kit.post(TRIGGER, { ID: 'after' })).headers.get('location');

  expect(next).toBe(lost);
});

test('without the switch there is no control path', async () => {
  const plain = await Kit.start({});
  try {
    expect((await plain.call('/_ark/faults')).status).toBe(404);
  } finally {
    await plain.close();
  }
});
