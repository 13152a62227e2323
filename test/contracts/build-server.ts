import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Build, BuildRef, BuildServer, JobName, QueueId } from '../../src/deployments/build-server.ts';
import { pollUntil } from '../../src/platform/polling.ts';

/** What the suite needs of the server under test. */
export interface BuildServerBench {
  readonly builds: BuildServer;
  /** Declares DEPLOYMENT_ID and INSTANCE_ID, prints `working` and runs until `finish`. */
  readonly job: JobName;
  readonly user: string;
  /** From now on orders stay in the queue, until `release`. */
  hold(): Promise<void>;
  release(): Promise<void>;
  /** Lets one running build end with success. */
  finish(build: Build): Promise<void>;
  close(): Promise<void>;
}

const TIMES = { everyMs: 50, timeoutMs: 10_000 };
const LIMIT_BYTES = 64 * 1024;
const NO_SUCH_ID = '987654321' as QueueId;

/** The behaviour that any BuildServer must show; `open` starts a fresh one. */
export function buildServerContract(name: string, open: () => Promise<BuildServerBench>): void {
  describe(`${name} as build server`, () => {
    const aborter = new AbortController();
    const { signal } = aborter;
    let bench: BuildServerBench;
    let count = 0;

    beforeAll(async () => {
      bench = await open();
    });
    afterAll(() => bench.close());

    const order = (deploymentId: string) =>
      bench.builds.trigger(bench.job, { DEPLOYMENT_ID: deploymentId, INSTANCE_ID: 'acme-ñ & co' }, signal);
    const freshId = () => `d-${++count}-${Date.now()}`;

    async function queued(deploymentId: string): Promise<QueueId> {
      const outcome = await order(deploymentId);
      if (outcome.kind !== 'queued') throw new Error(JSON.stringify(outcome));
      return outcome.queueId;
    }

    async function running(deploymentId: string): Promise<Build> {
      await queued(deploymentId);
      const find = async () => {
        const found = await bench.builds.find(
          { job: bench.job, deploymentId: deploymentId, sinceMs: Date.now() - 60_000 },
          signal,
        );
        return found.kind === 'build' && found.build.running ? found.build : undefined;
      };
      return must(await pollUntil(find, { ...TIMES, signal }));
    }

    async function ended(ref: BuildRef): Promise<Build> {
      const read = async () => {
        const build = await bench.builds.readBuild(ref, signal);
        return build?.running ? undefined : build;
      };
      return must(await pollUntil(read, { ...TIMES, signal }));
    }

    test('its job is shown, and no other', async () => {
      expect(await bench.builds.showsJob(bench.job, signal)).toBe(true);
      expect(await bench.builds.showsJob(`${bench.job}-of-nobody`, signal)).toBe(false);
    });

    test('an order that is held is found in the queue, and the same order again is the same item', async () => {
      await bench.hold();
      const id = freshId();

      const queueId = await queued(id);
      const again = await queued(id);
      const found = await bench.builds.find(
        { job: bench.job, deploymentId: id, sinceMs: Date.now() },
        signal,
      );
      const item = await bench.builds.readQueueItem(queueId, id, signal);
      await bench.release();

      expect(again).toBe(queueId);
      expect(found).toEqual({ kind: 'queued', queueId });
      expect(item.kind).toBe('waiting');
    });

    test('orders with different ids are different items', async () => {
      await bench.hold();

      const orders = [freshId(), freshId(), freshId()];
      const ids = await Promise.all(orders.map(queued));
      for (const [index, id] of ids.entries())
        await bench.builds.cancelQueueItem(id, String(orders[index]), signal);
      await bench.release();

      expect(new Set(ids).size).toBe(3);
    });

    test('a queue item is gone under another deployment id, and cannot be cancelled under it', async () => {
      await bench.hold();
      const id = freshId();
      const queueId = await queued(id);

      const other = await bench.builds.readQueueItem(queueId, 'd-other', signal);
      const cancelled = await bench.builds.cancelQueueItem(queueId, 'd-other', signal);
      const item = await bench.builds.readQueueItem(queueId, id, signal);
      await bench.release();

      expect(other).toEqual({ kind: 'gone' });
      expect(cancelled).toBe(false);
      expect(item.kind).toBe('waiting');
      expect(await bench.builds.readQueueItem(NO_SUCH_ID, id, signal)).toEqual({ kind: 'gone' });
    });

    test('an item that was cancelled never starts and is found no more', async () => {
      await bench.hold();
      const id = freshId();
      const queueId = await queued(id);

      const first = await bench.builds.cancelQueueItem(queueId, id, signal);
      const item = await bench.builds.readQueueItem(queueId, id, signal);
      const found = await bench.builds.find(
        { job: bench.job, deploymentId: id, sinceMs: Date.now() - 60_000 },
        signal,
      );
      await bench.release();

      expect(first).toBe(true);
      expect(item).toEqual({ kind: 'cancelled' });
      expect(found).toEqual({ kind: 'none' });
    });

    test('an item that started names its build and cannot be cancelled', async () => {
      const id = freshId();
      const queueId = await queued(id);
      const read = async () => {
        const item = await bench.builds.readQueueItem(queueId, id, signal);
        return item.kind === 'started' ? item : undefined;
      };

      const item = must(await pollUntil(read, { ...TIMES, signal }));
      const build = must(await bench.builds.readBuild({ job: bench.job, number: item.number }, signal));

      expect(build.parameters['DEPLOYMENT_ID']).toBe(id);
      expect(await bench.builds.cancelQueueItem(queueId, id, signal)).toBe(false);
      expect(await bench.builds.cancelQueueItem(NO_SUCH_ID, id, signal)).toBe(false);
    });

    test('a running build shows its parameters, our account as cause, and no result', async () => {
      const id = freshId();

      const build = await running(id);

      expect(build).toMatchObject({ job: bench.job, running: true, parameters: { DEPLOYMENT_ID: id } });
      expect(build.parameters['INSTANCE_ID']).toBe('acme-ñ & co');
      expect(build.causes.map((cause) => cause.user_id)).toEqual([bench.user]);
      expect(build.result).toBeUndefined();
      expect(build.interrupted_by).toBeUndefined();
      expect(Math.abs(build.timestamp - Date.now())).toBeLessThan(60_000);
    });

    test('a growing log is read on from where it was read to', async () => {
      const started = await running(freshId());
      const readWorking = async () => {
        const piece = must(await bench.builds.readLog(started, undefined, signal));
        return piece.text.includes('working\n') ? piece : undefined;
      };

      const first = must(await pollUntil(readWorking, { ...TIMES, signal }));
      const second = must(await bench.builds.readLog(started, first.mark, signal));

      expect(first).toMatchObject({ isAnother: false, hasMore: false });
      expect(second).toEqual({ ...first, text: '' });
      const unknown = { job: bench.job, number: 999_999 };
      expect(await bench.builds.readLog(unknown, undefined, signal)).toBeUndefined();
      await bench.finish(started);
    });

    test('a build that ends well has its result and its whole log', async () => {
      const started = await running(freshId());

      await bench.finish(started);
      const build = await ended(started);
      const { text: log, isCut } = must(await bench.builds.fetchLog(build, LIMIT_BYTES, signal));
      expect(isCut).toBe(false);

      expect(build).toMatchObject({ running: false, result: 'SUCCESS', timestamp: started.timestamp });
      expect(log).toContain('working');
      expect(log).not.toContain('\r');
      expect(await bench.builds.fetchLog(build, 5, signal)).toEqual({ text: log.slice(-5), isCut: true });
    });

    test('a build that is stopped ends as aborted and tells who did it', async () => {
      const started = await running(freshId());

      await bench.builds.stopBuild(started, 'stop', signal);
      const build = await ended(started);

      expect(build).toMatchObject({ running: false, result: 'ABORTED' });
      expect(build.interrupted_by).toContain(bench.user);
      await bench.builds.stopBuild(started, 'stop', signal);
    });

    test('a build that is killed ends as aborted', async () => {
      const started = await running(freshId());

      await bench.builds.stopBuild(started, 'kill', signal);

      expect(await ended(started)).toMatchObject({ running: false, result: 'ABORTED' });
    });

    test('what does not exist is told, not thrown', async () => {
      const ref = { job: bench.job, number: 999_999 };

      expect(await bench.builds.readBuild(ref, signal)).toBeUndefined();
      expect(await bench.builds.fetchLog(ref, LIMIT_BYTES, signal)).toBeUndefined();
      expect(
        await bench.builds.find({ job: bench.job, deploymentId: 'd-nobody', sinceMs: 0 }, signal),
      ).toEqual({ kind: 'none' });
      expect(await bench.builds.trigger('no-such-job', { DEPLOYMENT_ID: 'd' }, signal)).toMatchObject({
        kind: 'refused',
      });
    });

    test('the check tells the version and who we are', async () => {
      const { version, user } = await bench.builds.check(signal);

      expect(version).not.toBe('');
      expect(user).toBe(bench.user);
    });

    test('a call with an aborted signal rejects with the reason of the signal', async () => {
      const stopped = AbortSignal.abort(new Error('shutting down'));

      await expect(bench.builds.readBuild({ job: bench.job, number: 1 }, stopped)).rejects.toThrow(
        'shutting down',
      );
      await expect(bench.builds.trigger(bench.job, {}, stopped)).rejects.toThrow('shutting down');
    });
  });
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('waited in vain');
  return value;
}
