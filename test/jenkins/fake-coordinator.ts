import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a rule answers; `lost` cuts the connection, `unsigned` leaves the signature out. */
export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly lost?: boolean;
  readonly unsigned?: boolean;
  /** Signs for this status instead of the one that is sent. */
  readonly signedStatus?: number;
}

export interface Received {
  readonly name: string;
  readonly id: string;
  readonly timestamp: string;
  readonly body: Record<string, unknown>;
}

/** The answer to the n-th try (from 0) of a message. */
export type Rule = (message: Received, tryNumber: number) => Reply;

/** The coordinator's side of the callbacks: verifies every signature, answers by rules, keeps what came. */
export interface FakeCoordinator {
  readonly url: string;
  readonly key: string;
  readonly received: Received[];
  readonly faults: string[];
  on(name: string, rule: Rule): void;
  /** Bodies of the messages with this name, one for each id. */
  told(name: string): Record<string, unknown>[];
  close(): Promise<void>;
}

export async function startFakeCoordinator(): Promise<FakeCoordinator> {
  const keyBytes = randomBytes(32);
  const received: Received[] = [];
  const faults: string[] = [];
  const rules = new Map<string, Rule>();
  const server = createServer((request, response) => {
    void answer(request, response);
  });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const fault = signatureFault(request, raw, keyBytes);
    if (fault !== undefined) faults.push(fault);
    const message = toReceived(request, raw);
    const tries = received.filter(({ id }) => id === message.id).length;
    received.push(message);
    const reply = rules.get(message.name)?.(message, tries) ?? {};
    if (reply.lost === true) request.socket.destroy();
    else send(response, message.id, reply);
  };

  const send = (response: ServerResponse, id: string, reply: Reply): void => {
    const status = reply.status ?? 200;
    const body = JSON.stringify(reply.body ?? {});
    const timestamp = String(Math.floor(Date.now() / 1000));
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (reply.unsigned !== true) {
      headers['webhook-id'] = id;
      headers['webhook-timestamp'] = timestamp;
      headers['webhook-signature'] = sign(
        keyBytes,
        `answer.${id}.${timestamp}.${String(reply.signedStatus ?? status)}.${body}`,
      );
    }
    response.writeHead(status, headers).end(body);
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/api/callbacks`,
    key: `whsec_${keyBytes.toString('base64')}`,
    received,
    faults,
    on: (name, rule) => void rules.set(name, rule),
    told: (name) => [
      ...new Map(received.filter((one) => one.name === name).map((one) => [one.id, one.body])).values(),
    ],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function toReceived(request: IncomingMessage, raw: Buffer): Received {
  return {
    name: (request.url ?? '').replace('/api/callbacks/', ''),
    id: String(request.headers['webhook-id']),
    timestamp: String(request.headers['webhook-timestamp']),
    body: JSON.parse(raw.toString()) as Record<string, unknown>,
  };
}

function signatureFault(request: IncomingMessage, raw: Buffer, key: Buffer): string | undefined {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'x-key-id': keyId } = request.headers;
  const expected = sign(key, Buffer.concat([Buffer.from(`${String(id)}.${String(timestamp)}.`), raw]));
  const given = String(request.headers['webhook-signature']);
  if (given.length !== expected.length || !timingSafeEqual(Buffer.from(given), Buffer.from(expected)))
    return 'signature';
  if (Math.abs(Number(timestamp) - Date.now() / 1000) > 300) return 'timestamp';
  if (keyId !== createHash('sha256').update(key).digest('hex').slice(0, 8)) return 'key id';
  return undefined;
}

function sign(key: Buffer, content: string | Buffer): string {
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}
