import { withStore } from '../platform/redis.ts';
import { parseRoute } from '../routing/route-record.ts';
import type { Route } from '../routing/route.ts';
import type {
  BreakGlassStore,
  ForceOutcome,
  Freeze,
  RouteSetting,
  SetRouteOutcome,
} from './break-glass-store.ts';
import type { Decision, DeploymentId, Reason } from './deployment.ts';
import type { InstanceId } from './instance.ts';
import { Scripts, type ScriptsOptions } from './redis-scripts.ts';

/** BreakGlassStore on Redis. */
export class RedisBreakGlassStore implements BreakGlassStore {
  readonly #options: ScriptsOptions;
  readonly #scripts: Scripts;

  constructor(options: ScriptsOptions) {
    this.#options = options;
    this.#scripts = new Scripts(options);
  }

  async forceFail(
    id: DeploymentId,
    { decision, reason, by }: { readonly decision: Decision; readonly reason: Reason; readonly by: string },
  ): Promise<ForceOutcome> {
    const [kind, phase] = await this.#scripts.run('force-fail', {
      deployment_id: id,
      decision: JSON.stringify(decision),
      reason: JSON.stringify(reason),
      by,
    });
    return { kind, phase } as ForceOutcome;
  }

  async withdrawRoute({
    instanceId,
    endpointId,
    reason,
    by,
  }: {
    readonly instanceId: InstanceId;
    readonly endpointId: string;
    readonly reason: string;
    readonly by: string;
  }): Promise<Route | undefined> {
    const args = { instance_id: instanceId, endpoint: endpointId, reason, by };
    const [word, text = ''] = await this.#scripts.run('withdraw-route', args);
    return word === 'withdrawn' ? parseRoute(text) : undefined;
  }

  async setRoute(setting: RouteSetting): Promise<SetRouteOutcome> {
    const { instanceId, endpointId, primary, hostId, container, reason, by } = setting;
    const [kind, value = ''] = await this.#scripts.run('set-route', {
      ...{ instance_id: instanceId, endpoint: endpointId, primary, host_id: hostId, container, reason, by },
    });
    switch (kind) {
      case 'set':
        return { kind, route: parseRoute(value) } as SetRouteOutcome;
      case 'held':
        return { kind, by: value as DeploymentId };
      case 'other_release':
        return { kind, liveSeq: value };
      case 'port_taken':
        return { kind, project: value };
      default:
        return { kind: 'not_present' };
    }
  }

  async freeze(mark: Freeze): Promise<void> {
    await this.#scripts.run('freeze', { mark: JSON.stringify(mark), by: mark.by });
  }

  async unfreeze(by: string): Promise<void> {
    await this.#scripts.run('freeze', { by });
  }

  async frozen(): Promise<Freeze | undefined> {
    const { redis, prefix } = this.#options;
    const text = await withStore('frozen', () => redis.get(`${prefix}frozen`));
    return text === null ? undefined : readMark(text);
  }
}

/** Whatever stands there freezes; only its words may be missing. */
export function readMark(text: string): Freeze {
  try {
    const { by = '', at = 0, why = '' } = JSON.parse(text) as Partial<Freeze>;
    return { by, at, why };
  } catch {
    return { by: '', at: 0, why: '' };
  }
}
