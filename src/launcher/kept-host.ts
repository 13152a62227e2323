import { sleep } from '../platform/polling.ts';
import { startClientHost, type ClientHost, type ClientHostOptions } from './client-host.ts';
import type { ServiceSurroundings } from './service.ts';

const PAUSES_MS = [250, 1000, 4000];

/** A client host that is started again when it dies. */
export class KeptHost {
  readonly #options: ClientHostOptions;
  readonly #around: ServiceSurroundings;
  readonly #wanted = new AbortController();
  #host: ClientHost | undefined;
  #watch: Promise<void> = Promise.resolve();

  constructor(options: ClientHostOptions, around: ServiceSurroundings) {
    this.#options = options;
    this.#around = around;
  }

  get id(): string {
    return this.#options.name;
  }

  get address(): string {
    return this.#options.address;
  }

  /** The running host. Throws before `start`. */
  get current(): ClientHost {
    if (this.#host === undefined) throw new Error(`Client host ${this.id} is not started`);
    return this.#host;
  }

  async start(signal: AbortSignal): Promise<void> {
    this.#host = await this.#begin(signal);
    this.#watch = this.#keepUp(this.#host);
  }

  /** Stops containers, engine and sshd in order; the state stays. */
  async close(): Promise<void> {
    this.#wanted.abort();
    await this.#host?.close();
    await this.#watch;
    this.#around.book.forget(this.id);
  }

  /** Pulls the plug and removes the state. */
  async destroy(): Promise<void> {
    this.#wanted.abort();
    await this.#host?.destroy();
    await this.#watch;
    this.#around.book.forget(this.id);
  }

  async #begin(signal: AbortSignal): Promise<ClientHost> {
    const host = await startClientHost(this.#options, signal);
    this.#around.book.record(this.id, await host.initPid(signal), 'client-host.sh');
    return host;
  }

  async #keepUp(first: ClientHost): Promise<void> {
    let host = first;
    for (;;) {
      const ending = await host.ended;
      if (this.#wanted.signal.aborted) return;
      this.#around.say(`Client host ${this.id} ended (${ending}); starting it again`);
      const next = await this.#beginAgain();
      if (next === undefined) return;
      this.#host = next;
      host = next;
    }
  }

  async #beginAgain(): Promise<ClientHost | undefined> {
    const signal = this.#wanted.signal;
    for (const pauseMs of PAUSES_MS) {
      try {
        await sleep(pauseMs, signal);
        return await this.#begin(signal);
      } catch (error) {
        if (signal.aborted) return undefined;
        this.#around.say(
          `Client host ${this.id} does not start: ${error instanceof Error ? error.message : ''}`,
        );
      }
    }
    this.#around.onGivenUp(this.id);
    return undefined;
  }
}
