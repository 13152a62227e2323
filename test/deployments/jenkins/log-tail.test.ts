import { expect, test } from '@jest/globals';
import type { LogMark, LogPiece } from '../../../src/deployments/build-server.ts';
import { LogTail } from '../../../src/deployments/jenkins/log-tail.ts';

interface Served {
  /** What the build has written so far. */
  readonly log: string;
  /** Takes notes out, as Jenkins did before 2.509. */
  readonly withoutNotes?: boolean;
  readonly pieceBytes?: number;
  /** Lines sent at once. */
  readonly lines?: number;
}

const NOTE = '\u001b[8mha:////4AcHrme\u001b[0m';

/** One reading of a running build, as Jenkins 2.509 answers it: whole lines, CRLF, and the length of all. */
function read(mark: LogMark | undefined, served: Served): LogPiece {
  const tail = new LogTail(mark);
  const all = Buffer.from(served.log);
  const from = Number(tail.start) > all.length ? 0 : Number(tail.start);
  const whole = all
    .subarray(from)
    .toString()
    .split('\n')
    .slice(0, -1)
    .slice(0, served.lines ?? 10_000)
    .map((line) => `${(served.withoutNotes ? line.replaceAll(NOTE, '') : line).replace(/\r$/, '')}\r\n`)
    .join('');
  const bytes = Buffer.from(whole);
  const isCut = bytes.length > (served.pieceBytes ?? Infinity);
  const text = isCut ? bytes.subarray(0, served.pieceBytes).toString() : whole;
  return tail.take({ text, isCut, headers: { 'x-text-size': String(all.length) } });
}

/** Reads again and again until nothing comes. */
function readAll(served: Served, from?: LogMark): { text: string; mark: LogMark } {
  let mark = from;
  let text = '';
  for (let quiet = 0; quiet < 2;) {
    const piece = read(mark, served);
    quiet = piece.text === '' && !piece.hasMore ? quiet + 1 : 0;
    text += piece.text;
    mark = piece.mark;
  }
  return { text, mark: mark as LogMark };
}

test('a line that was half written at one reading comes whole at the next', () => {
  const first = read(undefined, { log: 'one\ntw' });
  const second = read(first.mark, { log: 'one\ntwo\nthree\n' });

  expect([first.text, second.text]).toEqual(['one\n', 'two\nthree\n']);
});

test('what Jenkins leaves out beyond its limit of lines is read in the next readings', () => {
  const log = Array.from({ length: 25_000 }, (_, at) => `line ${String(at)} ñ\n`).join('');

  const first = read(undefined, { log });
  const { text } = readAll({ log });

  expect(first.hasMore).toBe(true);
  expect(text === log).toBe(true);
});

test('notes are counted and taken out', () => {
  const log = `${NOTE}one\n${NOTE}two\n`;
  const first = read(undefined, { log });

  const more = readAll({ log: `${log}${NOTE}three\n` }, first.mark);

  expect([first.text, more.text]).toEqual(['one\ntwo\n', 'three\n']);
});

test('of a Jenkins that takes the notes out itself nothing comes twice', () => {
  const log = `${NOTE}one\n${NOTE}two\n`;
  const { text, mark } = readAll({ log, withoutNotes: true });

  const more = readAll({ log: `${log}${NOTE}three\nfour\n`, withoutNotes: true }, mark);

  expect([text, more.text]).toEqual(['one\ntwo\n', 'three\nfour\n']);
});

test('of a log with CRLF nothing comes twice', () => {
  const { text, mark } = readAll({ log: 'one\r\ntwo\r\n' });

  const more = readAll({ log: 'one\r\ntwo\r\nthree\r\n' }, mark);

  expect([text, more.text]).toEqual(['one\ntwo\n', 'three\n']);
});

test('a log that is shorter than what was read is another one, and is read from its beginning', () => {
  const first = read(undefined, { log: 'one\ntwo\n' });

  const other = read(first.mark, { log: 'new\n' });
  const after = read(other.mark, { log: 'new\n' });

  expect(other).toMatchObject({ text: '', isAnother: true, hasMore: true });
  expect(after).toMatchObject({ text: 'new\n', isAnother: false });
});

test('a long log comes in pieces that end with a line', () => {
  const log = 'señor\n'.repeat(100);

  const first = read(undefined, { log, pieceBytes: 100 });
  const { text } = readAll({ log, pieceBytes: 300 });

  expect(first.text).toMatch(/^(?:señor\n)+$/);
  expect(first.hasMore).toBe(true);
  expect(text).toBe(log);
});

test('a line that is longer than all that is taken at once is left out, and what follows is not', () => {
  const { text } = readAll({ log: `before\n${'x'.repeat(5_000)}\nafter\n`, pieceBytes: 600 });

  expect(text).toBe('before\n[a line that is too long is left out]\nafter\n');
});
