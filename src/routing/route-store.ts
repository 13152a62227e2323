import type { AcceptedGeneration } from './accepted-generation.ts';
import type { EndpointId, Route, RouteChange } from './route.ts';

/** Where the store stands: both change together when it was wiped or restored. */
export interface StorePosition {
  /** Undefined when the store has none: it is empty, or was wiped. */
  readonly generation: string | undefined;
  /** The highest revision given so far; 0 when none was. */
  readonly revision: number;
  /** Of an operator who accepted this store in the place of another one. */
  readonly told?: AcceptedGeneration | undefined;
}

export interface RouteRow {
  readonly endpoint: EndpointId;
  /** Undefined when the record cannot be understood: written by hand, or by a later version of this program. */
  readonly route: Route | undefined;
}

export interface StoreListener {
  /** A route changed; may be missed while the connection is away. */
  readonly onChange: (change: RouteChange) => void;
  /** The subscription stands (again): changes before this moment may have been missed. */
  readonly onSubscribed: () => void;
  /** The connection is gone. */
  readonly onLost?: () => void;
}

/** What a proxy needs of the store. Every read throws `store_unavailable` when the store gave no answer in time. */
export interface RouteStore {
  position(): Promise<StorePosition>;
  /** Undefined when the endpoint never had a route. */
  get(endpoint: EndpointId): Promise<Route | undefined>;
  /** Pages of the routes with a revision above `after`, lowest first; 0 for all. */
  since(after: number): AsyncIterable<readonly RouteRow[]>;
  /** Hears of changes from now on, over reconnects. The returned function ends it. */
  listen(listener: StoreListener): () => void;
  /** Tells the coordinators what this proxy has applied; forgotten by itself after 5 s. */
  beat(proxyId: string, heartbeat: Heartbeat): Promise<void>;
}

export interface Heartbeat {
  /** Epoch ms. */
  readonly at: number;
  /** Every change up to this one is applied. */
  readonly revision: number;
  /** Open exchanges by `host:port` on targets that no live route names any more. */
  readonly draining: Readonly<Record<string, number>>;
}
