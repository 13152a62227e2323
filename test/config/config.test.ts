import { expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { ConfigError, loadConfig, type CoordinatorConfig } from '../../src/config/config.ts';

const SECRET = Buffer.alloc(32, 7).toString('base64');
const complete = {
  ARK_ADMIN_TOKEN: 'a'.repeat(40),
  ARK_SECRET: SECRET,
  ARK_CALLBACK_KEYS: `whsec_${SECRET} whsec_${Buffer.alloc(32, 8).toString('base64')}`,
  ARK_JENKINS_URL: 'http://127.0.0.1:8080/',
  ARK_JENKINS_USER: 'ark',
  ARK_JENKINS_TOKEN: 'hush-hush',
};

function faultsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

test('a coordinator with its secrets gets defaults for all else', () => {
  const config = loadConfig(complete) as CoordinatorConfig;

  expect(config.role).toBe('coordinator');
  expect(config.api).toMatchObject({ host: '127.0.0.1', port: 5050, bodyLimitBytes: 65_536 });
  expect(config.jenkins).toMatchObject({
    baseUrl: 'http://127.0.0.1:8080',
    deployJob: 'ark-deploy-instance',
  });
  expect(config.access.callbackKeys).toHaveLength(2);
  expect(config.deployments).toMatchObject({ deadlineMs: 900_000, productsDirs: [] });
  expect(config.redis.prefix).toBe('ark:{ark}:');
});

test('a proxy needs no secret of the coordinator', () => {
  expect(loadConfig({ ARK_ROLE: 'proxy', ARK_PROXY_ID: 'p-2' })).toMatchObject({
    role: 'proxy',
    proxy: { id: 'p-2', port: 5051, engine: 'middleware', limits: { connectMs: 3_000 } },
  });
});

test('every fault is named at once, with the variable and without the value', () => {
  const faults = faultsOf({
    ...complete,
    ARK_API_PORT: '99999',
    ARK_SECRET: 'short',
    ARK_JENKINS_URL: undefined,
  });

  expect(faults).toEqual([
    'ARK_API_PORT must be a valid port',
    'ARK_SECRET must be 32 bytes in base64',
    'ARK_JENKINS_URL is required',
  ]);
});

test.each([
  [
    { ARK_CALLBACK_KEYS: 'whsec_x' },
    'ARK_CALLBACK_KEYS must be a list of keys of the form whsec_<base64 of 32 bytes>',
  ],
  [
    { ARK_TRUSTED_PROXIES: '10.0.0.0/33' },
    'ARK_TRUSTED_PROXIES must be a list of addresses or networks (CIDR)',
  ],
  [{ ARK_FAULTS: 'x' }, 'ARK_FAULTS must be like decide.before=crash*1,claim.answer=drop'],
  [{ ARK_FAULTS: 'a.b=crash', NODE_ENV: 'production' }, 'ARK_FAULTS must be empty in production'],
  [{ ARK_FAULTS: '@/tmp/f', NODE_ENV: 'production' }, 'ARK_FAULTS must be empty in production'],
  [{ ARK_PORT_QUARANTINE_S: '60' }, 'ARK_PORT_QUARANTINE_S must be above ARK_STALE_ROUTES_S'],
  [{ ARK_DEADLINE_S: '1e9' }, 'ARK_DEADLINE_S must be less than or equal to 86400'],
])('%j is refused', (env, fault) => {
  expect(faultsOf({ ...complete, ...env })).toEqual([fault]);
});

test('secrets are never printed, and nothing can be changed afterwards', () => {
  const config = loadConfig({ ...complete, ARK_REDIS_URL: 'redis://:hush-redis@127.0.0.1:6379' });

  const printed = inspect(config, { depth: 9 }) + JSON.stringify(config);
  for (const secret of [complete.ARK_ADMIN_TOKEN, SECRET, 'hush-hush', 'hush-redis']) {
    expect(printed).not.toContain(secret);
  }
  expect(() => Object.assign(config.redis, { prefix: 'x' })).toThrow(TypeError);
});

test('variables of other parts and empty ones are no fault', () => {
  expect(
    faultsOf({ ...complete, ARK_PAGES_PORT: '3000', ARK_HOME: '/opt/ark', ARK_API_PORT: '', PATH: '/bin' }),
  ).toEqual([]);
});

test('a variable that looks like ours but is not is told', () => {
  expect(loadConfig({ ...complete, ARK_TRUSTED_PROXY: '::1' }).unknownVariables).toEqual([
    'ARK_TRUSTED_PROXY',
  ]);
});
