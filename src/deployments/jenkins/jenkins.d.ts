/**
 * The part of the `jenkins` package that we use: its transport (papi), not its ready-made calls, whose reading
 * of the answers is wrong in places (docs/jenkins-client.md). The package has no types of its own.
 */
declare module 'jenkins' {
  import type { EventEmitter } from 'node:events';
  import type { Agent, IncomingMessage } from 'node:http';
  import type { Writable } from 'node:stream';

  interface ClientOptions {
    readonly baseUrl: string;
    readonly crumbIssuer: false;
    readonly headers: Readonly<Record<string, string>>;
    /** Milliseconds for a whole exchange. */
    readonly timeout: number;
  }

  interface RequestOptions {
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Buffer;
    /** Takes the body of the answer in place of the package's own unbounded buffer. */
    readonly pipe: Writable;
    /** Emits `cancel` to end the exchange. */
    readonly ctx: EventEmitter;
    readonly agent: Agent | false;
  }

  export interface Exchange {
    readonly res: IncomingMessage | undefined;
    readonly err: Error | undefined;
  }

  /** `next(error)` rejects; `next(false, value)` resolves with the value. */
  export type Middleware = (
    exchange: Exchange,
    next: (stop?: Error | false, value?: unknown) => void,
  ) => void;

  export default class Jenkins {
    constructor(options: ClientOptions);
    _get(request: RequestOptions, ...middleware: Middleware[]): Promise<unknown>;
    _post(request: RequestOptions, ...middleware: Middleware[]): Promise<unknown>;
  }
}
