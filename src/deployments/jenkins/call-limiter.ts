import { NoAnswer } from './answer.ts';

export interface CallLimits {
  /** How many calls run at once. */
  readonly atOnce: number;
  /** How many may wait for their turn. */
  readonly waiting: number;
}

/** Lets a few calls run at once; the others wait in order. */
export class CallLimiter {
  readonly #limits: CallLimits;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limits: CallLimits) {
    this.#limits = limits;
  }

  /**
   * Runs `call` when its turn comes. Throws NoAnswer, not sent, when too many wait already: a call that could only
   * time out is told so at once. Rejects with the signal's reason when that is aborted while waiting.
   */
  async run<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#turn(signal);
    try {
      return await call();
    } finally {
      const next = this.#waiting.shift();
      // The place goes on to the next in line, so that nobody slips in between.
      if (next) next();
      else this.#running -= 1;
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#running < this.#limits.atOnce) this.#running += 1;
    else if (this.#waiting.length < this.#limits.waiting) await this.#queue(signal);
    else throw new NoAnswer('too many calls wait for it already', false);
  }

  #queue(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(start);
    });
  }
}
