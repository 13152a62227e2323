import type { Response } from 'express';
import { AppError } from '../platform/errors.ts';
import { whenClosed } from './when-closed.ts';

/** Counts open streams, so that no caller takes all of them. */
export class StreamSlots {
  readonly #open = new Map<string, number>();
  readonly #perCaller: number;
  readonly #inAll: number;
  #count = 0;

  constructor({ perCaller, inAll }: { readonly perCaller: number; readonly inAll: number }) {
    this.#perCaller = perCaller;
    this.#inAll = inAll;
  }

  /** A place until the answer is over. Throws `too_many_streams`. */
  take(caller: string, response: Response): void {
    const own = this.#open.get(caller) ?? 0;
    if (own >= this.#perCaller || this.#count >= this.#inAll) {
      throw new AppError('too_many_streams', 'Too many streams are open: close some, or poll', {
        retryAfterS: 10,
      });
    }
    this.#open.set(caller, own + 1);
    this.#count += 1;
    whenClosed(response, () => this.#leave(caller));
  }

  #leave(caller: string): void {
    const own = this.#open.get(caller) ?? 1;
    if (own === 1) this.#open.delete(caller);
    else this.#open.set(caller, own - 1);
    this.#count -= 1;
  }
}
