import { Journal, momentOf } from '../platform/journal.ts';
import type { Redis } from '../platform/redis.ts';
import { iso } from '../platform/moment.ts';

/** What somebody did, or tried: the record of the audit. */
export interface Act {
  readonly by: string;
  readonly via: 'session' | 'token' | 'cli';
  /** `instances.create`, `deployments.cancel`: as the call declares it. */
  readonly act: string;
  readonly instance_id?: string | undefined;
  readonly deployment_id?: string | undefined;
  readonly host_id?: string | undefined;
  readonly product_id?: string | undefined;
  /** Of a callback key. */
  readonly key_id?: string | undefined;
  /** In the words of who did it; empty where none were given. */
  readonly why: string;
  readonly request_id: string;
  /** `ok`, or the code of the refusal; null while it is not known: at work, or cut off. */
  readonly outcome: string | null;
}

export interface ActView extends Act {
  readonly id: string;
  readonly at: string;
}

export interface ActsQuery {
  readonly instance?: string | undefined;
  readonly by?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

const KEPT_MS = 400 * 86_400_000;
const MOST = 100_000;
const MOST_OF_ONE = 10_000;

/**
 * Every changing call that somebody had the right to make, with who and why: written before it is done, its outcome
 * after. The lists of one user or instance are shorter, and take nothing from the record as a whole.
 */
export class Acts {
  readonly #journal: Journal<Act>;

  constructor({ redis, prefix, clock }: { redis: Redis; prefix: string; clock: () => number }) {
    this.#journal = new Journal({ redis, prefix: `${prefix}acts:`, keptMs: KEPT_MS, clock });
  }

  /** Keeps an act and returns its id; with that id, writes it anew. */
  async record(act: Act, id: string = this.#journal.newId()): Promise<string> {
    const { instance_id: instance, by } = act;
    const names = [
      `by:${by}`,
      ...(instance === undefined ? [] : [`of:${instance}`, `of:${instance}:by:${by}`]),
    ];
    const indexes = [{ name: 'all', most: MOST }, ...names.map((name) => ({ name, most: MOST_OF_ONE }))];
    return this.#journal.keep(act, { id, indexes });
  }

  /** Newest first. */
  async page({ instance, by, cursor, limit }: ActsQuery) {
    const parts = [
      ...(instance === undefined ? [] : ['of', instance]),
      ...(by === undefined ? [] : ['by', by]),
    ];
    const page = await this.#journal.page(parts.join(':') || 'all', { after: cursor, limit });
    return { ...page, items: page.items.map(({ id, record }) => toView(id, record)) };
  }
}

function toView(id: string, act: Act): ActView {
  return { id, at: iso(momentOf(id)), ...act };
}
