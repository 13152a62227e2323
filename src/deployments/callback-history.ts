import { Journal, momentOf, type JournalIndex } from '../platform/journal.ts';
import type { Redis } from '../platform/redis.ts';
import { iso } from '../platform/moment.ts';
import { isDeploymentId, type DeploymentId } from './deployment.ts';
import type { DeploymentStore } from './deployment-store.ts';
import { isInstanceId } from './instance.ts';

export type CallbackVerdict = 'accepted' | 'refused';

/** A callback and what it was answered. Nothing of an unsigned one is kept but its kind and where it came from. */
export interface HeardCallback {
  readonly kind: string;
  readonly verdict: CallbackVerdict;
  /** Of a refusal, with its words. */
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
  readonly job?: string | undefined;
  readonly build_number?: number | undefined;
  readonly instance_id?: string | undefined;
  readonly deployment_id?: string | undefined;
  readonly key_id?: string | undefined;
  /** Remote address of an unsigned one. */
  readonly from?: string | undefined;
}

export interface CallbackView extends HeardCallback {
  readonly id: string;
  readonly at: string;
  /** The same message again, with the same verdict, is one entry. */
  readonly times: number;
  readonly last_at: string;
}

/** What a signed message says about itself. */
export interface Signed {
  readonly kind: string;
  readonly webhookId: string;
  readonly keyId: string;
  readonly message: unknown;
}

export interface Refusal {
  readonly code: string;
  readonly detail: string;
}

export interface CallbackHistoryOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly store: Pick<DeploymentStore, 'deployment'>;
  readonly clock: () => number;
}

const KEPT_MS = 30 * 86_400_000;
const SIGNED = { name: 'signed', most: 20_000 };
/** Strangers have a list of their own to fill. */
const UNSIGNED = { name: 'unsigned', most: 500 };
const MOST = SIGNED.most + UNSIGNED.most;
const MOST_OF_ONE = 300;
/** So many unsigned callbacks a minute are written down by this process; the metric counts all. */
const UNSIGNED_A_MINUTE = 30;
const MINUTE_MS = 60_000;

/** Which callbacks came, accepted and refused: of a deployment, and of all. */
export class CallbackHistory {
  readonly #journal: Journal<HeardCallback>;
  readonly #options: CallbackHistoryOptions;
  #minute = { begins: 0, written: 0 };

  constructor(options: CallbackHistoryOptions) {
    this.#options = options;
    const { redis, prefix, clock } = options;
    this.#journal = new Journal({ redis, prefix: `${prefix}callbacks:`, keptMs: KEPT_MS, clock });
  }

  async accepted(signed: Signed): Promise<void> {
    await this.#keep(signed, { verdict: 'accepted' });
  }

  async refused(signed: Signed, refusal: Refusal): Promise<void> {
    await this.#keep(signed, { verdict: 'refused', ...refusal });
  }

  /** A message that nobody signed, or that its signature does not hold for: all of one sender and hour are one entry. */
  async unsigned(kind: string, refusal: Refusal, from: string): Promise<void> {
    const now = this.#options.clock();
    if (now - this.#minute.begins >= MINUTE_MS) this.#minute = { begins: now, written: 0 };
    if (this.#minute.written >= UNSIGNED_A_MINUTE) return;
    this.#minute.written += 1;
    const heard: HeardCallback = { kind, verdict: 'refused', ...refusal, from };
    const hour = String(Math.floor(now / 3_600_000));
    const indexes = [UNSIGNED, ...COMMON.refused];
    await this.#journal.keep(heard, { indexes, same: [refusal.code, kind, from, hour].join(' ') });
  }

  /** Newest first. */
  async page(
    of: { readonly deployment: DeploymentId } | { readonly verdict?: CallbackVerdict },
    query: PageOf,
  ) {
    const index = 'deployment' in of ? `deployment:${of.deployment}` : (of.verdict ?? 'all');
    const { cursor, limit } = query;
    const page = await this.#journal.page(index, { after: cursor, limit });
    const items = page.items.map(({ id, record, times, lastAt }): CallbackView => ({
      ...{ id, at: iso(momentOf(id)), ...record, times, last_at: iso(lastAt) },
    }));
    return { ...page, items };
  }

  async #keep({ kind, webhookId, keyId, message }: Signed, verdict: Verdict): Promise<void> {
    const about = await this.#about(message);
    const heard: HeardCallback = { kind, ...verdict, ...about, key_id: keyId };
    const { deployment_id: id } = about;
    const own: JournalIndex[] = id === undefined ? [] : [{ name: `deployment:${id}`, most: MOST_OF_ONE }];
    await this.#journal.keep(heard, {
      indexes: [SIGNED, ...COMMON[verdict.verdict], ...own],
      same: [webhookId, verdict.verdict, verdict.code ?? ''].join(' '),
    });
  }

  /** Only what has the form of ours, and a deployment that exists. */
  async #about(message: unknown): Promise<About> {
    const said = hintsOf(message);
    const id = said.deployment_id;
    const deployment = id === undefined ? undefined : await this.#options.store.deployment(id);
    if (!deployment) return { ...said, deployment_id: undefined };
    const { job, build, instance_id } = deployment;
    return { job: job, build_number: build?.number, instance_id, ...defined(said) };
  }
}

interface PageOf {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

type Verdict = Pick<HeardCallback, 'verdict' | 'code' | 'detail'>;
type About = Pick<HeardCallback, 'job' | 'build_number' | 'instance_id' | 'deployment_id'>;

const COMMON: Readonly<Record<CallbackVerdict, readonly JournalIndex[]>> = {
  accepted: [
    { name: 'all', most: MOST },
    { name: 'accepted', most: MOST },
  ],
  refused: [
    { name: 'all', most: MOST },
    { name: 'refused', most: MOST },
  ],
};

interface Hints extends About {
  readonly deployment_id?: DeploymentId | undefined;
}

/** A refused message may be anything: what is not of the right form is not repeated. */
function hintsOf(message: unknown): Hints {
  if (typeof message !== 'object' || message === null) return {};
  const {
    job,
    build_number: number,
    deployment_id: id,
    instance_id: instance,
  } = message as Record<string, unknown>;
  return {
    job: typeof job === 'string' && JOB.test(job) ? job : undefined,
    build_number: Number.isSafeInteger(number) ? Number(number) : undefined,
    deployment_id: typeof id === 'string' && isDeploymentId(id) ? id : undefined,
    instance_id: typeof instance === 'string' && isInstanceId(instance) ? instance : undefined,
  };
}

const JOB = /^[^\p{Cc}]{1,400}$/u;

function defined(about: Hints): About {
  return Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined));
}
