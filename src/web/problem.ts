export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** `unreachable`: no answer, or one that is not the API's (a proxy's error page). */
export type ProblemKind = 'unreachable' | 'answered';

/** A call that did not work: what the API said about it, or that it said nothing. */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string;
  readonly faults: readonly FieldFault[];
  readonly retryAfterS: number | undefined;

  constructor(fields: Partial<Omit<Problem, keyof Error>>) {
    super(fields.title ?? fields.code ?? 'unreachable');
    this.name = 'Problem';
    this.kind = fields.kind ?? 'answered';
    this.status = fields.status ?? 0;
    this.code = fields.code ?? '';
    this.title = fields.title ?? '';
    this.detail = fields.detail ?? '';
    this.requestId = fields.requestId ?? '';
    this.faults = fields.faults ?? [];
    this.retryAfterS = fields.retryAfterS;
  }

  /** False when the same call cannot work later either, so that repeating it only makes noise. */
  get mayPass(): boolean {
    return this.kind === 'unreachable' || this.status >= 500 || this.status === 408 || this.status === 429;
  }
}

export function toProblem(thrown: unknown): Problem {
  return thrown instanceof Problem ? thrown : new Problem({ kind: 'unreachable' });
}

/** Reads an answer that is not 2xx. Without a problem document it counts as no answer of the API's. */
export async function readProblem(response: Response): Promise<Problem> {
  const status = response.status;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterS = Number.isFinite(retryAfter) ? retryAfter : undefined;
  const body = await readObject(response);
  if (body === undefined) return new Problem({ kind: 'unreachable', status, retryAfterS });
  return new Problem({
    status,
    code: text(body['code']),
    title: text(body['title']),
    detail: text(body['detail']),
    requestId: text(body['request_id']),
    faults: Array.isArray(body['errors']) ? body['errors'].flatMap(toFault) : [],
    retryAfterS,
  });
}

async function readObject(response: Response): Promise<Record<string, unknown> | undefined> {
  if (!/json/.test(response.headers.get('content-type') ?? '')) return undefined;
  const body: unknown = await response.json().catch(() => undefined);
  return isObject(body) ? body : undefined;
}

function toFault(item: unknown): FieldFault[] {
  return isObject(item) ? [{ field: text(item['field']), message: text(item['message']) }] : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
