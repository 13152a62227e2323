import { broken, ok, type Examination, type Finding } from './checkup.ts';

interface Expected {
  readonly part: string;
  readonly url: string;
  /** What our own answer is known by. */
  readonly isOurs: (status: number, body: Readonly<Record<string, unknown>>) => boolean;
  readonly detail: string;
  readonly hint: string;
}

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
      const fields = typeof body === 'object' && body !== null ? { ...body } : {};
      if (isOurs(response.status, fields)) return ok(part, detail);
      return broken(part, `${url} is answered by something else (${String(response.status)})`, hint);
    },
  };
}
