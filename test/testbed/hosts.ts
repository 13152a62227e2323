import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startClientHost, type ClientHost } from '../../src/launcher/client-host.ts';
import { run } from '../../src/launcher/command.ts';
import { sweepHostGroups } from '../../src/launcher/host-leftovers.ts';
import { HostNetwork, sweepBridges } from '../../src/launcher/host-network.ts';

const BRIDGE_PREFIX = 'arkt';
const FIRST_NET = 30;
const LAST_NET = 99;

export interface TestHostsOptions {
  readonly count: number;
  /** Where their state lies; a temporary folder, removed at the end, unless given. */
  readonly stateDir?: string;
  /** Public key line that may log in; a fresh key pair unless given. */
  readonly authorizedKey?: string;
  readonly insecureRegistries?: readonly string[];
}

export interface TestHosts {
  readonly network: HostNetwork;
  readonly hosts: readonly ClientHost[];
  /** Of the fresh key pair; empty when `authorizedKey` was given. */
  readonly privateKeyPath: string;
  /** Pulls the plug of all hosts and removes bridge and state. */
  close(): Promise<void>;
}

/** Client hosts `t-1`, `t-2`, … on a bridge of their own, 100.64.<free>.11 and up; ready when it resolves. */
export async function startTestHosts(options: TestHostsOptions, signal: AbortSignal): Promise<TestHosts> {
  const scratch = mkdtempSync(join(tmpdir(), 'ark-hosts-'));
  const network = await openFreeNetwork(signal);
  const removeAll = async (): Promise<void> => {
    await network.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const key = await keyPair(scratch, options.authorizedKey, signal);
    const hosts = await startAll(options, { network, stateDir: options.stateDir ?? scratch, key, signal });
    const close = async (): Promise<void> => {
      await Promise.all(hosts.map(async (host) => host.destroy()));
      await removeAll();
    };
    return { network, hosts, privateKeyPath: key.privateKeyPath, close };
  } catch (error) {
    await removeAll();
    throw error;
  }
}

/** A bridge `arkt<n>` with 100.64.<n>.1 that nobody uses; what killed test runs left is removed first. */
export async function openFreeNetwork(signal: AbortSignal): Promise<HostNetwork> {
  await sweepBridges(BRIDGE_PREFIX, signal);
  await sweepHostGroups(new RegExp(`^(${BRIDGE_PREFIX}\\d+)-`));
  const nets = LAST_NET - FIRST_NET + 1;
  const first = Math.floor(Math.random() * nets);
  for (let i = 0; i < nets; i++) {
    const net = String(FIRST_NET + ((first + i) % nets));
    const options = { bridge: `${BRIDGE_PREFIX}${net}`, gateway: `100.64.${net}.1`, mustBeNew: true };
    const network = await HostNetwork.open(options, signal).catch(() => undefined);
    if (network !== undefined) return network;
  }
  throw new Error('No free network for test hosts');
}

interface Shared {
  readonly network: HostNetwork;
  readonly stateDir: string;
  readonly key: { readonly authorizedKey: string };
  readonly signal: AbortSignal;
}

async function startAll(options: TestHostsOptions, shared: Shared): Promise<ClientHost[]> {
  const { network, stateDir, key, signal } = shared;
  const subnet = network.gateway.slice(0, network.gateway.lastIndexOf('.'));
  const starts = Array.from({ length: options.count }, async (_, index) => {
    const host = {
      name: `t-${String(index + 1)}`,
      address: `${subnet}.${String(index + 11)}`,
      network,
      stateDir,
    };
    const registries = options.insecureRegistries ?? [];
    return startClientHost(
      { ...host, authorizedKey: key.authorizedKey, insecureRegistries: registries },
      signal,
    );
  });
  const settled = await Promise.allSettled(starts);
  const hosts = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed === undefined) return hosts;
  await Promise.all(hosts.map(async (host) => host.destroy()));
  throw failed.reason;
}

async function keyPair(
  dir: string,
  authorizedKey: string | undefined,
  signal: AbortSignal,
): Promise<{ authorizedKey: string; privateKeyPath: string }> {
  if (authorizedKey !== undefined) return { authorizedKey, privateKeyPath: '' };
  const privateKeyPath = join(dir, 'id_ed25519');
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', privateKeyPath], { signal });
  return { authorizedKey: readFileSync(`${privateKeyPath}.pub`, 'utf8'), privateKeyPath };
}
