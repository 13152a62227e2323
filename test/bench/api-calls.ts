import { createHmac, randomBytes } from 'node:crypto';
import type { ClaimAnswer } from '../../src/deployments/callback-messages.ts';
import { verifySignature, CallbackKey } from '../../src/http/signature.ts';
import { Secret } from '../../src/platform/secret.ts';
import { KEY } from './coordinator-process.ts';
import type { Order } from './fill.ts';
import type { Caller, Shot } from './open-loop.ts';

/** One kind of call under load. */
export interface Scenario {
  readonly name: string;
  /** Of the rate that is asked for. */
  readonly share: number;
  readonly status: number;
  readonly shot: (at: number) => Shot;
}

export const JOB = 'ark-deploy-instance';
const MOST_OF_A_PAGE = 200;
/** The build that the stand-in for Jenkins shows; any other is unknown there. */
export const BUILD = 1;

export function scenariosOf(
  ids: readonly string[],
  { order, claim, cursor }: { readonly order: Order; readonly claim: ClaimAnswer; readonly cursor: string },
): readonly Scenario[] {
  const own = { lease: claim.lease, deployment_id: claim.deployment_id };
  const progress = { ...own, stage: 'pull', status: 'started' };
  const list = (name: string, query: string, share = 1): Scenario => {
    return { name, share, status: 200, shot: () => ({ path: `/api/instances${query}` }) };
  };
  const signed = (name: string, kind: string, message: object, status: number, key = KEY): Scenario => {
    return { name, share: 1, status, shot: () => callback(kind, message, key) };
  };
  const body = JSON.stringify({ product_id: 'hello', client_name: 'Bench', host_id: order.host.id });
  return [
    { name: 'get', share: 1, status: 200, shot: (at) => ({ path: `/api/instances/${idAt(ids, at)}` }) },
    list('list, newest 50', ''),
    list('list, 50 from the middle', `?cursor=${cursor}`),
    list('list, one host', '?host=bench-7'),
    list('list, product and environment', '?product=hello&environment=prod', 0.1),
    {
      ...{ name: 'create', share: 0.1, status: 202 },
      shot: () => ({ method: 'POST', path: '/api/instances', body }),
    },
    signed('progress, accepted', 'progress', progress, 200),
    signed('progress, forged', 'progress', progress, 401, randomBytes(32)),
    signed('claim, accepted again', 'claim', claimMessage(BUILD), 200),
    signed('claim, unknown build', 'claim', claimMessage(BUILD + 1), 404),
  ];
}

/** A step that shares no factor with the count visits every instance. */
function idAt(ids: readonly string[], at: number): string {
  return ids[(at * 7_919) % ids.length] ?? '';
}

/** Where the second half of the list begins. */
export async function middleOf(caller: Caller, count: number): Promise<string> {
  let cursor = '';
  for (let seen = 0; seen < count / 2; seen += MOST_OF_A_PAGE) {
    const from = cursor && `&cursor=${cursor}`;
    const { text } = await caller.call({ path: `/api/instances?limit=${String(MOST_OF_A_PAGE)}${from}` });
    cursor = (JSON.parse(text) as { next_cursor?: string }).next_cursor ?? cursor;
  }
  return cursor;
}

export function claimMessage(number: number): object {
  return { protocol: 1, job: JOB, build_number: number };
}

/** A signed message under an id of its own. */
export function callback(kind: string, message: object, key = KEY): Shot {
  const body = JSON.stringify(message);
  return { method: 'POST', path: `/api/callbacks/${kind}`, headers: signatureOf(body, key), body };
}

function signatureOf(body: string, key: Buffer): Record<string, string> {
  const id = `msg_${randomBytes(12).toString('hex')}`;
  const at = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` };
}

/** The claim of the order's own build, as its job would send it. */
export async function claimNow(caller: Caller): Promise<ClaimAnswer> {
  const { status, text } = await caller.call(callback('claim', claimMessage(BUILD)));
  if (status !== 200) throw new Error(`The claim is refused: ${text}`);
  return JSON.parse(text) as ClaimAnswer;
}

const CHECKS = 2_000;

/** Times of the bare check of a signature, without HTTP, in ms, for a body of so many bytes. */
export function verifyTimes(bytes: number): readonly number[] {
  const body = Buffer.alloc(bytes, 'x');
  const headers = signatureOf(body.toString('utf8'), KEY);
  const keys = [new CallbackKey(new Secret(`whsec_${KEY.toString('base64')}`))];
  const rules = { keys, revokedIds: [], clock: Date.now };
  const times = Array.from({ length: 2 * CHECKS }, () => {
    const startedAt = performance.now();
    verifySignature({ headers, body }, rules);
    return performance.now() - startedAt;
  });
  return times.slice(CHECKS); // the first half warms up
}
