import { expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { createLogger, type LoggerOptions } from '../../src/platform/logger.ts';
import { redact } from '../../src/platform/redaction.ts';
import { Secret } from '../../src/platform/secret.ts';

function captured(options: Partial<LoggerOptions> = {}) {
  const stream = new PassThrough();
  const log = createLogger({ level: 'info', format: 'json', service: 'test', stream, ...options });
  const text = (): string => String(stream.read() ?? '');
  const line = () => JSON.parse(text()) as Record<string, unknown>;
  return { log, text, line };
}

test('a line is one JSON object with message, service, level, time and the fields', () => {
  const { log, line } = captured({ context: () => ({ requestId: 'r1' }) });

  log.child({ instanceId: 'acme-1' }).info('route published', { revision: 7 });

  expect(line()).toMatchObject({
    level: 'info',
    service: 'test',
    message: 'route published',
    requestId: 'r1',
    instanceId: 'acme-1',
    revision: 7,
    time: expect.stringMatching(/^\d{4}-.*Z$/),
  });
});

test('what is below the level is not written', () => {
  const { log, text } = captured();

  log.debug('detail');

  expect(text()).toBe('');
});

test('an error is printed with its causes and its line breaks stay inside the line', () => {
  const { log, text } = captured();

  log.error('failed', { error: new Error('outer\nforged line', { cause: new Error('inner') }) });

  const written = text();
  expect(written.trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(written)).toMatchObject({
    error: { message: 'outer\nforged line', cause: { message: 'inner' } },
  });
});

test.each([
  ['token'],
  ['api_token'],
  ['callbackSecret'],
  ['password'],
  ['Authorization'],
  ['set-cookie'],
  ['lease'],
  ['key'],
  ['private_key'],
  ['apiKey'],
  ['webhook-signature'],
])('the value of %s is never printed', (name) => {
  expect(redact({ [name]: 'hush', nested: [{ [name]: { deep: 'hush' } }] })).toEqual({
    [name]: '[redacted]',
    nested: [{ [name]: '[redacted]' }],
  });
});

test('public names that look alike stay', () => {
  const open = { host_key: 'ssh-ed25519 AAAA', keyId: 'ab12', monkey_business: 1 };

  expect(redact(open)).toEqual(open);
});

test('secrets inside texts and Secret values are replaced', () => {
  expect(redact('redis://ark:hush@10.0.0.1:6379/0')).toBe('redis://ark:[redacted]@10.0.0.1:6379/0');
  expect(redact('Authorization: Bearer abc.def')).toBe('Authorization: Bearer [redacted]');
  expect(redact(`whsec_${'A'.repeat(43)}=`)).toBe('whsec_[redacted]');
  expect(redact({ at: new Secret('hush') })).toEqual({ at: '[redacted]' });
});

test('a value that refers to itself ends', () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;

  expect(JSON.stringify(redact(loop))).toContain('[deep]');
});

test('the human format is one readable line', () => {
  const { log, text } = captured({ format: 'human' });

  log.warn('store away', { dependency: 'redis' });

  expect(text()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} warn {2}\[test\] store away dependency=redis\n$/);
});
