import { Secret } from '../platform/secret.ts';
import type { LogLevel } from '../platform/logger.ts';
import { OTHER_PARTS, SETTING_NAMES, settingsSchema, type Settings } from './config-schema.ts';
import { readSecretFiles, SECRET_FILE_NAMES } from './secret-files.ts';
import { listOf } from './setting.ts';

/** What every process needs to know. */
export interface CommonConfig {
  readonly production: boolean;
  readonly stateDir: string;
  readonly log: { readonly level: LogLevel; readonly format: 'json' | 'human' };
  readonly stopMs: number;
  /** For FaultPoints; empty outside tests. */
  readonly faults: string;
  readonly pagesUrl: string;
  readonly appsUrl: string;
  readonly trustedProxies: readonly string[];
  readonly redis: { readonly url: Secret; readonly prefix: string };
  readonly staleRoutesMs: number;
  /** Variables that look like ours but are not: typing errors, most likely. Worth a warning at start. */
  readonly unknownVariables: readonly string[];
}

export interface CoordinatorConfig extends CommonConfig {
  readonly role: 'coordinator';
  readonly api: {
    readonly host: string;
    readonly port: number;
    readonly webDir: string;
    readonly bodyLimitBytes: number;
    readonly callbackBodyLimitBytes: number;
    readonly requestTimeoutMs: number;
  };
  readonly access: {
    readonly adminToken: Secret;
    /** 32 bytes in base64. */
    readonly secret: Secret;
    /** Each `whsec_<base64>`; the first one signs what we start ourselves. */
    readonly callbackKeys: readonly Secret[];
    readonly revokedCallbackKeyIds: readonly string[];
    readonly sessionMs: number;
    readonly signInMs: number;
  };
  readonly jenkins: {
    readonly baseUrl: string;
    readonly user: string;
    readonly token: Secret;
    readonly deployJob: string;
    readonly destroyJob: string;
    readonly deadlineMs: number;
    readonly pollMs: number;
  };
  readonly deployments: {
    readonly productsDirs: readonly string[];
    readonly hostSlots: number;
    readonly deadlineMs: number;
    readonly portQuarantineMs: number;
    readonly probeTotalMs: number;
    readonly buildLogsBytes: number;
    /** Undefined: hosts cannot be looked into. */
    readonly sshKey: Secret | undefined;
  };
}

export interface ProxyConfig extends CommonConfig {
  readonly role: 'proxy';
  readonly proxy: {
    readonly id: string;
    readonly host: string;
    readonly port: number;
    readonly engine: 'middleware';
    readonly limits: {
      readonly connectMs: number;
      readonly headerMs: number;
      readonly responseIdleMs: number;
    };
  };
}

export type Config = CoordinatorConfig | ProxyConfig;

/** Every fault of the environment at once; the text names variables and rules, never values. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration has faults:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The frozen configuration of this process. An empty variable counts as absent; a secret may come from the file that
 * its variable with `_FILE` names. Throws ConfigError.
 */
export function loadConfig(env: Environment): Config {
  const given = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, value]],
    ),
  ) as Record<string, string>;
  const secrets = readSecretFiles(given);
  if (secrets.faults.length > 0) throw new ConfigError(secrets.faults);
  const known = Object.entries(given).filter(([name]) => SETTING_NAMES.has(name));
  const unknown = Object.keys(given).filter(isUnknown);
  const result = settingsSchema.validate({ ...Object.fromEntries(known), ...secrets.values });
  if (result.error !== undefined) throw new ConfigError(result.error.details.map(({ message }) => message));
  const { value } = result;
  const rest = { ...common(value), unknownVariables: unknown };
  return deepFreeze(value.ARK_ROLE === 'coordinator' ? coordinator(value, rest) : proxy(value, rest));
}

function isUnknown(name: string): boolean {
  const isOurs = SETTING_NAMES.has(name) || SECRET_FILE_NAMES.has(name) || OTHER_PARTS.test(name);
  return name.startsWith('ARK_') && !isOurs;
}

