import {
  AskedWrongly,
  EXIT,
  type Answer,
  type Command,
  type Context,
  type Option,
  type Word,
} from './command.ts';
import { plain, table } from './table.ts';

const WHY = {
  why: { value: 'TEXT', about: 'the reason, for the history', needed: true },
} satisfies Record<string, Option>;
const ENDPOINT = {
  endpoint: { value: 'NAME', about: 'an endpoint of the product; the primary one when left out' },
} satisfies Record<string, Option>;
const INSTANCE: Word = { name: 'INSTANCE', about: 'id of the instance' };
const HOST: Word = { name: 'HOST', about: 'id of the host' };

/** One act: a POST with a reason, to an address with the words in it. */
interface Act<T> extends Pick<Command, 'summary' | 'description' | 'words' | 'options' | 'check'> {
  readonly path: (word: (name: string) => string) => string;
  readonly body?: (context: Context) => object | Promise<object>;
  readonly say: (answer: T) => string;
}

function act<T>({ path, body = () => ({}), say, options, ...facts }: Act<T>): Command {
  return {
    ...facts,
    options: { ...WHY, ...options },
    run: async (context): Promise<Answer> => {
      const { api, asked } = context;
      const address = path((name) => encodeURIComponent(asked.word(name) ?? ''));
      const answer = await api.call<T>('POST', address, { why: asked.text('why'), ...(await body(context)) });
      return { text: say(answer), json: answer };
    },
  };
}

interface Forced {
  readonly deployment_id: string;
  readonly phase: string;
  readonly jenkins_told: boolean;
}
interface ShownRoute {
  readonly instance_id: string;
  readonly state: string;
  readonly target_host: string | null;
  readonly target_port: number | null;
}
interface System {
  readonly frozen: object | null;
  readonly generation: {
    readonly id: string | null;
    readonly revision: number;
    readonly fault: string | null;
  };
}
interface KeyView {
  readonly key_id: string;
  readonly revoked: { readonly by: string; readonly at: string | null; readonly why: string } | null;
}

const endpointOf = ({ asked }: Context): object => {
  const endpoint = asked.text('endpoint');
  return endpoint === undefined ? {} : { endpoint };
};
const sayRoute = ({ instance_id: id, state, target_host: host, target_port: port }: ShownRoute): string =>
  host === null ? `${id}: ${state}` : `${id}: ${state}, ${host}:${String(port)}`;
const saySystem = ({ frozen }: System): string => (frozen ? 'Nothing is triggered any more' : 'Triggers run');

const acceptGeneration: Command = {
  summary: 'trust a Redis that was wiped, restored or replaced',
  description: 'Without GENERATION it accepts the one that the store shows now.',
  words: [
    {
      name: 'GENERATION',
      about: 'the one that you mean; refused when the store shows another',
      optional: true,
    },
  ],
  options: WHY,
  run: async ({ api, asked }) => {
    const { generation } = await api.call<System>('GET', '/api/system');
    if (generation.fault === null) return { text: 'The store is trusted already', json: { generation } };
    const wanted = asked.word('GENERATION') ?? generation.id;
    const body = { generation: wanted, why: asked.text('why') };
    const after = await api.call<System>('POST', '/api/system/accept-generation', body);
    const { id, revision, fault } = after.generation;
    if (fault !== null)
      return { text: `Accepted, but not trusted yet: ${fault}`, json: after, exit: EXIT.failed };
    return { text: `Accepted: ${id ?? ''} at revision ${String(revision)}`, json: after };
  },
};

const keys: Command = {
  summary: 'list the callback keys by their ids',
  run: async ({ api }) => {
    const answer = await api.call<{ callback_keys: readonly KeyView[] }>('GET', '/api/callback-keys');
    const rows = answer.callback_keys.map(({ key_id: id, revoked }) => [
      ...[id, revoked ? 'revoked' : 'believed'],
      ...[revoked?.by, revoked?.at, revoked?.why].map(plain),
    ]);
    return { text: table(['KEY', 'STATE', 'BY', 'AT', 'WHY'], rows), json: answer };
  },
};

const signIn: Command = {
  summary: 'print a link that signs a browser in once, within 24 hours',
  run: async ({ api }) => {
    const answer = await api.call<{ url: string }>('POST', '/api/sign-in-links', {});
    return { text: answer.url, json: answer };
  },
};

/** What administrators do; docs/operations.md says when. */
export const ACT_COMMANDS: Readonly<Record<string, Command>> = {
  'sign-in': signIn,
  'force-fail': act<Forced>({
    summary: 'end a deployment by force, without waiting for Jenkins',
    words: [{ name: 'DEPLOYMENT', about: 'id of the deployment' }],
    path: (word) => `/api/deployments/${word('DEPLOYMENT')}/force-fail`,
    say: ({ deployment_id: id, phase, jenkins_told: told }) =>
      `${id} ended: ${phase}. ${told ? 'Jenkins was told to stop its build' : 'Jenkins was not told'}; deploy again to fence it out on the host`,
  }),
  'withdraw-route': act<ShownRoute>({
    summary: 'take a link away; the instance stays',
    words: [INSTANCE],
    options: ENDPOINT,
    path: (word) => `/api/instances/${word('INSTANCE')}/withdraw-route`,
    body: endpointOf,
    say: sayRoute,
  }),
  'set-route': act<ShownRoute>({
    summary: 'lead a link to a running container that its host proves',
    words: [INSTANCE, { name: 'CONTAINER', about: 'its id, 12 to 64 hexadecimal digits' }],
    options: ENDPOINT,
    path: (word) => `/api/instances/${word('INSTANCE')}/set-route`,
    check: (asked) => {
      const isId = /^[0-9a-f]{12,64}$/.test(asked.word('CONTAINER') ?? '');
      if (!isId) throw new AskedWrongly('CONTAINER is 12 to 64 hexadecimal digits');
    },
    body: (context) => ({ container_id: context.asked.word('CONTAINER'), ...endpointOf(context) }),
    say: sayRoute,
  }),
  cordon: act<{ host_id: string }>({
    summary: 'take a host out of use for new deployments',
    words: [HOST],
    path: (word) => `/api/hosts/${word('HOST')}/cordon`,
    say: ({ host_id: id }) => `${id} takes no new deployment`,
  }),
  uncordon: act<{ host_id: string }>({
    summary: 'put a host back into use',
    words: [HOST],
    path: (word) => `/api/hosts/${word('HOST')}/uncordon`,
    say: ({ host_id: id }) => `${id} takes deployments again`,
  }),
  freeze: act<System>({
    summary: 'trigger nothing any more',
    path: () => '/api/system/freeze',
    say: saySystem,
  }),
  unfreeze: act<System>({ summary: 'trigger again', path: () => '/api/system/unfreeze', say: saySystem }),
  'accept-generation': acceptGeneration,
  keys,
  'revoke-key': act<KeyView>({
    summary: 'believe a callback key no more, for good',
    words: [{ name: 'KEY', about: 'id of the key; `keys` lists them' }],
    path: (word) => `/api/callback-keys/${word('KEY')}/revoke`,
    say: ({ key_id: id }) =>
      `${id} is believed no more: put a new key into ARK_CALLBACK_KEYS and into Jenkins`,
  }),
};
