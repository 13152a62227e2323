import { answerOf, awaitEnd } from './following.ts';
import {
  AskedWrongly,
  EXIT,
  type Answer,
  type Asked,
  type Command,
  type Context,
  type Option,
} from './command.ts';

const WAIT = {
  wait: { about: 'wait for the end: the link, or the cause' },
  timeout: { value: 'SECONDS', about: 'how long to wait (900); then exit 3, and the deployment goes on' },
} satisfies Record<string, Option>;
const WHY = { why: { value: 'TEXT', about: 'the reason, for the history' } } satisfies Record<string, Option>;

interface Placed {
  readonly instance_id: string;
  readonly deployment_id: string;
  readonly access_url: string;
}

const NEW_ONLY = ['host', 'environment', 'expires-in'] as const;

type InputSpecs = Readonly<Record<string, { readonly type: string }>>;

const deploy: Command = {
  summary: 'order a new instance, or deploy one again',
  words: [
    { name: 'PRODUCT', about: 'id of the product; left out with --instance', optional: true },
    { name: 'CLIENT', about: 'name of the client; left out with --instance', optional: true },
  ],
  options: {
    instance: { value: 'ID', about: 'deploy this instance again' },
    host: { value: 'ID', about: 'where a new instance lands; chosen when left out' },
    environment: { value: 'NAME', about: 'prod (also when left out), dev or test' },
    'expires-in': { value: 'SECONDS', about: 'how long a new instance is wanted; for good when left out' },
    input: { value: 'NAME=VALUE', about: 'an input of the product; as often as needed', multiple: true },
    ...WHY,
    ...WAIT,
  },
  check: (asked) => {
    checkTimeout(asked);
    const [product, client, instance] = [asked.word('PRODUCT'), asked.word('CLIENT'), asked.text('instance')];
    const isClear = instance === undefined ? client !== undefined : product === undefined;
    if (!isClear) throw new AskedWrongly('PRODUCT and CLIENT, or --instance ID');
    const isOfNew = NEW_ONLY.some((option) => asked.text(option) !== undefined);
    if (instance !== undefined && isOfNew)
      throw new AskedWrongly(`${NEW_ONLY.map((option) => `--${option}`).join(', ')}: only of a new instance`);
    if (!/^\d{1,9}$/.test(asked.text('expires-in') ?? '60'))
      throw new AskedWrongly('--expires-in is a number of seconds');
    const pairs = asked.texts('input').every((text) => /^[^=]+=/.test(text));
    if (!pairs) throw new AskedWrongly('--input is NAME=VALUE');
  },
  run: async (context) => {
    const { api, asked } = context;
    const instance = asked.text('instance');
    const why = asked.text('why');
    const reason = why === undefined ? {} : { why };
    const placed =
      instance === undefined
        ? await api.call<Placed>('POST', '/api/instances', { ...(await newInstance(context)), ...reason })
        : await api.call<Placed>('POST', `/api/instances/${encodeURIComponent(instance)}/deployments`, {
            ...(await againOf(context, instance)),
            ...reason,
          });
    return settled(context, placed);
  },
};

async function newInstance(context: Context): Promise<object> {
  const { asked } = context;
  const product = asked.word('PRODUCT') ?? '';
  const [host, environment, expiresIn] = NEW_ONLY.map((option) => asked.text(option));
  return {
    product_id: product,
    client_name: asked.word('CLIENT'),
    ...(host !== undefined && { host_id: host }),
    ...(environment !== undefined && { environment }),
    ...(expiresIn !== undefined && { expires_in: Number(expiresIn) }),
    ...(await inputsOf(context, product)),
  };
}

async function againOf(context: Context, instance: string): Promise<object> {
  if (context.asked.texts('input').length === 0) return {};
  const path = `/api/instances/${encodeURIComponent(instance)}`;
  const { product_id: product } = await context.api.call<{ product_id: string }>('GET', path);
  return inputsOf(context, product);
}

/** Texts of the command line as the values that the product wants. */
async function inputsOf({ api, asked }: Context, product: string): Promise<{ inputs?: object }> {
  const pairs = asked.texts('input').map((text) => /^([^=]+)=(.*)$/s.exec(text)?.slice(1) ?? []);
  if (pairs.length === 0) return {};
  const path = `/api/products/${encodeURIComponent(product)}`;
  const { inputs: specs } = await api.call<{ inputs: InputSpecs }>('GET', path);
  const inputs = pairs.map(([name = '', text = '']) => [name, typed(specs[name]?.type, text)] as const);
  return { inputs: Object.fromEntries(inputs) };
}

function typed(type: string | undefined, text: string): string | number | boolean {
  if (type === 'integer' && /^-?\d+$/.test(text)) return Number(text);
  if (type === 'boolean' && /^(?:true|false)$/.test(text)) return text === 'true';
  return text;
}

const cancel: Command = {
  summary: 'cancel a deployment',
  words: [{ name: 'DEPLOYMENT', about: 'id of the deployment' }],
  options: { ...WHY, ...WAIT },
  check: checkTimeout,
  run: async (context) => {
    const { api, asked } = context;
    const id = asked.word('DEPLOYMENT') ?? '';
    const why = asked.text('why');
    const path = `/api/deployments/${encodeURIComponent(id)}/cancel`;
    const view = await api.call<{ phase: string }>('POST', path, why === undefined ? {} : { why });
    if (!asked.isOn('wait')) return { text: `${id} is being cancelled (${view.phase})`, json: view };
    const end = await awaitEnd(context, id, secondsOf(context.asked));
    const answer = await answerOf(api, end, id);
    return end?.phase === 'cancelled'
      ? { ...answer, exit: EXIT.done }
      : { ...answer, exit: answer.exit ?? EXIT.failed };
  },
};

const remove: Command = {
  summary: 'delete an instance, its containers and its data',
  words: [{ name: 'INSTANCE', about: 'id of the instance' }],
  options: { 'keep-data': { about: 'leave its data on the host' }, ...WHY, ...WAIT },
  check: checkTimeout,
  run: async (context) => {
    const { api, asked } = context;
    const why = asked.text('why');
    const query = new URLSearchParams({
      ...(asked.isOn('keep-data') && { data: 'keep' }),
      ...(why !== undefined && { why }),
    });
    const path = `/api/instances/${encodeURIComponent(asked.word('INSTANCE') ?? '')}?${query.toString()}`;
    const placed = await api.call<Placed>('DELETE', path);
    if (asked.isOn('wait')) return settled(context, placed);
    return { text: `${placed.instance_id} is being deleted: ${placed.deployment_id}`, json: placed };
  },
};

async function settled(context: Context, placed: Placed): Promise<Answer> {
  const { deployment_id: id, instance_id: instance, access_url: link } = placed;
  if (!context.asked.isOn('wait')) return { text: `${instance}\n${id}\n${link}`, json: placed };
  context.note(`${instance}, ${id}`);
  return answerOf(context.api, await awaitEnd(context, id, secondsOf(context.asked)), id);
}

function checkTimeout(asked: Asked): void {
  if (!/^\d{1,6}$/.test(asked.text('timeout') ?? '900')) {
    throw new AskedWrongly('--timeout is a number of seconds');
  }
}

function secondsOf(asked: Asked): number {
  return Number(asked.text('timeout') ?? '900');
}

export const ORDER_COMMANDS = { deploy, cancel, delete: remove };
