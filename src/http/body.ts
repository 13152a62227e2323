import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { AppError } from '../platform/errors.ts';
import { duplicateKey } from './duplicate-key.ts';

const DEEPEST = 32;
/** Characters of a key that a message repeats. */
const KEY_SHOWN = 64;

/**
 * Reads a JSON body into `request.body`: only application/json, only UTF-8, at most `limitBytes`, no
 * `__proto__`, no key twice. A call without a body gets `undefined`. Throws `malformed_request`, `body_too_large`,
 * `unsupported_media_type`.
 */
export function jsonBody({ limitBytes }: { readonly limitBytes: number }): RequestHandler {
  return async (request, _response, next) => {
    request.body = undefined;
    if (hasBody(request)) {
      refuseOtherMedia(request);
      const bytes = await readBytes(request, limitBytes);
      if (bytes.length > 0) request.body = parseJson(bytes);
    }
    next();
  };
}

/** Whether the request announces a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Throws `unsupported_media_type` unless the body is plain JSON. */
export function refuseOtherMedia({ headers }: IncomingMessage): void {
  const type = (headers['content-type'] ?? '').toLowerCase();
  if (!/^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/.test(type)) {
    throw new AppError('unsupported_media_type', 'The body must be application/json in UTF-8');
  }
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
    throw new AppError('unsupported_media_type', 'The body must not be compressed');
  }
}

/** The raw bytes. Throws `body_too_large` as soon as it is clear that there are more than `limitBytes`. */
export async function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const tooLarge = (): AppError =>
    new AppError('body_too_large', `The body must not be longer than ${String(limitBytes)} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += (chunk as Buffer).length;
      if (length > limitBytes) throw tooLarge();
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('malformed_request', 'The body ended early', { cause: error });
  }
  return Buffer.concat(chunks);
}

/**
 * The value of a JSON text. Throws `malformed_request` for bad UTF-8, bad JSON, `__proto__`, deep nesting and a key
 * that stands twice in one object.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const { text, value } = decodeJson(bytes);
  refuseTraps(value, 0);
  const key = duplicateKey(text);
  if (key === undefined) return value;
  const shown = JSON.stringify(key.slice(0, KEY_SHOWN));
  throw new AppError('malformed_request', `The body has a key twice in one object: ${shown}`);
}

function decodeJson(bytes: Uint8Array): { readonly text: string; readonly value: unknown } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, value: JSON.parse(text) };
  } catch {
    // The parser's own words would repeat a part of the body.
    throw new AppError('malformed_request', 'The body is not valid JSON in UTF-8');
  }
}

/** `__proto__` may turn into a prototype wherever fields are copied; depth costs stack wherever they are walked. */
function refuseTraps(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= DEEPEST) throw new AppError('malformed_request', 'The body is nested too deeply');
  if (Object.hasOwn(value, '__proto__')) {
    throw new AppError('malformed_request', 'The body has a forbidden key: __proto__');
  }
  for (const inner of Object.values(value)) refuseTraps(inner, depth + 1);
}
