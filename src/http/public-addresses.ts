import { broken, ok, warning, type Examination, type Finding } from './checkup.ts';

interface Expected {
  readonly part: string;
  readonly url: string;
  /** What our own answer is known by. */
  readonly isOurs: (status: number, body: Readonly<Record<string, unknown>>) => boolean;
  readonly detail: string;
  readonly hint: string;
}

/** A consequence: what the proxy waits for is found where Redis and the store are looked at. */
const WAITING_PROXY = warning(
  'links',
  'a proxy answers, for the links that it knows; it waits for a store that it can trust',
  'See redis and store; nothing is to be done about links',
);

/** The public addresses lead through nginx to the pages, the callbacks and the proxies. */
export function examineAddresses({
  pagesUrl,
  appsUrl,
}: {
  readonly pagesUrl: string;
  readonly appsUrl: string;
}): readonly Examination[] {
  const callbacks = `${pagesUrl}/api/callbacks`;
  return [
    reach({
      part: 'pages',
      url: `${pagesUrl}/livez`,
      isOurs: (status, { status: word }) => status === 200 && word === 'alive',
      detail: `answer at ${pagesUrl}`,
      hint: 'Start nginx; it must pass ARK_PAGES_URL to the coordinator (nginx/, docs/install.md)',
    }),
    reach({
      part: 'callbacks',
      url: `${callbacks}/claim`,
      isOurs: (status, { code }) => status === 405 && code === 'method_not_allowed',
      detail: `answer at ${callbacks}: the jobs' ARK_CALLBACK_URL, if their agent reaches it so`,
      hint: `Let nginx pass ${callbacks} to the coordinator`,
    }),
    reach({
      part: 'links',
      url: `${appsUrl}/instances/ark-checkup/`,
      isOurs: (_status, { code }) => code === 'route_unknown',
      detail: `answer at ${appsUrl}/instances/`,
      hint: 'Start nginx and a proxy; nginx must pass ARK_APPS_URL to the proxies',
    }),
  ];
}

function reach({ part, url, isOurs, detail, hint }: Expected): Examination {
  return {
    part,
    hint,
    look: async (signal): Promise<Finding> => {
      const options = { signal, redirect: 'manual', headers: { accept: 'application/json' } } as const;
      const response = await fetch(url, options).catch(() => undefined);
      if (!response)
        return broken(
          part,
          `nobody answers at ${url}`,
          `${hint}. Or this machine cannot reach its own address`,
        );
      const body: unknown = await response.json().catch(() => undefined);
      const fields: Readonly<Record<string, unknown>> =
        typeof body === 'object' && body !== null ? { ...body } : {};
      if (isOurs(response.status, fields)) return ok(part, detail);
      if (fields['code'] === 'route_store_unavailable') return WAITING_PROXY;
      return broken(part, `${url} is answered by something else (${String(response.status)})`, hint);
    },
  };
}
