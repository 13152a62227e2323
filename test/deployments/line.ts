import type { Redis } from 'ioredis';
import { admitWaiting } from '../../src/deployments/admission.ts';
import type { Deployment, DeploymentId } from '../../src/deployments/deployment.ts';
import type { Instance } from '../../src/deployments/instance.ts';
import { Views } from '../../src/deployments/view-reader.ts';
import type { Host, HostId } from '../../src/hosts/host.ts';
import { aHost, Bench } from './bench.ts';
import { must, store, storeAgain } from './records.ts';

interface Member {
  readonly instance: Instance;
  active: Deployment | undefined;
  waiting: Deployment | undefined;
}

interface Side {
  host: Host;
  /** In the order in which they should start. */
  line: Deployment[];
  active: Deployment[];
}

export type Step =
  | { readonly act: 'new' | 'finish' | 'cordon'; readonly host: number; readonly pick: number }
  | { readonly act: 'again' | 'remove' | 'cancel'; readonly pick: number }
  | { readonly act: 'freeze' };

/**
 * The lines of some hosts twice: on the real scripts, and as lists that say what must come. After each step both are
 * compared, place by place.
 */
export class Lines {
  readonly bench: Bench;
  readonly #sides: Side[];
  readonly #members: Member[] = [];
  #isFrozen = false;
  orders = 0;

  constructor(redis: Redis, slots: readonly number[]) {
    this.bench = new Bench(redis);
    this.#sides = slots.map((count, at) => ({
      host: aHost({ id: `cl-${String(at)}` as HostId, address: `100.64.30.${String(at + 1)}`, slots: count }),
      line: [],
      active: [],
    }));
  }

  async open(): Promise<void> {
    for (const { host } of this.#sides) await this.bench.hosts.put(host);
  }

  async take(step: Step): Promise<void> {
    this.bench.now += 10;
    if (step.act === 'freeze') await this.#freeze(!this.#isFrozen);
    else if (step.act === 'new') await this.#order(this.#side(step.host));
    else if (step.act === 'cordon') await this.#cordon(this.#side(step.host));
    else if (step.act === 'finish') await this.#finish(this.#side(step.host), step.pick);
    else await this.#ofMember(step.act, this.#members[step.pick % Math.max(1, this.#members.length)]);
    await this.#admit();
  }

  /** Lets everybody in, one after another: nobody may be left. Returns how many were let in. */
  async drain(): Promise<number> {
    if (this.#isFrozen) await this.#freeze(false);
    for (const side of this.#sides) if (side.host.cordoned) await this.#cordon(side);
    await this.#admit();
    let ended = 0;
    for (const side of this.#sides) {
      while (side.active.length > 0) {
        await this.#finish(side, ended);
        ended += 1;
        await this.#admit();
        await this.compare();
      }
    }
    return ended;
  }

  async compare(): Promise<void> {
    for (const { host, line, active } of this.#sides) {
      const load = await this.bench.store.load(host.id);
      same(load.waiting, idsOf(line), `the line of ${host.id}`);
      same([...load.active].sort(), idsOf(active).sort(), `who works on ${host.id}`);
      if (active.length > host.slots) throw new Error('more at work than slots');
    }
    await this.#comparePlaces();
  }

  /** What people are shown: the place in line, and somebody who really is in the way. */
  async #comparePlaces(): Promise<void> {
    const views = new Views({ store: this.bench.store, appsUrl: 'http://apps' });
    for (const { line, active } of this.#sides) {
      for (const [at, { id }] of line.slice(0, 5).entries()) {
        const { pending } = await views.deployment(must(await this.bench.store.deployment(id)));
        same([pending?.position], [at + 1], 'the place that is shown');
        const holder = pending?.holder;
        if (holder !== undefined && !idsOf(active).includes(holder as DeploymentId)) {
          throw new Error('the holder that is shown holds nothing');
        }
      }
    }
  }

  async #order(side: Side): Promise<void> {
    const { instance, deployment } = await store(this.bench, { host_id: side.host.id });
    this.orders += 1;
    this.#members.push({ instance, active: undefined, waiting: deployment });
    side.line.push(deployment);
  }

  async #ofMember(act: 'again' | 'remove' | 'cancel', member: Member | undefined): Promise<void> {
    if (!member) return;
    if (act === 'cancel') return this.#cancel(member);
    const stored = await this.bench.store.instance(member.instance.id);
    if (stored?.desired === 'absent') return;
    const { deployment } = await storeAgain(this.bench, member.instance, {
      host_id: member.instance.host_id,
      ...(act === 'remove' && { kind: 'destroy' }),
    });
    this.orders += 1;
    const { line } = this.#sideOf(member);
    const place = member.waiting ? line.indexOf(member.waiting) : line.length;
    line.splice(place, member.waiting ? 1 : 0, deployment);
    member.waiting = deployment;
  }

  async #cancel(member: Member): Promise<void> {
    if (!member.waiting) return;
    await this.bench.store.cancel(member.waiting.id, 'ana');
    const side = this.#sideOf(member);
    side.line = side.line.filter((one) => one !== member.waiting);
    member.waiting = undefined;
  }

  async #finish(side: Side, pick: number): Promise<void> {
    const done = side.active[pick % Math.max(1, side.active.length)];
    if (!done) return;
    await this.bench.store.advance(done.id, { from: ['triggering'], to: 'failed', finish: true });
    side.active = side.active.filter((one) => one !== done);
    const member = this.#members.find(({ active }) => active === done);
    if (member) member.active = undefined;
  }

  /** Several coordinators look at the same moment. */
  async #admit(): Promise<void> {
    for (const side of this.#sides) {
      const { store } = this.bench;
      const { id } = side.host;
      const admitted = await Promise.all([admitWaiting(store, id), admitWaiting(store, id)]);
      const expected = this.#letIn(side);
      same(admitted.flat().sort(), idsOf(expected).sort(), 'who is let in');
    }
  }

  /** The rule: in order, past those whose instance is at work, as far as slots reach. */
  #letIn(side: Side): readonly Deployment[] {
    if (this.#isFrozen) return [];
    const letIn: Deployment[] = [];
    for (const deployment of [...side.line]) {
      const member = must(this.#members.find(({ waiting }) => waiting === deployment));
      const isHeld = member.active !== undefined || (side.host.cordoned && deployment.kind !== 'destroy');
      if (isHeld || side.active.length >= side.host.slots) continue;
      side.line = side.line.filter((one) => one !== deployment);
      side.active.push(deployment);
      member.active = deployment;
      member.waiting = undefined;
      letIn.push(deployment);
    }
    return letIn;
  }

  async #freeze(on: boolean): Promise<void> {
    const { redis, prefix } = this.bench;
    await (on ? redis.set(`${prefix}frozen`, '1') : redis.del(`${prefix}frozen`));
    this.#isFrozen = on;
  }

  async #cordon(side: Side): Promise<void> {
    side.host = { ...side.host, cordoned: !side.host.cordoned };
    await this.bench.hosts.put(side.host);
  }

  #side(at: number): Side {
    return must(this.#sides[at % this.#sides.length]);
  }

  #sideOf({ instance }: Member): Side {
    return must(this.#sides.find(({ host }) => host.id === instance.host_id));
  }
}

function idsOf(deployments: readonly Deployment[]): DeploymentId[] {
  return deployments.map(({ id }) => id);
}

function same(found: readonly unknown[], wanted: readonly unknown[], what: string): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
  }
}
