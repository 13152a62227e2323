import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { startChain, type TestChain } from '../testbed/chain.ts';
import { median, toTable, type Row } from './figures.ts';

// npm run bench:deploy [-- --count 20]: deployments of `hello` in a row on one client host, by turns a new instance
// and the next release of it. Prints a table of stage times in ms; says nothing about other machines.

interface Deployment {
  readonly deployment_id: string;
  readonly release_id: string;
  readonly created_at: string;
  readonly timeline: readonly { readonly phase: string; readonly at: string }[];
  readonly stages: readonly { readonly stage: string; readonly status: string; readonly at: string }[];
}

interface Instance {
  readonly instance_id: string;
  readonly access_url: string;
  readonly status: string;
  readonly active: Deployment | null;
  readonly last_deployment: Deployment;
}

interface Order {
  readonly instance_id: string;
  readonly deployment_id: string;
  readonly access_url: string;
}

const WAIT_MS = 120_000;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { count: { type: 'string', default: '20' } } });
  const count = Number(values.count);
  const stop = new AbortController();
  process.once('SIGINT', () => {
    stop.abort();
  });
  const environment = { ARK_FAULTS: '', ARK_LOG_LEVEL: 'info' };
  const chain = await startChain({ hosts: 1, environment }, stop.signal);
  try {
    const rows: Row[] = [];
    let before: Order | undefined;
    for (let number = 1; number <= count; number += 1) {
      const row = await deployOnce(chain, before);
      rows.push(row.figures);
      before = before === undefined ? row.order : undefined;
      process.stderr.write(
        `${String(number)}/${String(count)}: ${String(Math.round(row.figures['order to link'] ?? 0))} ms\n`,
      );
    }
    process.stdout.write(`${toTable(rows)}\n\n${verdict(rows)}\n`);
  } finally {
    await chain.close();
  }
}

async function deployOnce(
  chain: TestChain,
  before: Order | undefined,
): Promise<{ order: Order; figures: Row }> {
  const orderedAt = Date.now();
  const order = before
    ? await chain.call<Order>('POST', `/api/instances/${before.instance_id}/deployments`, {})
    : await chain.call<Order>('POST', '/api/instances', { product_id: 'hello', client_name: 'Bench' });
  const answeredAt = Date.now();
  const release = (await chain.call<Deployment>('GET', `/api/deployments/${order.deployment_id}`)).release_id;
  const liveAt = await untilServed(order.access_url, release);
  const instance = await untilIdle(chain, order.instance_id);
  const own = ownShare(chain, order.deployment_id);
  return { order, figures: figuresOf(instance.last_deployment, { orderedAt, answeredAt, liveAt, ...own }) };
}

/** Epoch ms at which the link first gave this release. */
async function untilServed(url: string, release: string): Promise<number> {
  for (const endAt = Date.now() + WAIT_MS; Date.now() < endAt; await delay(5)) {
    const response = await fetch(`${url}release.txt`).catch(() => undefined);
    const text = response?.status === 200 ? await response.text() : await response?.body?.cancel();
    if (text?.trim() === release) return Date.now();
  }
  throw new Error(`${url} never served ${release}`);
}

async function untilIdle(chain: TestChain, id: string): Promise<Instance> {
  for (const endAt = Date.now() + WAIT_MS; Date.now() < endAt; await delay(100)) {
    const instance = await chain.call<Instance>('GET', `/api/instances/${id}`);
    if (instance.active === null && instance.status === 'running') return instance;
  }
  throw new Error(`${id} is still busy`);
}

interface Moments {
  readonly orderedAt: number;
  readonly answeredAt: number;
  readonly liveAt: number;
  /** From the access log, ms. */
  readonly claimMs: number;
  readonly readyMs: number;
  /** Epoch ms at which the first `ready` arrived. */
  readonly readyAt: number;
}

function figuresOf({ timeline, stages }: Deployment, moments: Moments): Row {
  const phase = (name: string): number =>
    Date.parse(timeline.find((entry) => entry.phase === name)?.at ?? '');
  const stage = (name: string, status: string): number =>
    Date.parse(stages.find((entry) => entry.stage === name && entry.status === status)?.at ?? '');
  const { orderedAt, answeredAt, liveAt, claimMs, readyMs, readyAt } = moments;
  const trigger = phase('queued') - orderedAt;
  const readyToLink = liveAt - readyAt;
  return {
    'order answered': answeredAt - orderedAt,
    'order to queued': trigger,
    'queued to claimed': phase('claimed') - phase('queued'),
    'claim answered': claimMs,
    'claimed to prepare': stage('prepare', 'started') - phase('claimed'),
    'prepare and pull': stage('pull', 'done') - stage('prepare', 'started'),
    'start and gate': stage('gate', 'done') - stage('start', 'started'),
    'ready answered': readyMs,
    'ready to link': readyToLink,
    'link to finished': phase('succeeded') - liveAt,
    'order to link': liveAt - orderedAt,
    'coordinator in all': trigger + claimMs + readyToLink,
  };
}

/** What the coordinator's access log says of this deployment's claim and first ready. */
function ownShare(chain: TestChain, deploymentId: string): Pick<Moments, 'claimMs' | 'readyMs' | 'readyAt'> {
  const lines = readFileSync(join(chain.stateDir, 'logs/coordinator.log'), 'utf8').trim().split('\n');
  const requests = lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line['message'] === 'request');
  const ready = requests.find(
    (line) => line['path'] === '/api/callbacks/ready' && line['deploymentId'] === deploymentId,
  );
  const claim = requests.filter((line) => line['path'] === '/api/callbacks/claim').at(-1);
  const readyMs = Number(ready?.['durationMs']);
  return {
    claimMs: Number(claim?.['durationMs']),
    readyMs,
    readyAt: Date.parse(String(ready?.['time'])) - readyMs,
  };
}

function verdict(rows: readonly Row[]): string {
  const own = median(rows.map((row) => row['coordinator in all'] ?? Number.NaN));
  const all = median(rows.map((row) => row['order to link'] ?? Number.NaN));
  return `Median: order to link ${String(Math.round(all))} ms, of it the coordinator ${String(Math.round(own))} ms (aim: under 100 ms).`;
}

await main();
