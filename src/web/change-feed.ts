import type { Feed } from './polling.ts';

const RETRY_MS = 30_000;

/**
 * The coordinator's stream of changes. It says only that something changed: what the pages show always comes from a
 * question. It rests while the page is hidden, since a browser has few connections for all its tabs.
 */
export class ChangeFeed implements Feed {
  readonly #path: string;
  readonly #listeners = new Set<() => void>();
  #source: EventSource | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  get isOpen(): boolean {
    return this.#source?.readyState === EventSource.OPEN;
  }

  subscribe(onChange: () => void): () => void {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  }

  /** Something changed: a reader's own act need not come back by the stream. */
  readonly tell = (): void => {
    for (const listener of this.#listeners) listener();
  };

  /** Returns how to end it. */
  start(): () => void {
    const follow = () => (document.hidden ? this.#close() : this.#open());
    document.addEventListener('visibilitychange', follow);
    follow();
    return () => {
      document.removeEventListener('visibilitychange', follow);
      this.#close();
    };
  }

  #open(): void {
    if (this.#source !== undefined) return;
    const source = new EventSource(this.#path);
    this.#source = source;
    source.addEventListener('open', this.tell);
    source.addEventListener('change', this.tell);
    source.addEventListener('error', () => this.#onError(source));
  }

  /** The browser connects again by itself, unless the answer was a refusal. */
  #onError(source: EventSource): void {
    if (source !== this.#source) return;
    this.tell();
    if (source.readyState !== EventSource.CLOSED) return;
    this.#close();
    this.#retry = setTimeout(() => document.hidden || this.#open(), RETRY_MS);
  }

  #close(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
  }
}
