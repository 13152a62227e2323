import { useEffect, useRef, useState } from 'react';
import { type Problem, toProblem } from './problem.ts';

export interface Action<Input extends unknown[]> {
  readonly run: (...input: Input) => void;
  readonly isRunning: boolean;
  readonly problem: Problem | undefined;
  readonly dismiss: () => void;
}

/** A call that somebody starts by hand: one at a time, its problem stays until dismissed or run again. */
export function useAction<Input extends unknown[]>(act: (...input: Input) => Promise<void>): Action<Input> {
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const running = useRef(false);
  const run = (...input: Input) => {
    if (running.current) return;
    running.current = true;
    setRunning(true);
    setProblem(undefined);
    act(...input)
      .catch((thrown: unknown) => setProblem(toProblem(thrown)))
      .finally(() => {
        running.current = false;
        setRunning(false);
      });
  };
  return { run, isRunning, problem, dismiss: () => setProblem(undefined) };
}

/**
 * A key per order: the same one while the order stays the same and no answer has come, so that pressing again
 * after a lost answer cannot order twice.
 */
export function useOrderKey(): { keyFor(order: unknown): string; forget(): void } {
  const last = useRef<{ order: string; key: string }>(undefined);
  return {
    keyFor(order) {
      const text = JSON.stringify(order);
      if (last.current?.order !== text) last.current = { order: text, key: randomKey() };
      return last.current.key;
    },
    forget() {
      last.current = undefined;
    },
  };
}

/** `crypto.randomUUID` is missing on pages that are not served over TLS or from loopback. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/** Renders again every second while `isOn`, for elapsed times. */
export function useEverySecond(isOn: boolean): void {
  const [, setTick] = useState(0);
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => setTick((tick) => tick + 1), 1000);
    return () => clearInterval(timer);
  }, [isOn]);
}
