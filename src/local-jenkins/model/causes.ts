/** Why a build runs, as Jenkins exports it. */
export type Cause =
  | { kind: 'user'; user_id: string }
  | { kind: 'rebuild'; build: number; job: string }
  | { kind: 'replay'; build: number };

/** Why a build was ended from outside. */
export type Interruption = { kind: 'user'; user_id: string } | { kind: 'timeout' };

export function describeCause(cause: Cause): string {
  switch (cause.kind) {
    case 'user':
      return `Started by user ${cause.user_id}`;
    case 'rebuild':
      return `Rebuilds build #${cause.build}`;
    case 'replay':
      return `Replayed #${cause.build}`;
    default:
      return cause satisfies never;
  }
}

export function describeInterruption(interruption: Interruption): string {
  return interruption.kind === 'user' ? `Aborted by ${interruption.user_id}` : 'Timeout has been exceeded';
}
