import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { connectRedis, type Redis } from '../../src/platform/redis.ts';
import { callback, claimNow, middleOf, scenariosOf, verifyTimes, type Scenario } from './api-calls.ts';
import { cpuMsOf, prepare } from './coordinator-process.ts';
import { eventTimes, READERS } from './event-times.ts';
import { percentile } from './figures.ts';
import { Filler } from './fill.ts';
import { JenkinsStandIn } from './jenkins-stand-in.ts';
import { Caller, fire } from './open-loop.ts';

// npm run bench:api [-- --seconds 5 --rate 200 --instances 10000 --json FILE]: the real coordinator in a process of its
// own, on a Redis of its own, under calls at a constant rate. Prints a table; says nothing about other machines.

const ROUNDS = 3;
const WARM_UP_S = 1;
const IDLE_S = 3;
/** Changes a second while readers follow. */
const EVENTS_SHARE = 0.05;

interface Run {
  readonly name: string;
  readonly rate: number;
  readonly times: readonly number[];
  readonly cpuMs: number;
  readonly redisCpuMs: number;
}

interface Figures {
  readonly name: string;
  readonly rate: number;
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  /** Of each round. */
  readonly p99s: readonly number[];
  readonly max: number;
  readonly cpuMs: number;
  readonly redisCpuMs: number;
}

