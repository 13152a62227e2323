import type { CallFacts } from '../http/call.ts';
import { claimAnswer, decisionAnswer, takenAnswer, undecidedAnswer } from './callback-answers.ts';

type Facts = Pick<CallFacts, 'summary' | 'description' | 'errors' | 'answers'>;

const TAKEN = { 200: { description: 'Taken', schema: takenAnswer } };
/** Of every message that carries a lease. */
const LEASED = ['lease_invalid', 'generation_changed'] as const;

/** What anybody may read about the callbacks of jobs; docs/callbacks.md tells their order. */
export const CALLBACKS = {
  claim: {
    summary: 'Ask leave to touch the host',
    description: 'The first message of a build. The coordinator asks Jenkins whether the build is real.',
    answers: { 200: { description: 'Granted: lease, number, host, release and ports', schema: claimAnswer } },
    errors: [
      ...['build_unknown', 'build_not_running', 'build_mismatch', 'fields_edited'],
      ...['start_from_panel', 'superseded', 'duplicate_build', 'already_decided', 'busy'],
      ...['wrong_job', 'not_allowed_now', 'conflict', 'instance_not_found', 'deployment_not_found'],
      ...['instance_deleted', 'build_server_unavailable', 'build_server_refused', 'generation_changed'],
    ],
  },
  progress: {
    summary: 'Tell a stage of the job',
    answers: TAKEN,
    errors: [...LEASED, 'already_decided'],
  },
  ready: {
    summary: 'Report where the new release answers',
    description: 'Ask again with the same message while the answer is 202.',
    answers: {
      202: {
        description: 'Not decided yet, or what is open on the old release drains',
        schema: undecidedAnswer,
      },
      200: { description: 'Decided', schema: decisionAnswer },
    },
    errors: [...LEASED, 'target_not_offered', 'candidate_differs', 'already_decided'],
  },
  retired: {
    summary: 'Tell what was removed after a decision',
    answers: TAKEN,
    errors: [...LEASED, 'conflict'],
  },
  removed: {
    summary: 'End a removal',
    answers: TAKEN,
    errors: [...LEASED, 'wrong_job', 'already_decided'],
  },
  failed: {
    summary: 'Give up',
    description: 'A build that failed before its claim tells it without lease; that changes nothing.',
    answers: {
      200: { description: 'What is decided: abandoned, unless a switch came before', schema: decisionAnswer },
    },
    errors: [...LEASED],
  },
} as const satisfies Readonly<Record<string, Facts>>;
