import { connectRedis } from '../../src/platform/redis.ts';
import type { TestChain } from './chain.ts';

export interface PortBook {
  /** Port → project that it is handed out to. */
  readonly used: Readonly<Record<string, string>>;
  /** Ports that rest after their project was removed. */
  readonly resting: readonly string[];
}

/** What the coordinator has noted about the ports of a host. */
export async function portBookOf(chain: TestChain, hostId: string): Promise<PortBook> {
  const redis = await connectRedis({ url: chain.redisUrl, name: 'journey' });
  try {
    const key = `ark:{ark}:host:${hostId}`;
    const [used, resting] = await Promise.all([
      redis.hgetall(`${key}:ports`),
      redis.zrange(`${key}:quarantine`, '0', '-1'),
    ]);
    return { used, resting };
  } finally {
    redis.disconnect();
  }
}
