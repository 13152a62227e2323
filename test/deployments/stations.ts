import type { Build } from '../../src/deployments/build-server.ts';
import type { ClaimAnswer } from '../../src/deployments/callback-messages.ts';
import { aHost, type Bench } from './bench.ts';
import { must } from './records.ts';

/** Where an order may be when something happens to it; `running` is queued with a build that has not claimed. */
export const STATIONS = [
  'waiting',
  'triggering',
  'queued',
  'running',
  'claimed',
  'deploying',
  'verifying',
  'retiring',
] as const;
export type Station = (typeof STATIONS)[number];

export interface Arrived {
  readonly instance_id: Awaited<ReturnType<Bench['order']>>['instance_id'];
  readonly deployment_id: Awaited<ReturnType<Bench['order']>>['deployment_id'];
  readonly build?: Build;
  readonly claim?: ClaimAnswer;
}

/** Takes a fresh order to a station as the world would, and leaves what held it there out of the way. */
export async function arriveAt(bench: Bench, station: Station): Promise<Arrived> {
  if (station === 'waiting') return arriveWaiting(bench);
  bench.builds.down = station === 'triggering';
  const placed = await bench.order();
  await bench.core.tracker.round();
  bench.builds.down = false;
  const at = STATIONS.indexOf(station);
  if (at < STATIONS.indexOf('running')) return placed;
  const build = must(bench.builds.startNext());
  if (station === 'running') await bench.core.tracker.round();
  if (at < STATIONS.indexOf('claimed')) return { ...placed, build };
  const claim = await bench.claim(build);
  if (at >= STATIONS.indexOf('deploying')) {
    const leased = { lease: claim.lease, deployment_id: claim.deployment_id };
    await bench.core.callbacks.progress({ ...leased, stage: 'pull', status: 'started' });
  }
  if (station === 'verifying') bench.faults.set('decide.before=throw*1');
  if (at >= STATIONS.indexOf('verifying')) await bench.core.callbacks.ready(bench.readyMessage(claim));
  return { ...placed, build, claim };
}

async function arriveWaiting(bench: Bench): Promise<Arrived> {
  const { id, slots } = aHost();
  await bench.hosts.update(id, (host) => ({ ...host, slots: 0 }));
  const placed = await bench.order();
  await bench.hosts.update(id, (host) => ({ ...host, slots }));
  return placed;
}

/** Rounds of the tracker, some seconds apart, until nothing is open. */
export async function rounds(bench: Bench, most = 10): Promise<void> {
  for (let done = 0; done < most && (await bench.store.open()).length > 0; done += 1) {
    await bench.core.tracker.round();
    bench.now += 3_000;
  }
}
