import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { BuildRecord } from '../model/build.ts';
import { commonHeaders, sendText } from './answers.ts';
import { sendOops } from './error-pages.ts';
import type { Exchange } from './exchange.ts';
import { field } from './exchange.ts';

/** While a build runs, Jenkins sends no more lines than this at once, and skips the rest (observed). */
const MAX_LINES = 10_000;
const NEWLINE = 10;

/** GET …/logText/progressiveText: the log from `start` on; X-Text-Size is where to go on. */
export function progressiveText(exchange: Exchange, build: BuildRecord): void {
  const text = field(exchange, 'start') ?? '0';
  if (!/^-?[0-9]{1,15}$/.test(text)) return sendOops(exchange, 500);
  const start = Number(text);
  const { sizeBytes, wanted } = readFrom(exchange.site.server.builds.logOf(build), start);
  const headers = {
    'X-Text-Size': String(sizeBytes),
    ...(build.building ? { 'X-More-Data': 'true' } : {}),
  };
  if (start < 0) return sendText(exchange, '', headers);
  const sent = build.building ? wholeLines(wanted) : wanted;
  sendText(exchange, sent.toString('utf8').replaceAll('\n', '\r\n'), headers);
}

/** GET …/consoleText: the whole log with its own line ends, streamed. */
export async function consoleText(exchange: Exchange, build: BuildRecord): Promise<void> {
  const { response, site, method } = exchange;
  const headers = { ...commonHeaders(), Vary: 'Accept-Encoding', 'Content-Type': 'text/plain;charset=utf-8' };
  response.writeHead(200, headers);
  if (method === 'HEAD') {
    response.end();
    return;
  }
  // a reader that goes away is no fault of ours
  await pipeline(createReadStream(site.server.builds.logOf(build)), response).catch(() => response.destroy());
}

/** The bytes from `start` on; a start behind the end begins anew. */
function readFrom(path: string, start: number): { sizeBytes: number; wanted: Buffer } {
  const file = openSync(path, 'r');
  try {
    const sizeBytes = fstatSync(file).size;
    const from = start < 0 || start > sizeBytes ? 0 : start;
    const wanted = Buffer.alloc(sizeBytes - from);
    readSync(file, wanted, 0, wanted.length, from);
    return { sizeBytes, wanted };
  } finally {
    closeSync(file);
  }
}

function wholeLines(bytes: Buffer): Buffer {
  let end = 0;
  for (let lines = 0; lines < MAX_LINES; lines += 1) {
    const next = bytes.indexOf(NEWLINE, end);
    if (next < 0) break;
    end = next + 1;
  }
  return bytes.subarray(0, end);
}
