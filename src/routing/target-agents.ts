import type { ClientRequest } from 'node:http';
import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { targetKey } from './route-table.ts';
import type { Target } from './route.ts';

/** Shorter than the 5 s after which a Node server closes an idle connection, so that we rarely write into a closing one. */
const IDLE_MS = 4_000;
const MOST_IDLE = 64;

/** A socket that was connected before the request, on its way through Node's agent. */
export interface ReadySocket {
  readonly socket: Socket;
  taken: boolean;
}

/** What Node passes to `createConnection`; `ready` is ours and travels through untouched. */
interface ConnectionOptions {
  readonly ready?: ReadySocket;
}

/** The idle connection that an exchange counted on has closed meanwhile; nothing was sent. */
export class NoIdleConnection extends Error {}

/** The pool of one target. It never connects by itself: an exchange brings its socket (see connectTarget). */
class TargetAgent extends Agent {
  // Declared by Node, not by its types: ClientRequest hands itself over here.
  declare addRequest: (request: ClientRequest, options: object) => void;

  constructor() {
    super({ keepAlive: true, maxFreeSockets: MOST_IDLE, scheduling: 'lifo', timeout: IDLE_MS });
  }

  override createConnection(
    options: object,
    done?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | undefined {
    const { ready } = options as ConnectionOptions;
    if (ready !== undefined) {
      ready.taken = true;
      return ready.socket;
    }
    // The types want a socket beside the error; Node does not.
    (done as ((error: Error) => void) | undefined)?.(new NoIdleConnection());
    return undefined;
  }

  get idle(): readonly Socket[] {
    return Object.values(this.freeSockets).flatMap((sockets) => sockets ?? []);
  }

  get isUnused(): boolean {
    return Object.keys(this.sockets).length === 0 && Object.keys(this.requests).length === 0;
  }
}

export interface AgentFacade {
  readonly onRequest: (request: ClientRequest) => void;
  readonly ready: ReadySocket | undefined;
}

/** Keep-alive pools, one per target. */
export class TargetAgents {
  readonly #agents = new Map<string, TargetAgent>();

  hasIdle(target: Target): boolean {
    return (this.#agents.get(targetKey(target))?.idle ?? []).some((socket) => !socket.destroyed);
  }

  /** The target's pool for one exchange: tells of the request to the target, and adds the socket that was made for it. */
  agentFor(target: Target, { onRequest, ready }: AgentFacade): Agent {
    const pool = this.#pool(target);
    const addRequest = (request: ClientRequest, options: object): void => {
      onRequest(request);
      pool.addRequest(request, ready === undefined ? options : { ...options, ready });
      if (ready?.taken === false) ready.socket.destroy();
    };
    return Object.create(pool, { addRequest: { value: addRequest } }) as Agent;
  }

  /** Closes what lies idle: after one idle connection turned out dead, its neighbours are suspect. */
  closeIdle(target: Target): void {
    for (const socket of this.#agents.get(targetKey(target))?.idle ?? []) socket.destroy();
  }

  /** Closes the idle connections of every target that `isNamed` denies, and forgets pools without connections. */
  tidy(isNamed: (target: string) => boolean): void {
    for (const [key, agent] of this.#agents) {
      if (!isNamed(key)) for (const socket of agent.idle) socket.destroy();
      if (agent.isUnused && agent.idle.length === 0) this.#agents.delete(key);
    }
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #pool(target: Target): TargetAgent {
    const key = targetKey(target);
    const pool = this.#agents.get(key) ?? new TargetAgent();
    this.#agents.set(key, pool);
    return pool;
  }
}
