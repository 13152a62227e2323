import { sha256 } from '../platform/digest.ts';
import { attempt, run } from './command.ts';
import { NameResponder } from './name-responder.ts';
import { identify, isAlive } from './process-identity.ts';

export interface HostNetworkOptions {
  /** Interface name, 15 characters at most. */
  readonly bridge: string;
  /** The machine's own address on the bridge. */
  readonly gateway: string;
  /** Fails when the bridge is there, instead of taking over what a dead owner left. */
  readonly mustBeNew?: boolean;
}

const PREFIX_LENGTH = 24;

/** The bridge that client hosts hang on, with a name responder on its address. */
export class HostNetwork {
  readonly bridge: string;
  readonly gateway: string;
  readonly prefixLength = PREFIX_LENGTH;
  readonly #names: NameResponder;

  private constructor({ bridge, gateway }: HostNetworkOptions, names: NameResponder) {
    this.bridge = bridge;
    this.gateway = gateway;
    this.#names = names;
  }

  /** Makes the bridge. One whose recorded owner is dead is replaced; throws when somebody else uses it. */
  static async open(options: HostNetworkOptions, signal: AbortSignal): Promise<HostNetwork> {
    const { bridge, gateway } = options;
    const owner = await bridgeOwner(bridge);
    if (owner !== 'none') {
      if (owner === 'alive' || options.mustBeNew === true)
        throw new Error(`The network bridge ${bridge} is in use`);
      await run(['ip', 'link', 'del', bridge], { signal });
    }
    await run(['ip', 'link', 'add', 'name', bridge, 'type', 'bridge'], { signal });
    try {
      await run(['ip', 'link', 'set', bridge, 'alias', ownerAlias()], { signal });
      await run(['ip', 'addr', 'add', `${gateway}/${String(PREFIX_LENGTH)}`, 'dev', bridge], { signal });
      await run(['ip', 'link', 'set', bridge, 'up'], { signal });
      return new HostNetwork(options, await NameResponder.open(gateway));
    } catch (error) {
      await attempt(['ip', 'link', 'del', bridge]);
      throw error;
    }
  }

  /** Gives the network namespace of process `pid` an eth0 on this bridge; it ends with the namespace. */
  async attach(hostName: string, pid: number, signal: AbortSignal): Promise<void> {
    const digest = sha256(`${this.bridge}/${hostName}`).toString('hex');
    const outside = `vk${digest.slice(0, 10)}`;
    // always the same hardware address: a neighbour entry of before a restart leads nowhere for up to 45 s otherwise
    const mac = `02:${digest.slice(0, 10).replaceAll(/..(?=.)/g, '$&:')}`;
    await attempt(['ip', 'link', 'del', outside], { signal });
    const peer = ['peer', 'name', 'eth0', 'address', mac, 'netns', String(pid)];
    await run(['ip', 'link', 'add', outside, 'type', 'veth', ...peer], { signal });
    await run(['ip', 'link', 'set', outside, 'master', this.bridge, 'up'], { signal });
  }

  /** Removes bridge and responder. Repeatable. */
  async close(): Promise<void> {
    await this.#names.close().catch(() => undefined);
    await attempt(['ip', 'link', 'del', this.bridge]);
  }
}

/** Removes bridges with this prefix whose recorded owner is dead. Returns their names. */
export async function sweepBridges(namePrefix: string, signal: AbortSignal): Promise<string[]> {
  const { stdout } = await run(['ip', '-o', 'link', 'show', 'type', 'bridge'], { signal });
  const names = [...stdout.matchAll(/^\d+: ([^:@\s]+)/gm)].map((match) => match[1] ?? '');
  const removed: string[] = [];
  for (const name of names.filter((found) => found.startsWith(namePrefix))) {
    if ((await bridgeOwner(name)) !== 'dead') continue;
    await attempt(['ip', 'link', 'del', name], { signal });
    removed.push(name);
  }
  return removed;
}

/** The interface's alias names its owner, so that a bridge left by a killed process is told from a living one. */
function ownerAlias(): string {
  return `ark ${String(process.pid)} ${identify(process.pid)?.start ?? '0'}`;
}

/** Whether the bridge exists and its owner lives. One without our mark counts as alive: it is not ours to remove. */
export async function bridgeOwner(bridge: string): Promise<'none' | 'alive' | 'dead'> {
  const { code, stdout } = await attempt(['ip', 'link', 'show', 'dev', bridge]);
  if (code !== 0) return 'none';
  const mark = /alias ark (\d+) (\d+)/.exec(stdout);
  if (mark === null) return 'alive';
  return isAlive({ pid: Number(mark[1]), start: mark[2] ?? '' }) ? 'alive' : 'dead';
}
