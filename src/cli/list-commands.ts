import { PHASES } from '../deployments/phases.ts';
import { STATUSES, type DeploymentView, type InstanceView } from '../deployments/views.ts';
import { ENVIRONMENTS } from '../products/environment.ts';
import { AskedWrongly, type Command, type Context, type Option } from './command.ts';
import { plain, table } from './table.ts';

const MOST = 200;

const PAGE = {
  limit: { value: 'N', about: 'how many, the newest first (50, at most 200)' },
  all: { about: 'all of them, page by page' },
} satisfies Record<string, Option>;

const FILTERS = {
  product: { value: 'ID', about: 'only those of this product' },
  host: { value: 'ID', about: 'only those on this host' },
} satisfies Record<string, Option>;

const INSTANCE_FILTERS = {
  ...FILTERS,
  environment: { value: 'NAME', about: `only those of one: ${ENVIRONMENTS.join(', ')}` },
  status: { value: 'STATUS', about: `only those with one: ${STATUSES.join(', ')}` },
  client: { value: 'NAME', about: 'only those of the client with this whole name' },
} satisfies Record<string, Option>;

const DEPLOYMENT_FILTERS = {
  ...FILTERS,
  phase: { value: 'PHASE', about: `only those in one: ${PHASES.join(', ')}` },
} satisfies Record<string, Option>;

interface Page {
  readonly total: number;
  readonly next_cursor?: string;
}

const instances: Command = {
  summary: 'list the instances, the newest first',
  options: { ...INSTANCE_FILTERS, ...PAGE },
  check: (asked) => void limitOf(asked.text('limit')),
  run: async (context) => {
    const { items, total } = await pages(context, 'instances', filterOf(context, INSTANCE_FILTERS));
    const rows = items.map((one) => [
      one.instance_id,
      ...[one.status, one.phase, one.product_id, one.product_version, one.host_id, one.client_name].map(
        plain,
      ),
      one.access_url,
    ]);
    const head = ['INSTANCE', 'STATUS', 'PHASE', 'PRODUCT', 'VERSION', 'HOST', 'CLIENT', 'LINK'];
    return { text: withRest(table(head, rows), items.length, total), json: { instances: items, total } };
  },
};

const deployments: Command = {
  summary: 'list the deployments, the newest first',
  words: [{ name: 'INSTANCE', about: 'only those of this instance', optional: true }],
  options: {
    open: { about: 'only what has not ended, with what holds it up' },
    ...DEPLOYMENT_FILTERS,
    ...PAGE,
  },
  check: (asked) => void limitOf(asked.text('limit')),
  run: async (context) => {
    const instance = context.asked.word('INSTANCE');
    const filter = {
      ...filterOf(context, DEPLOYMENT_FILTERS),
      ...(instance !== undefined && { instance }),
      ...(context.asked.isOn('open') && { open: 'true' }),
    };
    const { items, total } = await pages(context, 'deployments', filter);
    const rows = items.map((one) => [
      ...[one.deployment_id, one.instance_id, one.kind, one.phase],
      ...[one.by, one.created_at, one.why, one.reason?.detail ?? one.pending?.reason].map(plain),
    ]);
    const head = ['DEPLOYMENT', 'INSTANCE', 'KIND', 'PHASE', 'BY', 'ORDERED', 'WHY', 'CAUSE'];
    return { text: withRest(table(head, rows), items.length, total), json: { deployments: items, total } };
  },
};

interface Listed {
  readonly instances: InstanceView;
  readonly deployments: DeploymentView;
}

async function pages<K extends keyof Listed>(
  { api, asked }: Context,
  name: K,
  filter: Readonly<Record<string, string>>,
): Promise<{ items: readonly Listed[K][]; total: number }> {
  const limit = asked.isOn('all') ? MOST : limitOf(asked.text('limit'));
  const items: Listed[K][] = [];
  for (let cursor = ''; ;) {
    const query = new URLSearchParams({ limit: String(limit), ...filter, ...(cursor !== '' && { cursor }) });
    const path = `/api/${name}?${query.toString()}`;
    const page = await api.call<Page & Readonly<Record<K, Listed[K][]>>>('GET', path);
    items.push(...page[name]);
    if (!asked.isOn('all') || page.next_cursor === undefined) return { items, total: page.total };
    cursor = page.next_cursor;
  }
}

/** The API has a parameter for each, of the same name. */
function filterOf({ asked }: Context, options: Readonly<Record<string, Option>>): Record<string, string> {
  const given = Object.keys(options).map((name) => [name, asked.text(name)] as const);
  return Object.fromEntries(given.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])));
}

function limitOf(text = '50'): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > MOST)
    throw new AskedWrongly(`--limit is 1 to ${String(MOST)}`);
  return limit;
}

function withRest(text: string, shown: number, total: number): string {
  return total > shown ? `${text}\n(${String(shown)} of ${String(total)}; --all shows the rest)` : text;
}

export const LIST_COMMANDS = { instances, deployments };
