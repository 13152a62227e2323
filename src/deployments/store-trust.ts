import { AppError } from '../platform/errors.ts';

/** Says whether the store is the one that we knew, or was accepted by an operator since. */
export interface StoreTrust {
  /** False while the store's generation is not accepted: nothing is triggered or applied. */
  readonly mayAct: () => boolean;
}

/** Throws `generation_changed`: a build is told to ask again, and nothing is given out or applied meanwhile. */
export function requireTrust({ mayAct }: StoreTrust): void {
  if (mayAct()) return;
  throw new AppError(
    'generation_changed',
    'The store is another one than before: an operator must accept it',
    {
      retryAfterS: 10,
    },
  );
}
