import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Deployment, DeploymentId } from '../../../src/deployments/deployment.ts';
import { LogKeeper } from '../../../src/deployments/logs/log-keeper.ts';
import type { LogHead } from '../../../src/deployments/logs/log-store.ts';
import type { LogState } from '../../../src/deployments/logs/log-updater.ts';
import { noLog } from '../../../src/platform/logger.ts';
import { until } from '../../testbed/until.ts';
import { aBuildMark, aDeployment, anInstance } from '../records.ts';

const NOW = 1_790_000_000_000;
const HEAD: LogHead = {
  ...{ generation: 1, build: '1:1', from: 0, to: 4 },
  complete: true,
  tail: { keyLines: 0 },
};

/** Everything that a keeper works with, scripted. */
class World {
  readonly deployments = new Map<DeploymentId, Deployment>();
  readonly due: DeploymentId[] = [];
  readonly looks: DeploymentId[] = [];
  readonly broken = new Set<DeploymentId>();
  rooms = 0;
  atOnce = 0;
  mostAtOnce = 0;
  state: LogState = { head: undefined, hasEnded: false };
  readonly keeper: LogKeeper;

  constructor() {
    const store = {
      open: async () => Promise.resolve([...this.deployments.keys()].filter((id) => !this.due.includes(id))),
      deployment: async (id: DeploymentId) => Promise.resolve(this.deployments.get(id)),
    };
    const logs = {
      due: async (limit: number) => Promise.resolve(this.due.slice(0, limit)),
      settle: async (id: DeploymentId) => Promise.resolve(void this.due.splice(this.due.indexOf(id), 1)),
      makeRoom: async () => Promise.resolve(void (this.rooms += 1)),
      ...{ head: never, write: never, read: never },
    };
    const updater = { update: (deployment: Deployment) => this.#update(deployment) };
    this.keeper = new LogKeeper({
      ...{ store, logs, updater, log: noLog, clock: () => NOW, pace: { readMs: 20, unreadMs: 100 } },
    });
  }

  add(changes: Partial<Deployment> = {}): DeploymentId {
    const deployment = aDeployment(anInstance(), { build: aBuildMark(), ...changes });
    this.deployments.set(deployment.id, deployment);
    return deployment.id;
  }

  countOf(id: DeploymentId): number {
    return this.looks.filter((each) => each === id).length;
  }

  async #update({ id }: Deployment): Promise<LogState> {
    this.looks.push(id);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.atOnce -= 1;
    if (this.broken.has(id)) throw new Error('Jenkins is away');
    return this.state;
  }
}

const never = async (): Promise<never> => Promise.reject(new Error('not for the keeper'));
let world: World;

beforeEach(() => {
  world = new World();
});
afterEach(() => world.keeper.close());

const untilLooked = (id: DeploymentId, times: number) =>
  until(
    async () => Promise.resolve(world.countOf(id)),
    (count) => count >= times,
  );

test('a log that somebody reads is looked at more often than one that nobody reads', async () => {
  const [read, unread] = [world.add(), world.add()];
  world.keeper.listen(read, () => undefined);
  world.keeper.start();

  await untilLooked(unread, 3);

  expect(world.countOf(read)).toBeGreaterThan(2 * world.countOf(unread));
});

test('of those that nobody reads twenty are followed, two at once, and a broken one stops none', async () => {
  const all = Array.from({ length: 30 }, () => world.add());
  const withoutBuild = aDeployment(anInstance());
  world.deployments.set(withoutBuild.id, withoutBuild);
  world.broken.add(all[0] as DeploymentId);
  world.keeper.start();

  await untilLooked(all[0] as DeploymentId, 3);

  expect(new Set(world.looks).size).toBe(20);
  expect(world.countOf(withoutBuild.id)).toBe(0);
  expect(world.mostAtOnce).toBe(2);
  expect(world.rooms).toBeGreaterThan(0);
});

test('what is over and not whole comes first, until it is whole', async () => {
  Array.from({ length: 25 }, () => world.add());
  const over = world.add({ finished_at: NOW - 1_000 });
  world.due.push(over);
  world.keeper.start();

  await untilLooked(over, 2);
  world.state = { head: HEAD, hasEnded: true };
  await until(
    async () => Promise.resolve(world.due),
    (due) => due.length === 0,
  );

  expect(world.countOf(over)).toBeGreaterThanOrEqual(2);
});

test.each([
  ['of a build that Jenkins lost is waited for', NOW - 60_000, 1],
  ['of a build that Jenkins lost is given up after ten minutes', NOW - 601_000, 0],
])('a log %s', async (_, finishedAt, left) => {
  const over = world.add({ finished_at: finishedAt });
  world.due.push(over);
  world.state = { head: undefined, hasEnded: true };

  const look = await world.keeper.look(over);

  expect(look).toMatchObject({ isOver: true });
  expect(world.due).toHaveLength(left);
});

test('the log of a deployment that is forgotten is over and not due', async () => {
  const id = 'd-gone' as DeploymentId;
  world.due.push(id);

  expect(await world.keeper.look(id)).toEqual({ head: undefined, isOver: true, phase: undefined });
  expect(world.due).toEqual([]);
});

test('while a deployment has not finished its log is not over, though its build has ended', async () => {
  const id = world.add();
  world.state = { head: HEAD, hasEnded: true };

  expect(await world.keeper.look(id)).toMatchObject({ head: HEAD, isOver: false });
});

test('looks of several readers are one, and tell all of them', async () => {
  const id = world.add();
  const told: string[] = [];
  world.keeper.listen(id, () => told.push('one'));
  const stop = world.keeper.listen(id, () => told.push('other'));

  await Promise.all([world.keeper.look(id), world.keeper.look(id), world.keeper.refresh(id)]);
  stop();
  await world.keeper.look(id);

  expect(world.countOf(id)).toBe(2);
  expect(told).toEqual(['one', 'other', 'one']);
});

test('a log that Jenkins cannot give is given up at some time, not asked for for ever', async () => {
  const finished = (agoMs: number) => world.add({ finished_at: NOW - agoMs, phase: 'failed' });
  const [old, recent] = [finished(30 * 86_400_000), finished(1_000)];
  for (const id of [old, recent]) world.broken.add(id);
  world.due.push(old, recent);

  await Promise.allSettled([world.keeper.look(old), world.keeper.look(recent)]);

  expect(world.due).toEqual([recent]);
});

test('logs that are due leave half of the looks to builds that run', async () => {
  for (let n = 0; n < 20; n += 1) {
    const id = world.add({ finished_at: NOW, phase: 'failed' });
    world.broken.add(id);
    world.due.push(id);
  }
  const running = world.add();
  world.keeper.start();

  await untilLooked(running, 1);
});
