import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Lifecycle } from '../platform/lifecycle.ts';
import { ApiClient } from './api-client.ts';
import { coordinatorService, proxyService } from './app-services.ts';
import { sweepHostGroups } from './host-leftovers.ts';
import { HostNetwork } from './host-network.ts';
import { cordonOthers, registerHosts } from './host-registration.ts';
import { ensureImages } from './images.ts';
import { jenkinsService } from './jenkins-service.ts';
import { KeptHost } from './kept-host.ts';
import { localUrl, nginxService } from './nginx-service.ts';
import { checkPorts } from './ports.ts';
import { ProcessBook } from './process-book.ts';
import { redisService } from './redis-service.ts';
import type { Reporter } from './reporter.ts';
import { removeRunFile } from './run-file.ts';
import { loadSecrets, type LauncherSecrets } from './secrets.ts';
import { Service, type ServiceSurroundings } from './service.ts';
import type { LauncherSettings } from './settings.ts';
import { ensureWebBundle } from './web-bundle.ts';

const CLOSE_DEADLINE_MS = 60_000;
const FIRST_HOST_NUMBER = 11;

export interface ChainOptions {
  readonly settings: LauncherSettings;
  readonly reporter: Reporter;
  /** Ends the start when aborted; a running chain ends by `close`. */
  readonly signal: AbortSignal;
  /** Called when a part died too often to go on. */
  readonly onGivenUp: (name: string) => void;
  /** One that is open already, in place of the bridge of the settings; closed with the chain. */
  readonly network?: HostNetwork;
}

/** Everything that runs, from Redis to the client hosts. */
export interface Chain {
  readonly settings: LauncherSettings;
  readonly secrets: LauncherSecrets;
  readonly api: ApiClient;
  readonly redis: Service;
  readonly jenkins: Service;
  readonly coordinator: Service;
  readonly proxies: readonly Service[];
  readonly nginx: Service;
  readonly hosts: readonly KeptHost[];
  /** Stops all in order: no new requests first, the store last. Returns the names of parts that did not end. */
  close(): Promise<string[]>;
}

/**
 * Starts the whole chain and registers its hosts. What a killed start left is ended first. Throws before anything
 * is started when another launcher runs on this state or a port is taken; ends what it started when a part fails.
 */
export async function startChain(options: ChainOptions): Promise<Chain> {
  const { settings, reporter, signal } = options;
  const life = new Lifecycle();
  mkdirSync(join(settings.stateDir, 'logs'), { recursive: true, mode: 0o700 });
  const bookPath = join(settings.stateDir, 'processes.json');
  const book = await ProcessBook.take(bookPath, { say: reporter.say, signal });
  life.add('process book', book);
  removeRunFile(settings); // of a start that was killed
  try {
    await checkPorts(settings);
    await sweepHostGroups(new RegExp(`^(${settings.bridge})-${settings.hostPrefix}\\d+$`));
    const chain = await startParts(options, life, { book, say: reporter.say, onGivenUp: options.onGivenUp });
    return { ...chain, close: async () => life.close(CLOSE_DEADLINE_MS) };
  } catch (error) {
    await life.close(CLOSE_DEADLINE_MS);
    throw error;
  }
}

type Parts = Omit<Chain, 'close'>;

async function startParts(
  options: ChainOptions,
  life: Lifecycle,
  around: ServiceSurroundings,
): Promise<Parts> {
  const { settings, reporter, signal } = options;
  const secrets = await loadSecrets(join(settings.stateDir, 'secrets'), signal);
  const service = (definition: ConstructorParameters<typeof Service>[0]): Service =>
    life.add(definition.name, new Service(definition, around));
  // closed in the reverse of this order
  const redis = service(redisService(settings, secrets));
  const hosts = await layHosts(options, life, { secrets, around });
  const jenkins = service(jenkinsService(settings, secrets));
  const coordinator = service(coordinatorService(settings, secrets));
  const numbers = Array.from({ length: settings.proxies }, (_, index) => index + 1);
  const proxies = numbers.map((number) => service(proxyService(settings, secrets, number)));
  const nginx = service(nginxService(settings));

  await allOrFirstFault([
    reporter.step('Redis', async () => redis.start(signal)),
    reporter.step('Local Jenkins', async () => jenkins.start(signal)),
    ensureWebBundle(settings.root, reporter, signal),
    ...hosts.map(async (host) => startHost(host, options)),
  ]);
  await reporter.step('Coordinator', async () => coordinator.start(signal));
  await reporter.step(`${String(settings.proxies)} proxies and nginx`, async () => {
    await allOrFirstFault(proxies.map(async (proxy) => proxy.start(signal)));
    await nginx.start(signal);
  });
  const api = new ApiClient(localUrl(settings), secrets.adminToken, signal);
  await registerHosts(hosts, api);
  const off = await cordonOthers(hosts, api, settings.hostPrefix);
  if (off.length > 0)
    reporter.say(`Not started this time: ${off.join(', ')}; no new deployments there, links lead nowhere`);
  return { settings, secrets, api, redis, jenkins, coordinator, proxies, nginx, hosts };
}

/** The hosts, not started yet, on a network of their own. */
async function layHosts(
  { settings, signal, network: given }: ChainOptions,
  life: Lifecycle,
  { secrets, around }: { secrets: LauncherSecrets; around: ServiceSurroundings },
): Promise<KeptHost[]> {
  if (settings.hosts === 0) return [];
  const own = { bridge: settings.bridge, gateway: `${settings.subnet}.1` };
  const network = given ?? (await HostNetwork.open(own, signal));
  life.add('host network', network);
  return Array.from({ length: settings.hosts }, (_, index) => {
    const name = `${settings.hostPrefix}${String(index + 1)}`;
    const address = `${settings.subnet}.${String(FIRST_HOST_NUMBER + index)}`;
    const state = { stateDir: join(settings.stateDir, 'hosts'), authorizedKey: secrets.sshPublicKey };
    return life.add(name, new KeptHost({ name, address, network, ...state }, around));
  });
}

async function startHost(host: KeptHost, { settings, reporter, signal }: ChainOptions): Promise<void> {
  await reporter.step(`Client host ${host.id} at ${host.address}`, async () => host.start(signal));
  await reporter.step(`Images on ${host.id}`, async () => ensureImages(settings.root, host.current, signal));
}

/** Waits for all, so that nothing is still being started when the fault is handled. */
async function allOrFirstFault(work: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const fault = results.find((result) => result.status === 'rejected');
  if (fault !== undefined) throw fault.reason;
}
