import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stripChunk, stripLog } from '../../../src/deployments/jenkins/log-text.ts';
import { answer, recorded, ScriptedJenkins, type Reply } from './scripted-jenkins.ts';

const REF = { job: 'ark-deploy-instance', number: 9 };
const NOTE = `\u001b[8mha:////4AcHrme+dowdU15AyuQRpkkeUuhMd4Vk0Bu5HVvbeXbOAAAAlR+LCAAAAAAAAP9b85aBtbiIQ==\u001b[0m`;
const { signal } = new AbortController();
let jenkins: ScriptedJenkins;

beforeEach(async () => {
  jenkins = await new ScriptedJenkins().open();
});
afterEach(() => jenkins.close());

const chunk = (body: string, size: number, more = true): Reply =>
  answer(
    200,
    { 'content-type': 'text/plain', 'x-text-size': String(size), ...(more ? { 'x-more-data': 'true' } : {}) },
    body,
  );

describe('a log that is read while it grows', () => {
  test('loses its notes and keeps its offsets', async () => {
    jenkins.reply(recorded('log-running'));

    const read = await jenkins.client().readLog(REF, 0, signal);

    expect(read).toMatchObject({ next: 5121, more: true });
    expect(read.text).toMatch(/^Started by user bot\n\[Pipeline\] Start of Pipeline\n\[Pipeline\] node\n/);
    for (const trace of ['\u001b', '\r', '8mha']) expect(read.text).not.toContain(trace);
    expect(jenkins.seen[0]?.url).toBe('/job/ark-deploy-instance/9/logText/progressiveText?start=0');
  });

  test('that starts in the middle of a note loses the rest of it', async () => {
    jenkins.reply(recorded('log-middle'));

    const read = await jenkins.client().readLog(REF, 500, signal);

    expect(read.text).toMatch(/^\[Pipeline\] Start of Pipeline\n/);
  });

  test('joins a note over the edge of two chunks', async () => {
    const client = jenkins.client();
    jenkins.reply(chunk(`a\r\n${NOTE.slice(0, 30)}`, 40), chunk(`${NOTE.slice(30)}b\r\n`, 90, false));

    const first = await client.readLog(REF, 0, signal);
    const second = await client.readLog(REF, first.next, signal);

    expect(first).toEqual({ text: 'a\n', next: 40, more: true });
    expect(second).toEqual({ text: 'b\n', next: 90, more: false });
  });

  test('is whole again when the offset lies beyond its end', async () => {
    jenkins.reply(chunk('short\n', 6, false));

    expect(await jenkins.client().readLog(REF, 900, signal)).toEqual({
      text: 'short\n',
      next: 6,
      more: false,
    });
  });

  test('at its end is empty and has no more', async () => {
    jenkins.reply(recorded('log-end'));

    expect(await jenkins.client().readLog(REF, 11_975, signal)).toEqual({
      text: '',
      next: 11_975,
      more: false,
    });
  });

  test('of a gone build is empty; without an offset it is no log', async () => {
    jenkins.reply(
      recorded('log-missing'),
      answer(200, { 'content-type': 'text/html' }, '<title>Portal</title>'),
    );

    expect(await jenkins.client().readLog(REF, 7, signal)).toEqual({ text: '', next: 7, more: false });
    await expect(jenkins.client().readLog(REF, 7, signal)).rejects.toMatchObject({
      code: 'build_server_unavailable',
    });
  });
});

describe('a whole log', () => {
  test('is the console text without colours', async () => {
    jenkins.reply(
      recorded('console'),
      answer(200, { 'content-type': 'text/plain' }, '\u001b[31mred\u001b[0m\r\n'),
    );

    const log = await jenkins.client().fetchLog(REF, 64 * 1024, signal);

    expect(log).toMatch(/^Started by user bot\n[^]*Finished: ABORTED\n?$/);
    expect(await jenkins.client().fetchLog(REF, 64 * 1024, signal)).toBe('red\n');
  });

  test('beyond the limit is cut at its beginning, never inside a character', async () => {
    const body = 'ñ'.repeat(200_000);
    jenkins.reply(answer(200, { 'content-type': 'text/plain;charset=utf-8' }, body));

    expect(await jenkins.client().fetchLog(REF, 1001, signal)).toBe('ñ'.repeat(500));
  });

  test('of a gone build is undefined, and a page is no log', async () => {
    jenkins.reply(
      recorded('log-missing'),
      answer(200, { 'content-type': 'text/html' }, '<title>Portal</title>'),
    );

    expect(await jenkins.client().fetchLog(REF, 1024, signal)).toBeUndefined();
    await expect(jenkins.client().fetchLog(REF, 1024, signal)).rejects.toMatchObject({
      code: 'build_server_unavailable',
    });
  });
});

test('however a log is cut into chunks, what is shown is the same', () => {
  const piece = fc.constantFrom(
    'line\r\n',
    NOTE,
    '\u001b[31m',
    '\u001b]0;title\u0007',
    'ñ',
    '\u001b[0m',
    'x',
    '\r\n',
  );

  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat(30)), (pieces, cuts) => {
      let rest = pieces.join('');
      const whole = stripLog(rest);
      let shown = '';
      let carry = '';
      for (const cut of [...cuts, Number.POSITIVE_INFINITY]) {
        const raw = carry + rest.slice(0, cut);
        rest = rest.slice(cut);
        const stripped = stripChunk(raw, { first: true, last: cut === Number.POSITIVE_INFINITY });
        shown += stripped.text;
        carry = stripped.carry;
      }
      expect(shown).toBe(whole);
    }),
  );
});
