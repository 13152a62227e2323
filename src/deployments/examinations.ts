import { broken, ok, warning, type Examination, type Finding } from '../http/checkup.ts';
import type { Host } from '../hosts/host.ts';
import type { HostCheck } from '../hosts/host-registrar.ts';
import type { ProxyWatch } from '../routing/proxy-watch.ts';
import type { BreakGlassStore } from './break-glass-store.ts';
import type { BuildServer, JobName, StartRight } from './build-server.ts';

export interface ExaminedBuildServer extends Pick<BuildServer, 'check'> {
  startRight(job: JobName, signal: AbortSignal): Promise<StartRight>;
}

/** Redis answers, is set up so that it loses nothing, and is the one that we know. */
export function examineRedis({
  time,
  unmet,
  fault,
  clock,
}: {
  /** What time Redis has, epoch milliseconds. */
  readonly time: () => Promise<number>;
  readonly unmet: () => Promise<readonly string[]>;
  readonly fault: () => string | undefined;
  readonly clock: () => number;
}): readonly Examination[] {
  return [
    {
      part: 'redis',
      hint: 'Start Redis; check ARK_REDIS_URL',
      look: async () => {
        const aheadMs = (await time()) - clock();
        if (Math.abs(aheadMs) < 5_000) return ok('redis', 'answers, and has our time');
        const detail = `its clock is ${String(Math.round(aheadMs / 1_000))} s away from ours`;
        return warning('redis', detail, 'Let both machines keep their clocks by NTP');
      },
    },
    {
      part: 'redis settings',
      hint: 'Start Redis; check ARK_REDIS_URL',
      look: async () => {
        const faults = await unmet();
        if (faults.length === 0) return ok('redis settings', 'a confirmed write is never lost');
        return faults.map((detail) =>
          warning(
            'redis settings',
            detail,
            'Set it in redis.conf: in production a coordinator refuses to start',
          ),
        );
      },
    },
    {
      part: 'store',
      hint: 'Start Redis',
      look: async () => {
        const words = fault();
        if (words === undefined) return Promise.resolve(ok('store', 'is the one that we know'));
        const hint =
          'Bring the right data back; to go on with what is there: npm run ark -- accept-generation';
        return broken('store', words, hint);
      },
    },
  ];
}

/** Nobody has stopped all triggers. */
export function examineFreeze(store: Pick<BreakGlassStore, 'frozen'>): Examination {
  return {
    part: 'triggers',
    hint: 'Start Redis',
    look: async () => {
      const mark = await store.frozen();
      if (!mark) return ok('triggers', 'run');
      const detail = `frozen by ${mark.by || 'somebody'}: ${mark.why || 'no reason given'}`;
      return warning('triggers', detail, 'When that is over: npm run ark -- unfreeze --why …');
    },
  };
}

/** Some callback key is still believed. */
export function examineCallbackKeys(
  ids: readonly string[],
  revoked: () => Promise<readonly string[]>,
): Examination {
  const part = 'callback keys';
  return {
    part,
    hint: 'Start Redis',
    look: async () => {
      const gone = new Set(await revoked());
      const valid = ids.filter((id) => !gone.has(id));
      if (valid.length > 0) return ok(part, `believed: ${valid.join(', ')}`);
      const hint =
        'Put a new key into ARK_CALLBACK_KEYS and into ark-callback-key in Jenkins (docs/operations.md)';
      return broken(part, 'no valid key is left: every job will fail', hint);
    },
  };
}

/** Jenkins answers, knows us, and lets us build our jobs. */
export function examineJenkins(
  builds: ExaminedBuildServer,
  { user, jobs }: { readonly user: string; readonly jobs: () => Promise<readonly JobName[]> },
): readonly Examination[] {
  const hint = 'Start Jenkins; check ARK_JENKINS_URL, ARK_JENKINS_USER and ARK_JENKINS_TOKEN';
  return [
    {
      part: 'jenkins',
      hint,
      look: async (signal) => {
        const { version, user: shown } = await builds.check(signal);
        if (shown.toLowerCase() === user.toLowerCase()) return ok('jenkins', `${version}, we are ${shown}`);
        return broken(
          'jenkins',
          `takes us for ${shown}, not ${user}`,
          'Let ARK_JENKINS_USER be the owner of the token',
        );
      },
    },
    {
      part: 'jenkins jobs',
      hint,
      look: async (signal) =>
        Promise.all((await jobs()).map(async (job) => jobFinding(job, await builds.startRight(job, signal)))),
    },
  ];
}

function jobFinding(job: JobName, right: StartRight): Finding {
  const part = `job ${job}`;
  switch (right) {
    case 'granted':
      return ok(part, 'is there, and we may build it');
    case 'denied':
      return broken(part, 'we may not build it', 'Give the account of ARK_JENKINS_USER the right Job/Build');
    case 'hidden':
      return broken(
        part,
        'is not shown',
        'Create it (docs/install.md), or give our account the right Job/Read',
      );
    default:
      return right satisfies never;
  }
}

/** Some proxy is there, and each has applied what the store has. */
export function examineProxies(
  proxies: Pick<ProxyWatch, 'fresh'>,
  revision: () => Promise<number>,
): Examination {
  const hint = 'Start a proxy (ARK_ROLE=proxy) on this Redis; its log says what it lacks';
  return {
    part: 'proxies',
    hint,
    look: async () => {
      const newest = await revision();
      const fresh = await proxies.fresh();
      if (fresh.length === 0) return broken('proxies', 'none is heard of: no link answers', hint);
      const inOrder = fresh.toSorted((one, other) => one.id.localeCompare(other.id));
      return inOrder.map(({ id, revision: applied }) => {
        const part = `proxy ${id}`;
        if (applied >= newest) return ok(part, `has applied revision ${String(applied)}`);
        const detail = `is at revision ${String(applied)} of ${String(newest)}`;
        return warning(
          part,
          detail,
          'Look again in a second; /readyz on its own port names what holds it up',
        );
      });
    },
  };
}

/** Each host shows its pinned key on its SSH port. */
export function examineHosts(
  list: () => Promise<readonly Host[]>,
  check: (host: Host, signal: AbortSignal) => Promise<HostCheck>,
): Examination {
  return {
    part: 'hosts',
    hint: 'Start Redis',
    look: async (signal) => {
      const hosts = await list();
      if (hosts.length === 0) return warning('hosts', 'none is registered', 'Register one: docs/hosts.md');
      return Promise.all(hosts.map(async (host) => hostFinding(host, await check(host, signal))));
    },
  };
}

function hostFinding(host: Host, { reachable, key_matches: isSame }: HostCheck): Finding {
  const part = `host ${host.id}`;
  const place = `${host.address} port ${String(host.ssh_port)}`;
  if (!reachable)
    return broken(
      part,
      `no SSH at ${place}`,
      'Is it on, and on the private network? sshd, firewall, address',
    );
  if (!isSame) {
    return broken(
      part,
      `shows another host key at ${place}`,
      'Find out why; only then confirm the new key (docs/hosts.md)',
    );
  }
  return ok(part, `shows its pinned key${host.cordoned ? '; cordoned, it takes no new deployment' : ''}`);
}

/** The coordinator has a key to look into hosts with. */
export function examineSshKey(isSet: boolean): Examination {
  const finding = isSet
    ? ok('ssh key', 'is set: routes can be set by hand')
    : warning(
        'ssh key',
        'is not set: no route can be set by hand',
        'Set ARK_SSH_KEY_FILE; the key of the jobs will do',
      );
  return { part: 'ssh key', hint: '', look: async () => Promise.resolve(finding) };
}
