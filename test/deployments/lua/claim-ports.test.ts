import { expect, test } from '@jest/globals';
import type { Deployment } from '../../../src/deployments/deployment.ts';
import { projectOf } from '../../../src/deployments/instance.ts';
import { aHost, type Bench } from '../bench.ts';
import { benchPerTest } from '../bench-per-test.ts';
import { dump } from '../dump.ts';
import { aBuildMark, must, reach, store, switchTo } from '../records.ts';

const at = benchPerTest();
let builds = 0;

/** Ports that a new deployment on this host is offered, by endpoint. */
async function offered(bench: Bench, endpoints: readonly string[] = ['web']) {
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'queued');
  const outcome = await claim(bench, deployment, endpoints);
  const { ports, seq } = must(await bench.store.deployment(deployment.id));
  return { deployment, outcome, ports, project: projectOf(deployment.instance_id, seq) };
}

function claim(bench: Bench, deployment: Deployment, endpoints: readonly string[]) {
  builds += 1;
  return bench.store.claim({
    deploymentId: deployment.id,
    instanceId: deployment.instance_id,
    job: deployment.job,
    build: aBuildMark(builds),
    endpoints,
  });
}

const used = (bench: Bench) => bench.redis.hgetall(`${bench.prefix}host:cl-a:ports`);

test('each endpoint is offered three ports, which count as used by the project from then on', async () => {
  const bench = at();

  const { ports, project } = await offered(bench, ['web', 'admin']);

  expect(ports).toEqual({ web: [20_000, 20_001, 20_002], admin: [20_003, 20_004, 20_005] });
  expect(Object.values(await used(bench))).toEqual(Array(6).fill(project));
});

test('no port is offered twice while it is used', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ slots: 9 }));

  const all = [await offered(bench), await offered(bench), await offered(bench)];
  const ports = all.flatMap((each) => each.ports?.['web'] ?? []);

  expect(new Set(ports).size).toBe(9);
});

test('ports of a removed project rest before they are offered again', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ port_min: 20_000, port_max: 20_005, slots: 9 }));
  const first = await offered(bench);
  await bench.store.progress(first.deployment.id, { stage: 'pull', status: 'done', at: 1 }, []);
  await bench.store.advance(first.deployment.id, { from: ['deploying'], to: 'verifying' });
  await switchTo(bench, first.deployment.id);
  // the next release is live: only what is not may rest its ports
  await bench.redis.hset(`${bench.prefix}instance:${first.deployment.instance_id}`, 'live_seq', '1');
  await bench.store.finish(first.deployment.id, [first.project]);

  expect((await offered(bench)).ports).toEqual({ web: [20_003, 20_004, 20_005] });
  expect((await offered(bench)).outcome).toEqual({ kind: 'no_ports' });

  bench.now += 86_400_001;
  expect((await offered(bench)).ports).toEqual({ web: [20_000, 20_001, 20_002] });
});

test('the search goes on where it ended, and from the end to the beginning', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ port_min: 20_000, port_max: 20_007, slots: 9 }));
  await bench.redis.set(`${bench.prefix}host:cl-a:port_cursor`, '6');

  expect((await offered(bench)).ports).toEqual({ web: [20_006, 20_007, 20_000] });
  expect((await offered(bench)).ports).toEqual({ web: [20_001, 20_002, 20_003] });
});

test('a range that was made smaller below the cursor still offers', async () => {
  const bench = at();
  await bench.redis.set(`${bench.prefix}host:cl-a:port_cursor`, '95');
  await bench.hosts.put(aHost({ port_min: 20_000, port_max: 20_003 }));

  expect((await offered(bench)).ports).toEqual({ web: [20_003, 20_000, 20_001] });
});

test('where less than three are free, the rest is offered', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ port_min: 20_000, port_max: 20_003, slots: 9 }));
  await offered(bench);

  expect((await offered(bench)).ports).toEqual({ web: [20_003] });
});

test('without a free port for every endpoint the claim is refused and nothing is taken', async () => {
  const bench = at();
  await bench.hosts.put(aHost({ port_min: 20_000, port_max: 20_003, slots: 9 }));
  const { deployment } = await store(bench);
  await reach(bench, deployment, 'queued');
  const before = await dump(bench.redis, bench.prefix);

  expect(await claim(bench, deployment, ['web', 'admin', 'metrics'])).toEqual({ kind: 'no_ports' });

  expect(await dump(bench.redis, bench.prefix)).toEqual(before);
});
