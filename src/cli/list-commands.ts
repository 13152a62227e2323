import type { DeploymentView, InstanceView } from '../deployments/views.ts';
import { AskedWrongly, type Command, type Context, type Option } from './command.ts';
import { plain, table } from './table.ts';

const MOST = 200;

const PAGE = {
  limit: { value: 'N', about: 'how many, the newest first (50, at most 200)' },
  all: { about: 'all of them, page by page' },
} satisfies Record<string, Option>;

interface Page {
  readonly total: number;
  readonly next_cursor?: string;
}

const instances: Command = {
  summary: 'list the instances, the newest first',
  options: PAGE,
  check: (asked) => void limitOf(asked.text('limit')),
  run: async (context) => {
    const { items, total } = await pages(context, 'instances');
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
  options: { open: { about: 'only what has not ended, with what holds it up' }, ...PAGE },
  check: (asked) => {
    limitOf(asked.text('limit'));
    if (asked.isOn('open') && asked.word('INSTANCE')) throw new AskedWrongly('INSTANCE or --open');
  },
  run: async (context) => {
    const { asked } = context;
    const instance = asked.word('INSTANCE');
    const ofInstance = instance === undefined ? '' : `&instance=${encodeURIComponent(instance)}`;
    const filter = asked.isOn('open') ? '&open=true' : ofInstance;
    const { items, total } = await pages(context, 'deployments', filter);
    const rows = items.map((one) => [
      ...[one.deployment_id, one.instance_id, one.kind, one.phase],
      ...[one.by, one.created_at, one.reason?.detail ?? one.pending?.reason].map(plain),
    ]);
    const head = ['DEPLOYMENT', 'INSTANCE', 'KIND', 'PHASE', 'BY', 'ORDERED', 'WHY'];
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
  filter = '',
): Promise<{ items: readonly Listed[K][]; total: number }> {
  const limit = asked.isOn('all') ? MOST : limitOf(asked.text('limit'));
  const items: Listed[K][] = [];
  for (let cursor = ''; ;) {
    const path = `/api/${name}?limit=${String(limit)}${filter}${cursor}`;
    const page = await api.call<Page & Readonly<Record<K, Listed[K][]>>>('GET', path);
    items.push(...page[name]);
    if (!asked.isOn('all') || page.next_cursor === undefined) return { items, total: page.total };
    cursor = `&cursor=${page.next_cursor}`;
  }
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
