import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChain as launchChain, type Chain } from '../../src/launcher/chain.ts';
import type { ClientHost } from '../../src/launcher/client-host.ts';
import { JENKINS_OPERATOR, JENKINS_USER, jenkinsUrl } from '../../src/launcher/jenkins-service.ts';
import { redisUrl } from '../../src/launcher/redis-service.ts';
import { createReporter } from '../../src/launcher/reporter.ts';
import { readSettings, type LauncherSettings } from '../../src/launcher/settings.ts';
import { freePorts } from './free-ports.ts';
import { openFreeNetwork } from './hosts.ts';

export interface TestChainOptions {
  /** Client hosts `h-1`, `h-2`, …; registered. */
  readonly hosts: number;
  readonly proxies?: number;
  /** Variables for coordinator and proxies, such as ARK_HOST_SLOTS or ARK_PRODUCTS_DIR. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The whole chain on ports, bridge and state of its own, with what a test needs to look at it and to hurt it. */
export interface TestChain {
  readonly pagesUrl: string;
  readonly appsUrl: string;
  readonly apiToken: string;
  readonly redisUrl: string;
  readonly arkSecret: string;
  readonly callbackKey: string;
  readonly jenkins: {
    readonly url: string;
    /** The account of the coordinator. */
    readonly user: string;
    readonly token: string;
    /** For people at the page. */
    readonly operator: string;
    readonly password: string;
  };
  /** The running hosts: docker(), exec(), restartEngine(), kill(). */
  readonly hosts: readonly ClientHost[];
  readonly stateDir: string;
  readonly chain: Chain;
  /** Replaces all faults of coordinator and proxies, `decide.before=crash*1`; empty for none. */
  setFaults(faults: string): void;
  /** A clean stop and start. */
  restartCoordinator(): Promise<void>;
  /** kill -9; it stays down until startCoordinator. */
  killCoordinator(): Promise<void>;
  startCoordinator(): Promise<void>;
  stopJenkins(): Promise<void>;
  startJenkins(): Promise<void>;
  /** kill -9, then a start on the same files. */
  restartRedis(): Promise<void>;
  stopRedis(): Promise<void>;
  startRedis(): Promise<void>;
  /** The end of a part's log: coordinator, proxy-1, local-jenkins, redis, nginx. */
  log(part: string): string;
  /** An API call with the admin token; throws unless it is answered 2xx. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

/** Starts everything; resolves when the hosts are registered. `close` it in afterAll. */
export async function startChain(options: TestChainOptions, signal: AbortSignal): Promise<TestChain> {
  const stateDir = mkdtempSync(join(tmpdir(), 'ark-chain-'));
  const remove = (): void => rmSync(stateDir, { recursive: true, force: true, maxRetries: 5 });
  const said: string[] = [];
  const reporter = createReporter((line) => said.push(line));
  try {
    const network = options.hosts > 0 ? await openFreeNetwork(signal) : undefined;
    const settings = {
      ...(await testSettings(options, stateDir)),
      subnet: network?.gateway.slice(0, -2) ?? '',
    };
    const onGivenUp = (name: string): void => void said.push(`given up: ${name}`);
    const given = network === undefined ? {} : { network };
    const chain = await launchChain({ settings, reporter, signal, onGivenUp, ...given });
    const close = async (): Promise<void> => {
      await Promise.all(chain.hosts.map(async (host) => host.destroy()));
      const late = await chain.close();
      remove();
      if (late.length > 0) throw new Error(`Did not end: ${late.join(', ')}`);
    };
    return toTestChain(chain, { close, signal });
  } catch (error) {
    remove();
    throw new Error(`The chain does not start:\n${said.join('\n')}`, { cause: error });
  }
}

async function testSettings(options: TestChainOptions, stateDir: string): Promise<LauncherSettings> {
  const names = ['PAGES', 'APPS', 'API', 'INSTANCES', 'REDIS', 'JENKINS'];
  const ports = await freePorts(names.length);
  const faultsPath = join(stateDir, 'faults');
  const environment = {
    ...Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(?:ARK_|NODE_ENV$|JEST_)/.test(name)),
    ),
    ARK_STATE_DIR: stateDir,
    ARK_PROXIES: String(options.proxies ?? 2),
    ARK_FAULTS: `@${faultsPath}`,
    ARK_LOG_LEVEL: 'debug',
    ...Object.fromEntries(names.map((name, index) => [`ARK_${name}_PORT`, String(ports[index])])),
    ...options.environment,
  };
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(faultsPath, '');
  const settings = readSettings([], environment);
  return { ...settings, hosts: options.hosts, hostPrefix: 'h-', demo: false };
}

function toTestChain(
  chain: Chain,
  { close, signal }: { close: () => Promise<void>; signal: AbortSignal },
): TestChain {
  const { settings, secrets, redis, jenkins, coordinator } = chain;
  return {
    pagesUrl: settings.pagesUrl,
    appsUrl: settings.appsUrl,
    apiToken: secrets.adminToken.reveal(),
    redisUrl: redisUrl(settings, secrets),
    arkSecret: secrets.arkSecret.reveal(),
    callbackKey: secrets.callbackKey.reveal(),
    jenkins: {
      url: jenkinsUrl(settings),
      user: JENKINS_USER,
      token: secrets.jenkinsToken.reveal(),
      operator: JENKINS_OPERATOR,
      password: secrets.jenkinsPassword.reveal(),
    },
    get hosts() {
      return chain.hosts.map((host) => host.current);
    },
    stateDir: settings.stateDir,
    chain,
    setFaults: (faults) => writeFileSync(join(settings.stateDir, 'faults'), faults),
    restartCoordinator: async () => {
      await coordinator.stop();
      await coordinator.start(signal);
    },
    killCoordinator: async () => coordinator.kill(),
    startCoordinator: async () => coordinator.start(signal),
    stopJenkins: async () => jenkins.stop(),
    startJenkins: async () => jenkins.start(signal),
    restartRedis: async () => {
      await redis.kill();
      await redis.start(signal);
    },
    stopRedis: async () => redis.stop(),
    startRedis: async () => redis.start(signal),
    log: (part) => readFileSync(join(settings.stateDir, 'logs', `${part}.log`), 'utf8').slice(-20_000),
    call: async (method, path, body) => chain.api.call(method, path, body),
    close,
  };
}
