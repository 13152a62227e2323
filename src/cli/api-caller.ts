import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLI_AGENT } from '../http/cli-agent.ts';
import { Secret } from '../platform/secret.ts';
import { readEvents, type ServerEvent } from './server-events.ts';
import { plain } from './table.ts';

const CALL_TIMEOUT_MS = 90_000;
/** Two heartbeats and a little. */
const SILENT_MS = 40_000;
const ROOT = join(import.meta.dirname, '../..');

export type Environment = Readonly<Record<string, string | undefined>>;

/** The coordinator refused, with its own words: exit 1. */
export class ApiProblem extends Error {
  readonly status: number;
  /** As it came. */
  readonly problem: Readonly<Record<string, unknown>>;

  constructor(status: number, problem: Readonly<Record<string, unknown>>) {
    super(wordsOf(status, problem));
    this.status = status;
    this.problem = problem;
  }

  get code(): unknown {
    return this.problem['code'];
  }
}

/** No coordinator answers, or nobody told where it is: exit 4. */
export class Unreachable extends Error {}

/** Calls the API as the administrator of this machine. */
export class ApiCaller {
  readonly url: string;
  readonly #token: Secret;
  readonly #timeoutMs: number;

  constructor(url: string, token: Secret, timeoutMs = CALL_TIMEOUT_MS) {
    this.url = url;
    this.#token = token;
    this.#timeoutMs = timeoutMs;
  }

  /** The same caller at another address of the coordinator, with another patience. */
  at(url: string, timeoutMs: number): ApiCaller {
    return new ApiCaller(url, this.#token, timeoutMs);
  }

  /**
   * From ARK_ADMIN_TOKEN (or the file that ARK_ADMIN_TOKEN_FILE names) and ARK_API_URL, else ARK_PAGES_URL; without
   * them from what a running `npm start` wrote. Throws Unreachable with words.
   */
  static find(env: Environment): ApiCaller {
    const url = env['ARK_API_URL'] ?? env['ARK_PAGES_URL'];
    const token = env['ARK_ADMIN_TOKEN'] ?? readToken(env['ARK_ADMIN_TOKEN_FILE']);
    if (url !== undefined && token !== undefined)
      return new ApiCaller(url.replace(/\/+$/, ''), new Secret(token));
    try {
      const run = readRunFile(env);
      return new ApiCaller(run.pages_url, new Secret(run.api_token));
    } catch (cause) {
      throw new Unreachable(
        'Nothing runs here: start it (npm start), or set ARK_PAGES_URL and ARK_ADMIN_TOKEN',
        {
          cause,
        },
      );
    }
  }

  /** The answer's JSON. Throws ApiProblem with the problem's own words, and Unreachable. */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.#fetch(path, {
      method,
      signal: AbortSignal.timeout(this.#timeoutMs),
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return (await response.json()) as T;
  }

  async text(path: string): Promise<string> {
    return (await this.#fetch(path, { signal: AbortSignal.timeout(CALL_TIMEOUT_MS) })).text();
  }

  /** Server-sent events behind `lastId`, until the stream ends or nothing came for too long. Throws as `call`. */
  async *events(path: string, lastId: string | undefined, signal: AbortSignal): AsyncGenerator<ServerEvent> {
    const headers = { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) };
    const response = await this.#fetch(path, { headers, signal });
    if (response.body) yield* readEvents(response.body, SILENT_MS);
  }

  async #fetch(path: string, { headers, ...init }: RequestInit): Promise<Response> {
    // acts are recorded as those of a command
    const own = { authorization: `Bearer ${this.#token.reveal()}`, 'user-agent': CLI_AGENT };
    const asked = fetch(this.url + path, { ...init, headers: { ...own, ...(headers as object) } });
    const response = await asked.catch((cause: unknown) => {
      throw new Unreachable(`No coordinator answers at ${this.url}: npm run ark -- doctor says more`, {
        cause,
      });
    });
    if (response.ok) return response;
    throw new ApiProblem(response.status, await problemOf(response));
  }
}

interface RunFile {
  readonly pages_url: string;
  readonly apps_url?: string;
  readonly redis_url?: string;
  readonly jenkins?: { readonly url?: string };
  readonly api_token: string;
}

/** Where the parts of an installation are, as far as it is known here. */
export type Places = Readonly<Partial<Record<'pages' | 'api' | 'links' | 'redis' | 'jenkins', string>>>;

/** From the environment; where that names no coordinator, of the running `npm start`. */
export function placesOf(env: Environment): Places {
  const named = {
    ...{ pages: env['ARK_PAGES_URL'], api: env['ARK_API_URL'], links: env['ARK_APPS_URL'] },
    ...{ redis: env['ARK_REDIS_URL'], jenkins: env['ARK_JENKINS_URL'] },
  };
  // as `find` chooses: a token goes only where it belongs
  const isNamed =
    (named.api ?? named.pages) !== undefined &&
    (env['ARK_ADMIN_TOKEN'] ?? env['ARK_ADMIN_TOKEN_FILE']) !== undefined;
  const run = isNamed ? undefined : readRunFile(env);
  const all = run
    ? {
        // the run file names what people use; the coordinator behind it has the port of its setting
        api: env['ARK_API_URL'] ?? `http://127.0.0.1:${env['ARK_API_PORT'] ?? '5050'}`,
        ...{ pages: run.pages_url, links: run.apps_url },
        ...{ redis: run.redis_url, jenkins: run.jenkins?.url },
      }
    : named;
  const known = Object.entries(all).flatMap(([part, url]) =>
    url ? [[part, url.replace(/\/+$/, '')] as const] : [],
  );
  return Object.fromEntries(known);
}

function readRunFile(env: Environment): RunFile {
  const path = join(env['ARK_STATE_DIR'] ?? join(ROOT, '.ark'), 'run.json');
  return JSON.parse(readFileSync(path, 'utf8')) as RunFile;
}

/** What is no JSON did not come from us: a proxy in between, or another server. */
async function problemOf(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? { ...body } : {};
  } catch {
    return { title: `HTTP ${String(response.status)}`, detail: 'The answer is not one of Ark Deploy' };
  }
}

function wordsOf(status: number, { title, detail, errors }: Readonly<Record<string, unknown>>): string {
  const faults = Array.isArray(errors) ? (errors as readonly { field?: unknown; message?: unknown }[]) : [];
  const lines = faults.map(({ field, message }) => faultLine(String(field), String(message)));
  const head = [
    typeof title === 'string' ? title : `HTTP ${String(status)}`,
    typeof detail === 'string' ? detail : '',
  ];
  return [head.filter(Boolean).join(': '), ...lines].join('\n');
}

/** Some messages begin with the name of their field. */
function faultLine(field: string, message: string): string {
  return plain(message.startsWith(field) ? message : `${field}: ${message}`).replace(/^/, '  ');
}

function readToken(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new Unreachable('ARK_ADMIN_TOKEN_FILE names a file that cannot be read', { cause });
  }
}
