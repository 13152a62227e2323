import { AppError } from '../platform/errors.ts';
import { toVisitorAddress } from './host-address.ts';
import type { Host, HostLoad } from './host.ts';

export interface HostWish {
  readonly client_name: string;
  readonly host_id?: string | undefined;
  /** Id or address of a registered host: it selects one, it never adds one. */
  readonly target_host?: string | undefined;
}

export interface HostChoiceFacts {
  readonly hosts: readonly Host[];
  readonly defaultHost?: string | undefined;
  /** Address of whoever ordered. */
  readonly visitor?: string | undefined;
  /** By host id; a host that is not in it is idle. */
  readonly load: ReadonlyMap<string, HostLoad>;
}

/**
 * The host of a new instance: the one that the order names, else the product's default, else the client's, else
 * the one that the visitor sits at, else the only or least loaded one. Beyond a named host and the default, a host
 * that belongs to other clients is never taken. Pure. Throws `host_not_found` or `conflict` for a named host that
 * is not there or cordoned, and `host_required` with details.choices when there is none to take.
 */
export function chooseHost(wish: HostWish, facts: HostChoiceFacts): Host {
  const named = namedHost(wish, facts.hosts);
  if (named !== undefined) return named;
  const open = facts.hosts.filter(({ cordoned }) => !cordoned);
  const own = open.filter((host) => belongsTo(host, wish.client_name));
  const shared = open.filter(({ clients }) => clients.length === 0);
  const visitor = facts.visitor === undefined ? undefined : toVisitorAddress(facts.visitor);
  const chosen =
    open.find(({ id }) => id === facts.defaultHost) ??
    leastLoaded(own, facts.load) ??
    shared.find(({ address }) => address === visitor) ??
    leastLoaded(shared, facts.load);
  if (chosen !== undefined) return chosen;
  throw new AppError('host_required', whyNone(facts.hosts), {
    details: { choices: open.map(({ id, name }) => ({ host_id: id, name })) },
  });
}

function whyNone(hosts: readonly Host[]): string {
  if (hosts.length === 0) return 'No host is registered';
  const cordoned = hosts.filter((host) => host.cordoned).map(({ id }) => id);
  const names = cordoned.join(', ');
  if (cordoned.length === hosts.length) return `Every host is cordoned and takes no new instance: ${names}`;
  const rest = names && `; cordoned: ${names}`;
  return `No host can be chosen for this instance; name one${rest}`;
}

function namedHost(
  { host_id: hostId, target_host: target }: HostWish,
  hosts: readonly Host[],
): Host | undefined {
  const byId = hostId === undefined ? undefined : must(withId(hosts, hostId), 'host_id');
  const byTarget = target === undefined ? undefined : must(selectedBy(target, hosts), 'target_host');
  if (byId !== undefined && byTarget !== undefined && byId.id !== byTarget.id) {
    throw new AppError('conflict', 'host_id and target_host name different hosts');
  }
  const host = byId ?? byTarget;
  if (host?.cordoned === true) {
    throw new AppError('conflict', `Host ${host.id} is cordoned: it takes no new deployment`);
  }
  return host;
}

function withId(hosts: readonly Host[], wanted: string): Host | undefined {
  return hosts.find(({ id }) => id === wanted);
}

/** By id or by address. */
function selectedBy(target: string, hosts: readonly Host[]): Host | undefined {
  const wanted = toVisitorAddress(target);
  return withId(hosts, target) ?? hosts.find(({ address }) => address === wanted);
}

function must(host: Host | undefined, field: string): Host {
  if (host !== undefined) return host;
  throw new AppError('host_not_found', 'No registered host is meant by this', {
    details: { errors: [{ field, message: 'is not a registered host' }] },
  });
}

function belongsTo({ clients }: Host, client: string): boolean {
  return clients.some((name) => plainName(name) === plainName(client));
}

function plainName(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase();
}

/** By work per slot, then by id, so that equal facts give the same host. Undefined for an empty list. */
function leastLoaded(hosts: readonly Host[], load: HostChoiceFacts['load']): Host | undefined {
  const busyness = ({ id, slots }: Host): number => {
    const work = load.get(id);
    return work === undefined ? 0 : (work.active.length + work.waiting.length) / Math.max(slots, 1);
  };
  return [...hosts].sort((a, b) => busyness(a) - busyness(b) || (a.id < b.id ? -1 : 1))[0];
}
