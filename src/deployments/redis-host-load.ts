import type { Host, HostId } from '../hosts/host.ts';
import { withStore, type Redis } from '../platform/redis.ts';
import type { DeploymentId } from './deployment.ts';
import type { HostLoad } from './deployment-store.ts';
import { readMark } from './redis-break-glass-store.ts';

/** Who works and waits on a host, and what an operator holds back there. */
export async function readHostLoad(redis: Redis, prefix: string, host: HostId): Promise<HostLoad> {
  const key = `${prefix}host:${host}`;
  const [active, waiting, [frozen, record]] = await withStore('host load', () =>
    Promise.all([
      redis.smembers(`${key}:active`),
      redis.zrange(`${key}:waiting`, '0', '-1'),
      redis.mget(`${prefix}frozen`, key),
    ]),
  );
  const isCordoned = typeof record === 'string' && (JSON.parse(record) as Host).cordoned;
  const hold = typeof frozen === 'string' ? 'frozen' : isCordoned ? 'host_cordoned' : undefined;
  const by = typeof frozen === 'string' ? readMark(frozen).by : '';
  return {
    active: active as DeploymentId[],
    waiting: waiting as DeploymentId[],
    ...(hold !== undefined && { hold }),
    ...(by && { held_by: by }),
  };
}
