import { BadTreeError, parseTree } from '../views/tree.ts';
import { sendJson } from './answers.ts';
import { sendOops } from './error-pages.ts';
import type { Exchange } from './exchange.ts';

/** Answers …/api/json: what `tree` asks for, else what Jenkins shows without one. A bad tree or depth is a 500. */
export function apiJson(exchange: Exchange, view: unknown, defaultTree: string): void {
  const depth = exchange.query.get('depth');
  if (depth !== null && !/^[0-9]{1,3}$/.test(depth)) return sendOops(exchange, 500);
  try {
    sendJson(exchange, view, parseTree(exchange.query.get('tree') ?? defaultTree));
  } catch (error) {
    if (!(error instanceof BadTreeError)) throw error;
    sendOops(exchange, 500);
  }
}

/** Whether a plain view of a build may show why it was interrupted. */
export function hasDepthOrTree({ query }: Exchange): boolean {
  return query.has('tree') || Number(query.get('depth') ?? '0') >= 1;
}
