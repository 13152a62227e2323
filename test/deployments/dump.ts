import type { Redis } from 'ioredis';

/**
 * Every key below a prefix with its value, in order: two dumps are equal when nothing has changed. What was heard and
 * who was here is left out.
 */
export async function dump(
  redis: Redis,
  prefix: string,
  leaveOut = /^(session|sign_in|callbacks|acts):/,
): Promise<Readonly<Record<string, unknown>>> {
  const keys = (await redis.keys(`${prefix}*`)).sort();
  const rest = keys.filter((key) => !leaveOut.test(key.slice(prefix.length)));
  const values = await Promise.all(rest.map((key) => valueOf(redis, key)));
  return Object.fromEntries(rest.map((key, at) => [key.slice(prefix.length), values[at]]));
}

async function valueOf(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key);
  switch (type) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return (await redis.smembers(key)).sort();
    case 'zset':
      return redis.zrange(key, '0', '-1', 'WITHSCORES');
    case 'stream':
      return redis.xrange(key, '-', '+');
    default:
      throw new Error(`a key of type ${type}`);
  }
}
