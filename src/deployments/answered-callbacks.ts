import { sha256 } from '../platform/digest.ts';
import { AppError } from '../platform/errors.ts';
import { withStore, type Redis } from '../platform/redis.ts';

const KEPT_S = 86_400;

export interface SignedAnswer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

interface Known {
  readonly body_sha: string;
  readonly answer?: SignedAnswer;
}

/** Remembers final answers by webhook id: the same message gets the same answer, another one is refused. */
export class AnsweredCallbacks {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor({ redis, prefix }: { readonly redis: Redis; readonly prefix: string }) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** The answer given before, if it was final. Throws `callback_reused` for the same id with another body. */
  async begin(webhookId: string, raw: Uint8Array): Promise<SignedAnswer | undefined> {
    const record: Known = { body_sha: shaOf(raw) };
    const text = await withStore('callback', () =>
      this.#redis.set(this.#key(webhookId), JSON.stringify(record), 'EX', KEPT_S, 'NX', 'GET'),
    );
    if (text === null) return undefined;
    const known = JSON.parse(text) as Known;
    if (known.body_sha !== record.body_sha) {
      throw new AppError('callback_reused', 'This webhook-id was used for another message');
    }
    return known.answer;
  }

  async remember(webhookId: string, raw: Uint8Array, answer: SignedAnswer): Promise<void> {
    const record: Known = { body_sha: shaOf(raw), answer };
    await withStore('callback', () =>
      this.#redis.set(this.#key(webhookId), JSON.stringify(record), 'EX', KEPT_S),
    );
  }

  #key(webhookId: string): string {
    return `${this.#prefix}callback:${webhookId}`;
  }
}

function shaOf(raw: Uint8Array): string {
  return sha256(raw).toString('hex');
}
