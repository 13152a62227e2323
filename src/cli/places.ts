import { connect } from 'node:net';
import { broken, ok, type Finding } from '../http/checkup.ts';
import type { Places } from './api-caller.ts';

const WITHIN_MS = 5_000;
const PORTS = { redis: 6379, jenkins: 80 } as const;

/** Silent: it takes the connection and says nothing. Closed: there is no connection. */
type Seen =
  { readonly status: number; readonly body: Readonly<Record<string, unknown>> } | 'silent' | 'closed';

/** What can be seen from here of each place, when the coordinator itself cannot tell; all at once, within seconds. */
export async function lookAround({ pages, api, links, redis, jenkins }: Places): Promise<readonly Finding[]> {
  const own = api ?? pages;
  const told = api === undefined ? [] : dependenciesOf(api);
  const found = await Promise.all([
    ...(own === undefined ? [] : [coordinatorAt(own)]),
    ...(pages === undefined ? [] : [pagesAt(pages)]),
    ...(links === undefined ? [] : [linksAt(links)]),
    ...(redis === undefined ? [] : [listening('redis', redis)]),
    ...(jenkins === undefined ? [] : [listening('jenkins', jenkins)]),
  ]);
  const ill = await told;
  // the coordinator knows better than an open port
  return [...found.filter(({ part }) => !ill.some((one) => one.part === part)), ...ill];
}

async function coordinatorAt(url: string): Promise<Finding> {
  const part = 'coordinator';
  const hint = 'Start it; its log says what it lacks (docs/first-run.md, docs/install.md)';
  const seen = await ask(`${url}/livez`);
  if (seen === 'closed') return broken(part, `does not answer at ${url}`, hint);
  if (seen === 'silent') {
    const detail = `gives no answer at ${url}: it hangs, or what is in front of it`;
    return broken(part, detail, 'Restart what hangs; the log of the coordinator says what it did last');
  }
  if (seen.body['status'] === 'alive') return ok(part, `lives at ${url}`);
  return broken(part, `does not answer behind ${url} (${String(seen.status)})`, hint);
}

/** nginx answers /readyz itself, so a coordinator that hangs is told from an nginx that does. */
async function pagesAt(url: string): Promise<Finding> {
  const seen = await ask(`${url}/readyz`);
  if (typeof seen !== 'string') return ok('pages', `nginx answers at ${url}`);
  return away(seen, { part: 'pages', url, what: 'nginx' });
}

async function linksAt(url: string): Promise<Finding> {
  const seen = await ask(`${url}/instances/ark-checkup/`);
  if (typeof seen === 'string') return away(seen, { part: 'links', url, what: 'nginx and a proxy' });
  if (typeof seen.body['code'] === 'string') return ok('links', `a proxy answers at ${url}`);
  const detail = `no proxy answers behind ${url} (${String(seen.status)})`;
  return broken('links', detail, 'Start a proxy (ARK_ROLE=proxy)');
}

function away(
  seen: 'silent' | 'closed',
  { part, url, what }: Readonly<Record<'part' | 'url' | 'what', string>>,
): Finding {
  if (seen === 'closed') return broken(part, `nobody answers at ${url}`, `Start ${what}`);
  return broken(part, `gives no answer at ${url}: it hangs`, `Restart ${what}`);
}

/** What the coordinator says that it lacks. */
async function dependenciesOf(url: string): Promise<readonly Finding[]> {
  const seen = await ask(`${url}/readyz`);
  const all = typeof seen === 'string' ? undefined : seen.body['dependencies'];
  if (typeof all !== 'object' || all === null) return [];
  return Object.entries(all as Readonly<Record<string, { ok?: boolean; detail?: string } | undefined>>)
    .filter(([, state]) => state?.ok !== true)
    .map(([name, state]) => {
      const detail = `the coordinator says: ${state?.detail ?? 'does not answer'}`;
      return broken(name, detail, `Start ${name} if it is down, restart it if it hangs`);
    });
}

async function ask(url: string): Promise<Seen> {
  const signal = AbortSignal.timeout(WITHIN_MS);
  const init = { signal, redirect: 'manual', headers: { accept: 'application/json' } } as const;
  try {
    const response = await fetch(url, init);
    const body: unknown = await response.json().catch(() => undefined);
    return { status: response.status, body: typeof body === 'object' && body !== null ? { ...body } : {} };
  } catch {
    return signal.aborted ? 'silent' : 'closed';
  }
}

async function listening(part: keyof typeof PORTS, address: string): Promise<Finding> {
  const url = URL.parse(address);
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const port = Number(url?.port || PORTS[part]);
  const place = `${host} port ${String(port)}`;
  if (await listens(host, port)) return ok(part, `something listens at ${place}`);
  return broken(part, `nothing listens at ${place}`, `Start ${part}`);
}

async function listens(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port, timeout: WITHIN_MS });
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  socket.once('timeout', () => resolve(false));
  const answer = await promise;
  socket.destroy();
  return answer;
}
