import type { Phase, Status } from '../views.ts';

type Tone = 'good' | 'busy' | 'bad' | 'calm';

const TONES: Readonly<Record<Status | Phase, Tone>> = {
  pending: 'busy',
  running: 'good',
  updating: 'busy',
  failed: 'bad',
  stopped: 'calm',
  deleting: 'busy',
  deleted: 'calm',
  accepted: 'busy',
  waiting: 'busy',
  triggering: 'busy',
  queued: 'busy',
  claimed: 'busy',
  deploying: 'busy',
  verifying: 'busy',
  retiring: 'busy',
  succeeded: 'good',
  cancelled: 'calm',
  superseded: 'calm',
  lost: 'bad',
  timed_out: 'bad',
  rejected: 'bad',
};

interface BadgeProps {
  readonly of: Status | Phase;
  readonly children: string;
}

export function Badge({ of, children }: BadgeProps) {
  return <span className={`badge badge-${TONES[of]}`}>{children}</span>;
}
