import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { answer, recorded, ScriptedJenkins } from './scripted-jenkins.ts';

const REF = { job: 'ark-deploy-instance', number: 9 };
const NOTE = `\u001b[8mha:////4AcHrme+dowdU15AyuQRpkkeUuhMd4Vk0Bu5HVvbeXbOAAAAlR+LCAAAAAAAAP9b85aBtbiIQ==\u001b[0m`;
const { signal } = new AbortController();
let jenkins: ScriptedJenkins;

beforeEach(async () => {
  jenkins = await new ScriptedJenkins().open();
});
afterEach(() => jenkins.close());

describe('a log', () => {
  test('is the console text without colours', async () => {
    jenkins.reply(
      recorded('console'),
      answer(200, { 'content-type': 'text/plain' }, '\u001b[31mred\u001b[0m\r\n'),
    );

    const log = await jenkins.client().fetchLog(REF, 64 * 1024, signal);

    expect(log?.text).toMatch(/^Started by user bot\n[^]*Finished: ABORTED\n?$/);
    expect(await jenkins.client().fetchLog(REF, 64 * 1024, signal)).toEqual({ text: 'red\n', isCut: false });
  });

  test('beyond the limit is cut at its beginning, never inside a character', async () => {
    const body = 'ñ'.repeat(200_000);
    jenkins.reply(answer(200, { 'content-type': 'text/plain;charset=utf-8' }, body));

    expect(await jenkins.client().fetchLog(REF, 1001, signal)).toEqual({
      text: 'ñ'.repeat(500),
      isCut: true,
    });
  });

  test('whose beginning is cut inside a note loses the rest of the note too', async () => {
    jenkins.reply(answer(200, { 'content-type': 'text/plain' }, `${NOTE}Started by user bot\r\n`));

    expect(await jenkins.client().fetchLog(REF, NOTE.length + 11, signal)).toMatchObject({
      text: 'Started by user bot\n',
    });
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
