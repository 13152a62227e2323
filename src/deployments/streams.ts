import type { Router } from 'express';
import type { EventStreamOptions } from '../http/event-stream.ts';
import { StreamSlots } from '../http/stream-slots.ts';
import type { Lifecycle } from '../platform/lifecycle.ts';
import type { Redis } from '../platform/redis.ts';
import { EventFeed } from './events/event-feed.ts';
import { createEventsApi } from './events/events-api.ts';
import { createLogs, type LogsOptions } from './logs/logs.ts';

export interface StreamsOptions extends Omit<LogsOptions, 'slots' | 'stream'> {
  /** A connection that only the stream of changes uses: it blocks. */
  readonly blocking: Redis;
  readonly stream?: Omit<EventStreamOptions, 'signal'>;
}

export interface Streams {
  /** Begins to keep logs and to read the changes. */
  start(): void;
  readonly routers: readonly Router[];
}

/** How many streams are open at once, of one caller and in all. */
const MOST = { perCaller: 100, inAll: 1_000 };

/** What people follow: the logs of builds, and what changes. */
export function createStreams(options: StreamsOptions, lifecycle: Lifecycle): Streams {
  const slots = new StreamSlots(MOST);
  const stream = { ...options.stream, signal: lifecycle.signal };
  const logs = createLogs({ ...options, slots, stream }, lifecycle);
  const feed = lifecycle.add('events', new EventFeed({ ...options, redis: options.blocking }));
  return {
    start: () => {
      logs.keeper.start();
      feed.start();
    },
    routers: [logs.api, createEventsApi({ ...options, feed, slots, stream })],
  };
}
