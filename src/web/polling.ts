import { useCallback, useEffect, useState } from 'react';
import { Bell } from './bell.ts';
import { type Problem, toProblem } from './problem.ts';

export interface Polled<T> {
  /** The last good answer; stays while later calls fail. */
  readonly value: T | undefined;
  readonly problem: Problem | undefined;
  /** Asks again at once. */
  readonly refresh: () => void;
}

export interface Poll<T> {
  /** What is asked: a new key forgets the old answer. */
  readonly key: string;
  readonly load: (signal: AbortSignal) => Promise<T>;
  /** Milliseconds until the next question; undefined ends it. */
  readonly nextMs: (value: T) => number | undefined;
  /** Tells of changes, so that nobody waits for the next question. */
  readonly feed?: Feed | undefined;
}

export interface Feed {
  /** While it is open, questions are asked less often. */
  readonly isOpen: boolean;
  /** Calls `onChange` at every change, and when the feed opens or breaks. Returns how to stop it. */
  subscribe(onChange: () => void): () => void;
}

interface Answer<T> {
  readonly key: string;
  readonly value: T | undefined;
  readonly problem: Problem | undefined;
}

const LONGEST_PAUSE_MS = 15_000;
const FED_PAUSE_MS = 15_000;
/** However many changes are told, there is this much time between two questions. */
const SHORTEST_PAUSE_MS = 400;

/** Asks again and again while the component is there; backs off while the API is away. */
export function usePolling<T>(poll: Poll<T>): Polled<T> {
  const { key } = poll;
  const [answer, setAnswer] = useState<Answer<T>>({ key, value: undefined, problem: undefined });
  const [round, setRound] = useState(0);

  useEffect(() => {
    const ending = new AbortController();
    const listener = {
      onValue: (value: T) => setAnswer({ key, value, problem: undefined }),
      onProblem: (problem: Problem) =>
        setAnswer((last) => ({ key, value: last.key === key ? last.value : undefined, problem })),
    };
    const bell = new Bell();
    const unsubscribe = poll.feed?.subscribe(() => bell.ring());
    void pollUntilAborted(poll, { listener, bell, signal: ending.signal });
    return () => {
      unsubscribe?.();
      ending.abort();
    };
    // `load` and `nextMs` are new functions at every render; the key says what they ask.
  }, [key, round]);

  const refresh = useCallback(() => setRound((last) => last + 1), []);
  const current = answer.key === key ? answer : undefined;
  return { value: current?.value, problem: current?.problem, refresh };
}

interface Listener<T> {
  onValue(value: T): void;
  onProblem(problem: Problem): void;
}

interface Round<T> {
  readonly listener: Listener<T>;
  readonly bell: Bell;
  readonly signal: AbortSignal;
}

async function pollUntilAborted<T>(poll: Poll<T>, { listener, bell, signal }: Round<T>): Promise<void> {
  const isOver = () => signal.aborted;
  let failures = 0;
  while (!isOver()) {
    let pauseMs: number | undefined;
    try {
      const value = await poll.load(signal);
      if (isOver()) return;
      failures = 0;
      listener.onValue(value);
      pauseMs = pauseOf(poll, value);
    } catch (thrown) {
      if (isOver()) return;
      const problem = toProblem(thrown);
      listener.onProblem(problem);
      pauseMs = problem.mayPass ? pauseAfter(failures++, problem.retryAfterS) : undefined;
    }
    if (pauseMs === undefined) return;
    await new Bell().pause(Math.min(pauseMs, SHORTEST_PAUSE_MS), signal);
    await bell.pause(pauseMs - SHORTEST_PAUSE_MS, signal);
  }
}

function pauseOf<T>({ nextMs, feed }: Poll<T>, value: T): number | undefined {
  const pauseMs = nextMs(value);
  return pauseMs !== undefined && feed?.isOpen ? Math.max(pauseMs, FED_PAUSE_MS) : pauseMs;
}

function pauseAfter(failures: number, retryAfterS = 0): number {
  return Math.max(Math.min(1000 * 2 ** failures, LONGEST_PAUSE_MS), Math.min(retryAfterS, 60) * 1000);
}
