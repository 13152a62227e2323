import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { writeAtomicallySync } from './atomic-file.ts';

/** crash: this process dies as by kill -9; delay: waits; throw: fails; drop: the answer is lost on its way. */
export type FaultKind = 'crash' | 'delay' | 'throw' | 'drop';

interface Fault {
  readonly kind: FaultKind;
  readonly delayMs: number;
  /** How often it still happens. */
  readonly times: number;
}

/** What `throw` and `drop` throw; the HTTP server answers a `drop` by closing the connection. */
export class InjectedFault extends Error {
  readonly kind: 'throw' | 'drop';

  constructor(point: string, kind: 'throw' | 'drop') {
    super(`injected fault at ${point}`);
    this.name = 'InjectedFault';
    this.kind = kind;
  }
}

const ONE_FAULT = /^([a-z0-9_.-]+)=(crash|throw|drop|delay:(\d{1,6}))(?:\*(\d{1,6}))?$/;

/** Reads `decide.before=crash*1, claim.after=delay:500`. Throws a RangeError that names the part it cannot read. */
export function parseFaults(text: string): Map<string, Fault> {
  const faults = new Map<string, Fault>();
  for (const part of text.split(/[\s,]+/).filter((one) => one !== '')) {
    const match = ONE_FAULT.exec(part);
    if (match === null) throw new RangeError(`not a fault: ${part}`);
    const [, point = '', kind = '', delayMs, times] = match;
    faults.set(point, {
      kind: kind.replace(/:.*/, '') as FaultKind,
      delayMs: Number(delayMs ?? 0),
      times: times === undefined ? Number.POSITIVE_INFINITY : Number(times),
    });
  }
  return faults;
}

/**
 * Named points in the code where a test can make this process fail. They do nothing unless ARK_FAULTS names
 * them, and ARK_FAULTS is refused in production. `@/path/file` is read anew at each point, so that a test
 * switches faults on and off while the process runs; a fault with `*N` is counted down in that file, also
 * across a crash.
 */
export class FaultPoints {
  readonly #file: string | undefined;
  #faults: Map<string, Fault>;

  constructor(setting = '') {
    this.#file = setting.startsWith('@') ? setting.slice(1) : undefined;
    this.#faults = this.#file === undefined ? parseFaults(setting) : new Map<string, Fault>();
  }

  /** For tests in the same process: replaces all faults. */
  set(setting: string): void {
    this.#faults = parseFaults(setting);
  }

  /** Returns at once unless a test switched this point on. Throws InjectedFault for `throw` and `drop`. */
  async reach(point: string): Promise<void> {
    if (this.#file !== undefined) this.#faults = readFaults(this.#file);
    const fault = this.#faults.get(point);
    if (fault === undefined || fault.times <= 0) return;
    this.#faults.set(point, { ...fault, times: fault.times - 1 });
    if (this.#file !== undefined) writeFaults(this.#file, this.#faults);
    await happen(point, fault);
  }
}

async function happen(point: string, { kind, delayMs }: Fault): Promise<void> {
  switch (kind) {
    case 'crash':
      process.kill(process.pid, 'SIGKILL');
      return;
    case 'delay':
      await delay(delayMs);
      return;
    case 'throw':
    case 'drop':
      throw new InjectedFault(point, kind);
    default:
      kind satisfies never;
  }
}

function readFaults(file: string): Map<string, Fault> {
  try {
    return parseFaults(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}

function writeFaults(file: string, faults: Map<string, Fault>): void {
  const lines = [...faults].map(([point, { kind, delayMs, times }]) => {
    const what = kind === 'delay' ? `delay:${String(delayMs)}` : kind;
    return `${point}=${what}${Number.isFinite(times) ? `*${String(times)}` : ''}\n`;
  });
  writeAtomicallySync(file, lines.join(''));
}
