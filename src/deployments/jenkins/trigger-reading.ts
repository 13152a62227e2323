import type { JobName, QueueId, TriggerOutcome } from '../build-server.ts';
import {
  describe,
  describeRefusal,
  isBootPage,
  isRedirect,
  redirectPath,
  type Answer,
  type NoAnswer,
} from './answer.ts';
import { jobOfAddress } from './job-path.ts';

const QUEUE_ITEM = /\/queue\/item\/(\d+)\/?$/;
/** What Jenkins and what stands before it answer without having asked the job. */
const PERHAPS_LATER: readonly number[] = [408, 425, 429];

/** What the answer to a trigger means. Never throws. */
export function readTrigger(answer: Answer, job: JobName): TriggerOutcome {
  const { status } = answer;
  if (status === 201 || status === 303) return readQueued(answer, job);
  if (isRedirect(answer)) return readRedirect(answer, job);
  if (status === 200) return refused(`${describe(answer)}; a sign-in page in front of Jenkins?`);
  if (isBootPage(answer)) return { kind: 'unavailable', detail: `Jenkins is starting: ${describe(answer)}` };
  if (PERHAPS_LATER.includes(status)) return ambiguous(answer, 'repeat');
  if (status >= 400 && status < 500) return refused(describeClientError(answer, job));
  return ambiguous(answer, status === 500 ? 'refuse' : 'repeat');
}

/** What it means that no whole answer to a trigger came. */
export function readTriggerFailure(failure: NoAnswer): TriggerOutcome {
  const detail = `Jenkins does not answer: ${failure.message}`; // people read it as the reason of the waiting
  if (!failure.sent) return { kind: 'unavailable', detail };
  return { kind: 'ambiguous', detail, whenNotFound: 'repeat' };
}

/** 303 is an item that already waits with the same parameters. The id may have 63 bits: text. */
function readQueued(answer: Answer, job: JobName): TriggerOutcome {
  const id = QUEUE_ITEM.exec(redirectPath(answer))?.[1];
  if (id !== undefined) return { kind: 'queued', queueId: id as QueueId };
  return answer.status === 303 ? readRedirect(answer, job) : ambiguous(answer, 'repeat');
}

function readRedirect(answer: Answer, job: JobName): TriggerOutcome {
  if (jobOfAddress(redirectPath(answer)) === job) return refused('a plugin of Jenkins vetoed the order');
  return refused(`${describe(answer)}; a sign-in page in front of Jenkins?`);
}

function describeClientError(answer: Answer, job: JobName): string {
  switch (answer.status) {
    case 400:
      return `${describe(answer)}; has the job ${job} parameters?`;
    case 401:
    case 403:
      return describeRefusal(answer);
    case 404:
      return `there is no job ${job}, or our account may not see it (404)`;
    case 405:
      return `it takes no POST at this address (405): is the base address right?`;
    case 409:
      return `the job ${job} is disabled (409)`;
    default:
      return describe(answer);
  }
}

function refused(detail: string): TriggerOutcome {
  return { kind: 'refused', detail };
}

function ambiguous(answer: Answer, whenNotFound: 'repeat' | 'refuse'): TriggerOutcome {
  return { kind: 'ambiguous', detail: describe(answer), whenNotFound };
}
