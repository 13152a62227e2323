import type { Secret } from '../platform/secret.ts';

const CALL_TIMEOUT_MS = 40_000;

export interface InstanceAnswer {
  readonly instance_id: string;
  readonly status: string;
  readonly phase?: string;
  readonly access_url: string;
  readonly active: unknown;
  readonly waiting?: unknown;
  readonly last_deployment?: {
    readonly reason?: { readonly code: string; readonly detail?: string } | null;
  } | null;
}

export interface HostAnswer {
  readonly host_id: string;
  readonly name: string;
  readonly address: string;
  readonly host_key_fingerprint: string;
  readonly cordoned: boolean;
}

export interface HostChange {
  readonly name?: string;
  readonly host_key?: string;
}

/** Calls our own API as the administrator. Every call throws with status and problem text unless it is answered 2xx. */
export class ApiClient {
  readonly #baseUrl: string;
  readonly #token: Secret;
  readonly #signal: AbortSignal;

  constructor(baseUrl: string, token: Secret, signal: AbortSignal) {
    this.#baseUrl = baseUrl;
    this.#token = token;
    this.#signal = signal;
  }

  /** Any call. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    return parse<T>(await this.#fetch(method, path, body), `${method} ${path}`);
  }

  async hosts(): Promise<readonly HostAnswer[]> {
    return (await this.call<{ hosts: HostAnswer[] }>('GET', '/api/hosts')).hosts;
  }

  async registerHost(host: {
    host_id: string;
    name: string;
    address: string;
    host_key: string;
  }): Promise<void> {
    await this.call('POST', '/api/hosts', { ssh_user: 'ark', ...host });
  }

  async changeHost(id: string, change: HostChange): Promise<void> {
    await this.call('PATCH', `/api/hosts/${id}`, change);
  }

  async cordon(id: string, why: string): Promise<void> {
    await this.call('POST', `/api/hosts/${id}/cordon`, { why });
  }

  async uncordon(id: string, why: string): Promise<void> {
    await this.call('POST', `/api/hosts/${id}/uncordon`, { why });
  }

  /** Answered 409 while instances live there. */
  async removeHost(id: string): Promise<void> {
    await this.call('DELETE', `/api/hosts/${id}`);
  }

  /** A fresh one-use link for the browser. */
  async signInUrl(): Promise<string> {
    return (await this.call<{ url: string }>('POST', '/api/sign-in-links', {})).url;
  }

  async orderInstance(order: Readonly<Record<string, unknown>>): Promise<InstanceAnswer> {
    return this.call('POST', '/api/instances', order);
  }

  async deployAgain(id: string): Promise<void> {
    await this.call('POST', `/api/instances/${id}/deployments`, {});
  }

  /** Undefined when there is no such instance, or no longer. `waitS` waits that long for a change of status. */
  async instance(id: string, waitS = 0): Promise<InstanceAnswer | undefined> {
    const query = waitS > 0 ? `?wait=${String(waitS)}` : '';
    const answer = await this.#fetch('GET', `/api/instances/${id}${query}`);
    if (answer.status === 404 || answer.status === 410) return undefined;
    return parse<InstanceAnswer>(answer, `GET /api/instances/${id}`);
  }

  async #fetch(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(new URL(path, this.#baseUrl), {
      method,
      headers: {
        authorization: `Bearer ${this.#token.reveal()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]),
    });
  }
}

async function parse<T>(answer: Response, what: string): Promise<T> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${what} was answered ${String(answer.status)}: ${text.slice(0, 1000)}`);
  return (text === '' ? {} : JSON.parse(text)) as T;
}
