import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLI_AGENT } from '../http/cli-agent.ts';
import { Secret } from '../platform/secret.ts';

const CALL_TIMEOUT_MS = 30_000;
const ROOT = join(import.meta.dirname, '../..');

/** Calls the API as the administrator of this machine. */
export class ApiCaller {
  readonly #url: string;
  readonly #token: Secret;

  constructor(url: string, token: Secret) {
    this.#url = url;
    this.#token = token;
  }

  /**
   * From ARK_ADMIN_TOKEN (or the file that ARK_ADMIN_TOKEN_FILE names) and ARK_API_URL, else ARK_PAGES_URL; without
   * them from what a running `npm start` wrote. Throws with words.
   */
  static find(env: Readonly<Record<string, string | undefined>>): ApiCaller {
    const url = env['ARK_API_URL'] ?? env['ARK_PAGES_URL'];
    const token = env['ARK_ADMIN_TOKEN'] ?? readToken(env['ARK_ADMIN_TOKEN_FILE']);
    if (url !== undefined && token !== undefined) return new ApiCaller(url, new Secret(token));
    const path = join(env['ARK_STATE_DIR'] ?? join(ROOT, '.ark'), 'run.json');
    try {
      const run = JSON.parse(readFileSync(path, 'utf8')) as { pages_url: string; api_token: string };
      return new ApiCaller(run.pages_url, new Secret(run.api_token));
    } catch (cause) {
      throw new Error('Nothing runs here: start it (npm start), or set ARK_PAGES_URL and ARK_ADMIN_TOKEN', {
        cause,
      });
    }
  }

  /** The answer's JSON. Throws with the problem's own words. */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(this.#url + path, {
      method,
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      headers: {
        authorization: `Bearer ${this.#token.reveal()}`,
        'content-type': 'application/json',
        // acts are recorded as those of a command
        'user-agent': CLI_AGENT,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as T & { title?: string; detail?: string };
    if (response.ok) return answer;
    throw new Error(`${answer.title ?? String(response.status)}: ${answer.detail ?? ''}`);
  }
}

function readToken(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new Error('ARK_ADMIN_TOKEN_FILE names a file that cannot be read', { cause });
  }
}
