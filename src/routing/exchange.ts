import type { IncomingMessage } from 'node:http';
import { AppError } from '../platform/errors.ts';
import type { ErrorCode } from '../platform/errors.ts';
import type { Origin } from './forwarded-headers.ts';
import type { HeaderPairs } from './header-pairs.ts';
import type { OpenExchanges } from './open-exchanges.ts';
import type { RouteLookup } from './route-lookup.ts';
import type { Resolution } from './route-lookup.ts';
import type { EndpointId, Target } from './route.ts';

export interface ExchangeFacts {
  readonly request: IncomingMessage;
  readonly requestId: string;
  readonly pairs: HeaderPairs;
  readonly endpoint: EndpointId;
  /** `/instances/<endpoint>` */
  readonly prefix: string;
  /** What the target gets as its request-target. */
  readonly path: string;
  readonly origin: Origin;
}

export interface ExchangeParts {
  /** Answers the client instead of the target, or cuts the connection when an answer has begun. */
  readonly refuse: (error: AppError) => void;
  readonly lookup: RouteLookup;
  readonly open: OpenExchanges;
}

/** One request with the one target that it goes to (rule R8), counted on that target until it ends. */
export class Exchange {
  readonly facts: ExchangeFacts;
  readonly #parts: ExchangeParts;
  #target: Target;
  #endCount: () => void;

  constructor(facts: ExchangeFacts, target: Target, parts: ExchangeParts) {
    this.facts = facts;
    this.#parts = parts;
    this.#target = target;
    this.#endCount = parts.open.begin(target);
  }

  get target(): Target {
    return this.#target;
  }

  /**
   * Asks the store for the route again after a refused connection: this proxy may have missed a switch.
   * True when it leads elsewhere now. Throws the error of a route that leads nowhere any more.
   */
  async reroute(): Promise<boolean> {
    const target = targetOf(await this.#parts.lookup.ask(this.facts.endpoint));
    if (target.host === this.#target.host && target.port === this.#target.port) return false;
    this.#endCount();
    this.#target = target;
    this.#endCount = this.#parts.open.begin(target);
    return true;
  }

  /** Answers the client with an error of ours, at once. */
  refuse(error: AppError): void {
    this.#parts.refuse(error);
  }

  /** Ends the count; repeatable. */
  end(): void {
    this.#endCount();
  }
}

/** The target of a live route. Throws the code of every other resolution. */
export function targetOf(resolution: Resolution): Target {
  if (resolution.kind === 'unknown') throw new AppError('route_unknown', 'There is no such instance');
  if (resolution.kind === 'unavailable')
    throw new AppError('route_store_unavailable', 'Routes cannot be looked up');
  const { state, target } = resolution.route;
  if (state === 'live' && target !== undefined) return target;
  const code = STATE_CODES[state];
  throw new AppError(code, `The route is ${state}`);
}

const STATE_CODES: Record<'live' | 'updating' | 'stopped' | 'withdrawn', ErrorCode> = {
  live: 'target_unreachable',
  updating: 'route_updating',
  stopped: 'route_stopped',
  withdrawn: 'route_withdrawn',
};