interface Target {
  readonly filler: Filler;
  readonly caller: Caller;
  readonly pid: number;
  readonly redisPid: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '5' },
      rate: { type: 'string', default: '200' },
      instances: { type: 'string', default: '10000' },
      json: { type: 'string' },
    },
  });
  const load = { rate: Number(values.rate), seconds: Number(values.seconds) };
  const closers: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  // what it started must not outlive it
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void close().finally(() => process.exit(1)));
  }
  try {
    const result = await measure(load, Number(values.instances), closers);
    const verify = [150, 16_384, 65_536].map((bytes) => figuresOfCheck(bytes));
    process.stdout.write(`${toTables(result, verify)}\n`);
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, load: loadavg() };
    const all = { at: new Date().toISOString(), machine, options: values, ...result, verify };
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`);
  } finally {
    await close();
  }
}

interface Result {
  /** Share of one core that the coordinator takes while nobody calls. */
  readonly idle: number;
  readonly calls: readonly Figures[];
}

interface Load {
  readonly rate: number;
  readonly seconds: number;
}

async function measure(
  load: Load,
  instances: number,
  closers: (() => Promise<void> | void)[],
): Promise<Result> {
  const jenkins = new JenkinsStandIn();
  const prepared = await prepare(await jenkins.listen());
  closers.push(() => {
    jenkins.close();
  }, prepared.close);
  const redis = await connectRedis({ url: prepared.config.redis.url.reveal(), name: 'bench' });
  closers.push(() => {
    redis.disconnect();
  });
  const filler = new Filler(redis, prepared.config);
  const startedAt = performance.now();
  const ids = await filler.fill(instances);
  say(`${String(ids.length)} instances in ${String(Math.round(performance.now() - startedAt))} ms`);
  jenkins.order = await filler.queued();
  const coordinator = await prepared.start();
  closers.push(coordinator.close);
  const caller = new Caller(coordinator.port);
  const claim = await claimNow(caller);
  const scenarios = scenariosOf(ids, {
    order: jenkins.order,
    claim,
    cursor: await middleOf(caller, ids.length),
  });
  // what is ordered waits: Jenkins is no part of these figures
  await caller.call({ method: 'POST', path: '/api/system/freeze', body: '{"why":"bench"}' });
  const target = { filler, caller, pid: coordinator.pid, redisPid: await pidOf(redis) };
  for (const scenario of scenarios) await run(scenario, { rate: load.rate, seconds: WARM_UP_S }, target);
  const idle = await idleShare(coordinator.pid);
  const runs: Run[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    say(`round ${String(round)} of ${String(ROUNDS)}`);
    for (const scenario of scenarios) runs.push(await run(scenario, load, target));
    const progress = {
      lease: claim.lease,
      deployment_id: claim.deployment_id,
      stage: 'gate',
      status: 'done',
    };
    runs.push(await follow(coordinator.port, load, { ...target, progress }));
  }
  return {
    idle,
    calls: [...Map.groupBy(runs, ({ name }) => name).values()].map(figuresOf),
  };
}

async function run(scenario: Scenario, load: Load, { filler, caller, ...target }: Target): Promise<Run> {
  const rate = load.rate * scenario.share;
  const shoot = async (at: number): Promise<void> => {
    const { status, text } = await caller.call(scenario.shot(at));
    if (status !== scenario.status) throw new Error(`${scenario.name}: ${String(status)} ${text}`);
  };
  const result = await withCpu(target, () => fire({ ...load, rate }, shoot));
  await filler.cancelWaiting();
  return { name: scenario.name, rate, ...result };
}

async function follow(
  port: number,
  load: Load,
  { caller, progress, ...target }: Target & { readonly progress: object },
): Promise<Run> {
  const rate = load.rate * EVENTS_SHARE;
  const change = async (): Promise<void> => {
    const { status, text } = await caller.call(callback('progress', progress));
    if (status !== 200) throw new Error(`No change: ${text}`);
  };
  const result = await withCpu(target, () => eventTimes(port, { ...load, rate }, change));
  return { name: `event, at each of ${String(READERS)} readers`, rate, ...result };
}

async function withCpu(
  { pid, redisPid }: Pick<Target, 'pid' | 'redisPid'>,
  act: () => Promise<readonly number[]>,
): Promise<Pick<Run, 'times' | 'cpuMs' | 'redisCpuMs'>> {
  const [own, store] = [cpuMsOf(pid), cpuMsOf(redisPid)];
  const times = await act();
  return { times, cpuMs: cpuMsOf(pid) - own, redisCpuMs: cpuMsOf(redisPid) - store };
}

async function idleShare(pid: number): Promise<number> {
  const before = cpuMsOf(pid);
  await fire({ rate: 1, seconds: IDLE_S + 1 }, () => Promise.resolve());
  return (cpuMsOf(pid) - before) / (IDLE_S * 1_000);
}

async function pidOf(redis: Redis): Promise<number> {
  return Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]);
}

function figuresOf(runs: readonly Run[]): Figures {
  const times = runs.flatMap((each) => each.times);
  const sum = (of: (each: Run) => number): number => runs.reduce((total, each) => total + of(each), 0);
  return {
    ...{ name: runs[0]?.name ?? '', rate: runs[0]?.rate ?? 0, count: times.length },
    ...{ p50: percentile(times, 0.5), p99: percentile(times, 0.99), max: percentile(times, 1) },
    p99s: runs.map((each) => percentile(each.times, 0.99)),
    cpuMs: sum(({ cpuMs }) => cpuMs) / times.length,
    redisCpuMs: sum(({ redisCpuMs }) => redisCpuMs) / times.length,
  };
}

interface Check {
  readonly bytes: number;
  readonly p50: number;
  readonly p99: number;
}

function figuresOfCheck(bytes: number): Check {
  const times = verifyTimes(bytes);
  return { bytes, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

function toTables({ idle, calls }: Result, verify: readonly Check[]): string {
  const lines = calls.map(({ name, rate, p50, p99, p99s, max, cpuMs, redisCpuMs }) => {
    const spread = `${Math.min(...p99s).toFixed(1)} – ${Math.max(...p99s).toFixed(1)}`;
    const cells = [
      p50.toFixed(1),
      p99.toFixed(1),
      spread,
      max.toFixed(0),
      cpuMs.toFixed(2),
      redisCpuMs.toFixed(2),
    ];
    return `| ${name} | ${String(rate)} | ${cells.join(' | ')} |`;
  });
  const checks = verify.map(
    ({ bytes, p50, p99 }) => `| ${String(bytes)} | ${p50.toFixed(3)} | ${p99.toFixed(3)} |`,
  );
  return [
    ...[
      '| ms | a second | p50 | p99 | p99 of rounds | max | CPU | CPU of Redis |',
      '|---|---|---|---|---|---|---|---|',
    ],
    ...lines,
    `\nWhile nobody calls: ${(idle * 100).toFixed(1)} % of a core.\n`,
    ...['| bytes signed | p50 ms | p99 ms |', '|---|---|---|', ...checks],
  ].join('\n');
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

await main();
