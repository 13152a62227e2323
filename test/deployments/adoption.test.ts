import { describe, expect, test } from '@jest/globals';
import type { Build } from '../../src/deployments/build-server.ts';
import { aHost, DESTROY_JOB, type Bench } from './bench.ts';
import { benchPerTest } from './bench-per-test.ts';
import { ALICE, buildOf, expectRefused, failRemoval, goLive } from './operators.ts';
import { must } from './records.ts';

const at = benchPerTest();

describe('while an operator holds back', () => {
  const held = [
    ['everything', (bench: Bench) => bench.redis.set(`${bench.prefix}frozen`, '1')],
    ['the host', (bench: Bench) => bench.hosts.put(aHost({ cordoned: true }))],
  ] as const;

  test.each(held)('%s, a build that is not ours is refused and changes nothing', async (_what, hold) => {
    const bench = at();
    const { instance_id } = await bench.bringLive();
    await hold(bench);
    const build = buildOf(bench, { INSTANCE_ID: instance_id });

    await expectRefused(bench, () => bench.claim(build), { code: 'not_allowed_now' });
  });

  test.each(held)('%s, the build that was triggered before goes on', async (_what, hold) => {
    const bench = at();
    await bench.order();
    await bench.core.tracker.round();
    await hold(bench);

    expect(await bench.claim(must(bench.builds.startNext()))).toMatchObject({ action: 'deploy' });
  });

  test('a cordoned host, a removal that failed is repeated there all the same', async () => {
    const bench = at();
    const { instance_id } = await bench.bringLive();
    await failRemoval(bench, instance_id);
    await bench.hosts.put(aHost({ cordoned: true }));

    const claim = await bench.claim(buildOf(bench, { INSTANCE_ID: instance_id }, DESTROY_JOB));

    expect(claim).toMatchObject({ action: 'destroy', instance_id });
  });
});

describe('a Rebuild of a build that was adopted', () => {
  const rebuildOf = (bench: Bench, { job, number, parameters }: Build): Build =>
    bench.builds.addOperatorBuild(job, parameters, [
      ALICE,
      {
        kind: 'com.sonyericsson.rebuild.RebuildCause',
        text: `Rebuilds build #${String(number)}`,
        repeats: number,
      },
    ]);

  async function adopted(bench: Bench) {
    const { build, instance_id } = await bench.bringLive();
    bench.now += 1_000;
    const rebuilt = rebuildOf(bench, build);
    const claim = await bench.claim(rebuilt);
    await goLive(bench, rebuilt, claim);
    return { first: build, rebuilt, claim, instance_id };
  }

  test('which is live now, is a new deployment', async () => {
    const bench = at();
    const { rebuilt, claim } = await adopted(bench);
    bench.now += 1_000;

    expect((await bench.claim(rebuildOf(bench, rebuilt))).keep).toContain(claim.project);
  });

  test('of the first build after it went live: 409 superseded', async () => {
    const bench = at();
    const { first, claim } = await adopted(bench);
    const again = rebuildOf(bench, first);

    await expectRefused(bench, () => bench.claim(again), {
      ...{ code: 'superseded', message: expect.stringContaining('only INSTANCE_ID') },
      details: { link: `http://pages/deployments/${claim.deployment_id}` },
    });
  });

  test('through a build that was refused leads to what is live', async () => {
    const bench = at();
    const { rebuilt } = await adopted(bench);
    const refused = rebuildOf(bench, rebuilt);
    bench.builds.end(refused, 'FAILURE');
    bench.now += 1_000;

    expect(await bench.claim(rebuildOf(bench, refused))).toMatchObject({ action: 'deploy' });
  });

  test('that Jenkins has deleted counts by its id: 409 superseded', async () => {
    const bench = at();
    const { rebuilt } = await adopted(bench);
    const again = rebuildOf(bench, rebuilt);
    bench.builds.forgetBuild(rebuilt);

    await expectRefused(bench, () => bench.claim(again), { code: 'superseded' });
  });
});

describe('after the host was edited', () => {
  const moved = { address: '100.64.30.99', ssh_user: 'other' };

  test('a build that was sent before is granted, and told the new address', async () => {
    const bench = at();
    await bench.order();
    await bench.core.tracker.round();
    await bench.hosts.put(aHost(moved));

    const claim = await bench.claim(must(bench.builds.startNext()));

    expect(claim.host).toMatchObject({ address: '100.64.30.99', user: 'other' });
  });

  test('a Rebuild with what was sent then is granted, with another address it is not', async () => {
    const bench = at();
    const { build } = await bench.bringLive();
    await bench.hosts.put(aHost(moved));
    const edited = buildOf(bench, { ...build.parameters, TARGET_HOST: '100.64.30.99' });

    await expectRefused(bench, () => bench.claim(edited), { code: 'fields_edited' });
    expect(await bench.claim(buildOf(bench, build.parameters))).toMatchObject({ action: 'deploy' });
  });

  test('a build with only INSTANCE_ID is compared with what we would send now', async () => {
    const bench = at();
    const { instance_id, build } = await bench.bringLive();
    await bench.hosts.put(aHost(moved));
    const { TARGET_HOST = '' } = build.parameters;
    const old = buildOf(bench, { INSTANCE_ID: instance_id, TARGET_HOST });
    const fresh = buildOf(bench, { INSTANCE_ID: instance_id, TARGET_HOST: moved.address });

    await expectRefused(bench, () => bench.claim(old), { code: 'fields_edited' });
    expect(await bench.claim(fresh)).toMatchObject({ action: 'deploy' });
  });
});

test.each([
  ['by a Rebuild', (given: Readonly<Record<string, string>>) => given],
  ['with only INSTANCE_ID', ({ INSTANCE_ID = '' }) => ({ INSTANCE_ID })],
])('a failed removal that is repeated %s still keeps the data', async (_how, parametersOf) => {
  const bench = at();
  const { instance_id } = await bench.bringLive();
  const build = await failRemoval(bench, instance_id, true);

  const claim = await bench.claim(buildOf(bench, parametersOf(build.parameters), DESTROY_JOB));

  expect(claim).toMatchObject({ action: 'destroy', instance_id, keep: [`${instance_id}-data`] });
});
