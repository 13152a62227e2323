import { send } from './answers.ts';
import type { Exchange } from './exchange.ts';

interface FaultOrder {
  readonly lost_answers?: number;
  readonly refusal?: { status: number; times: number };
  readonly boot_page_s?: number;
  readonly pause_queue?: boolean;
  /** A crash of the queue: all items are lost and ids go back by this many. */
  readonly forget_queue?: number;
  readonly reset?: boolean;
}

/** The control path of tests: GET shows the faults, POST with a JSON body switches them. */
export function routeFaults(exchange: Exchange, body: Buffer): void {
  if (exchange.method === 'POST') {
    const order = readOrder(body);
    if (order === undefined) return sendState(exchange, 400, { error: 'a JSON object is needed' });
    applyOrder(exchange, order);
  }
  const { faults, server } = exchange.site;
  sendState(exchange, 200, {
    lost_answers: faults.lostAnswers,
    refusal: faults.refusal ?? null,
    is_booting: faults.isBooting,
    is_queue_paused: server.queue.isPaused,
    next_queue_id: server.queue.nextId,
  });
}

function applyOrder({ site: { faults, server } }: Exchange, order: FaultOrder): void {
  if (order.reset === true) {
    faults.reset();
    server.queue.pause(false);
  }
  if (order.lost_answers !== undefined) faults.lostAnswers = order.lost_answers;
  if (order.refusal !== undefined) faults.refusal = { ...order.refusal };
  if (order.boot_page_s !== undefined) faults.bootFor(order.boot_page_s);
  if (order.pause_queue !== undefined) server.queue.pause(order.pause_queue);
  if (order.forget_queue !== undefined) server.queue.forget(order.forget_queue);
}

function readOrder(body: Buffer): FaultOrder | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return parsed !== null && typeof parsed === 'object' ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function sendState(exchange: Exchange, status: number, state: unknown): void {
  send(exchange, { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(state) });
}