function common(settings: Settings): Omit<CommonConfig, 'unknownVariables'> {
  return {
    production: settings.NODE_ENV === 'production',
    stateDir: settings.ARK_STATE_DIR,
    log: { level: settings.ARK_LOG_LEVEL, format: settings.ARK_LOG_FORMAT },
    stopMs: settings.ARK_STOP_S * 1_000,
    faults: settings.ARK_FAULTS,
    pagesUrl: settings.ARK_PAGES_URL,
    appsUrl: settings.ARK_APPS_URL,
    trustedProxies: listOf(settings.ARK_TRUSTED_PROXIES),
    redis: { url: new Secret(settings.ARK_REDIS_URL), prefix: settings.ARK_REDIS_PREFIX },
    staleRoutesMs: settings.ARK_STALE_ROUTES_S * 1_000,
  };
}

function coordinator(settings: Settings, rest: CommonConfig): CoordinatorConfig {
  return {
    role: 'coordinator',
    ...rest,
    api: {
      host: settings.ARK_API_HOST,
      port: settings.ARK_API_PORT,
      webDir: settings.ARK_WEB_DIR,
      bodyLimitBytes: settings.ARK_BODY_LIMIT_KIB * 1_024,
      callbackBodyLimitBytes: settings.ARK_CALLBACK_BODY_LIMIT_KIB * 1_024,
      requestTimeoutMs: settings.ARK_REQUEST_TIMEOUT_S * 1_000,
    },
    access: {
      adminToken: new Secret(settings.ARK_ADMIN_TOKEN ?? ''),
      secret: new Secret(settings.ARK_SECRET ?? ''),
      callbackKeys: listOf(settings.ARK_CALLBACK_KEYS ?? '').map((key) => new Secret(key)),
      revokedCallbackKeyIds: listOf(settings.ARK_REVOKED_CALLBACK_KEYS),
      sessionMs: settings.ARK_SESSION_S * 1_000,
      signInMs: settings.ARK_SIGN_IN_S * 1_000,
    },
    jenkins: {
      baseUrl: settings.ARK_JENKINS_URL ?? '',
      user: settings.ARK_JENKINS_USER ?? '',
      token: new Secret(settings.ARK_JENKINS_TOKEN ?? ''),
      deployJob: settings.ARK_DEPLOY_JOB,
      destroyJob: settings.ARK_DESTROY_JOB,
      deadlineMs: settings.ARK_JENKINS_TIMEOUT_S * 1_000,
      pollMs: settings.ARK_JENKINS_POLL_MS,
    },
    deployments: {
      productsDirs: settings.ARK_PRODUCTS_DIR.split(':').filter((folder) => folder !== ''),
      hostSlots: settings.ARK_HOST_SLOTS,
      deadlineMs: settings.ARK_DEADLINE_S * 1_000,
      portQuarantineMs: settings.ARK_PORT_QUARANTINE_S * 1_000,
      probeTotalMs: settings.ARK_PROBE_TOTAL_S * 1_000,
      buildLogsBytes: settings.ARK_BUILD_LOGS_MIB * 1_024 * 1_024,
      sshKey: settings.ARK_SSH_KEY === undefined ? undefined : new Secret(settings.ARK_SSH_KEY),
    },
  };
}

function proxy(settings: Settings, rest: CommonConfig): ProxyConfig {
  return {
    role: 'proxy',
    ...rest,
    proxy: {
      id: settings.ARK_PROXY_ID,
      host: settings.ARK_INSTANCES_HOST,
      port: settings.ARK_INSTANCES_PORT,
      engine: settings.ARK_PROXY_ENGINE,
      limits: {
        connectMs: settings.ARK_CONNECT_TIMEOUT_MS,
        headerMs: settings.ARK_HEADER_TIMEOUT_S * 1_000,
        responseIdleMs: settings.ARK_IDLE_TIMEOUT_S * 1_000,
      },
    },
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !(value instanceof Secret)) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
