/** What was found of one part of the chain. */
export interface Finding {
  /** `redis`, `jenkins`, `host cl-a`: what was looked at. */
  readonly part: string;
  /** broken: somebody must act. warning: it works, but not as it should. */
  readonly state: 'ok' | 'warning' | 'broken';
  readonly detail: string;
  /** What to do about it; null when all is well. */
  readonly hint: string | null;
}

/** Looks at one part, or several of a kind. */
export interface Examination {
  readonly part: string;
  /** Said when it cannot be looked at. */
  readonly hint: string;
  /** May throw: then the part is broken. */
  look(signal: AbortSignal): Promise<Finding | readonly Finding[]>;
}

const WITHIN_MS = 8_000;

/** Looks at everything at once; what gives no answer in time is broken. In the order of the examinations. */
export async function examine(examinations: readonly Examination[]): Promise<readonly Finding[]> {
  return (await Promise.all(examinations.map(lookAt))).flat();
}

async function lookAt(examination: Examination): Promise<readonly Finding[]> {
  const { part, hint } = examination;
  const signal = AbortSignal.timeout(WITHIN_MS);
  const late = new Promise<Finding>((resolve) => {
    const finding = broken(part, 'gives no answer in time', hint);
    signal.addEventListener('abort', () => resolve(finding), { once: true });
  });
  try {
    return [await Promise.race([examination.look(signal), late])].flat();
  } catch (error) {
    return [broken(part, error instanceof Error ? error.message : 'does not answer', hint)];
  }
}

export const ok = (part: string, detail: string): Finding => ({ part, state: 'ok', detail, hint: null });
export const warning = (part: string, detail: string, hint: string): Finding => ({
  ...{ part, state: 'warning', detail, hint },
});
export const broken = (part: string, detail: string, hint: string): Finding => ({
  ...{ part, state: 'broken', detail, hint },
});
