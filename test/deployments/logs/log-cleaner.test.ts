import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LogCleaner } from '../../../src/deployments/logs/log-cleaner.ts';

const SECRET = 'Tr0ub4dor & "3"/ñ';
const KEY = [
  '-----BEGIN OPENSSH PRIVATE KEY-----',
  'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ',
  'QyNTUxOQAAACBnb29kIG1vcm5pbmcgdG8gYWxsIG9m',
  '-----END OPENSSH PRIVATE KEY-----',
];

const clean = (text: string, secrets: readonly string[] = []): string =>
  new LogCleaner(secrets).clean(`${text}\n`).slice(0, -1);

describe('a known secret', () => {
  test.each([
    ['itself', SECRET],
    ['in JSON', JSON.stringify({ a: SECRET })],
    ['in a URL', `http://x/?a=${encodeURIComponent(SECRET)}`],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['twice', `${SECRET} ${SECRET}`],
  ])('is taken out: %s', (_, line) => {
    const shown = clean(line, [SECRET]);

    expect(shown).toContain('[redacted]');
    expect(shown).not.toMatch(/Tr0ub4dor|VHIwdWI0ZG9y/);
  });

  test('of several lines is taken out line by line', () => {
    const shown = clean('first: alphabet\nthen: soupspoon', ['alphabet\nsoupspoon']);

    expect(shown).toBe('first: [redacted]\nthen: [redacted]');
  });

  test('that contains another one goes as a whole', () => {
    expect(clean('password-1234', ['password', 'password-1234'])).toBe('[redacted]');
  });

  test('of fewer than six characters stays: it would stand in every other line', () => {
    expect(clean('exit 1, five5', ['1', 'five5'])).toBe('exit 1, five5');
  });
});

describe('what looks like a secret', () => {
  test.each([
    ['Authorization: Bearer abc.def-123', 'Authorization: Bearer [redacted]'],
    ['key whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'key whsec_[redacted]'],
    ['git clone https://bot:hunter2@git.example/x', 'git clone https://bot:[redacted]@git.example/x'],
    ['DB_PASSWORD=hunter2 next', 'DB_PASSWORD=[redacted] next'],
    ['{"api_key": "a b c", "port": 80}', '{"api_key": [redacted], "port": 80}'],
    ["token: 'x y' z", 'token: [redacted] z'],
  ])('%s', (line, shown) => {
    expect(clean(line)).toBe(shown);
  });

  test.each([
    'ok: [host] => changed',
    'secrets_missing: no file',
    'TASK [instance : Make secrets] ****',
    'a:b@c',
  ])('%s is none', (line) => {
    expect(clean(line)).toBe(line);
  });
});

describe('a private key', () => {
  test('leaves only its first line', () => {
    expect(clean(['before', ...KEY, 'after'].join('\n'))).toBe(
      'before\n-----BEGIN OPENSSH PRIVATE KEY-----[redacted]\nafter',
    );
  });

  test('in one line leaves what stands around it', () => {
    expect(clean(`key: "${KEY.join('\\n')}" end`)).toBe(
      'key: "-----BEGIN OPENSSH PRIVATE KEY-----[redacted]" end',
    );
  });

  test('that never ends does not swallow the rest of the log', () => {
    const lines = [KEY[0], ...Array.from({ length: 300 }, (_, at) => `line ${String(at)}`)];

    expect(clean(lines.join('\n'))).toMatch(/\[redacted\]\nline 200\n/);
  });
});

test('it makes no difference where a log is cut into pieces', () => {
  const lines = ['one', SECRET, ...KEY, `x ${SECRET} y`, ...KEY, 'end'].map((line) => `${line}\n`);
  const whole = new LogCleaner([SECRET]).clean(lines.join(''));

  fc.assert(
    fc.property(fc.subarray(lines.map((_, at) => at)), (cuts) => {
      let keyLines = 0;
      let shown = '';
      for (const [at, from] of [0, ...cuts].entries()) {
        const piece = lines.slice(from, [0, ...cuts][at + 1] ?? lines.length).join('');
        const cleaner = new LogCleaner([SECRET], keyLines);
        shown += cleaner.clean(piece);
        keyLines = cleaner.keyLines;
      }
      expect(shown).toBe(whole);
    }),
  );
});

test('a line is shown up to 16,384 characters', () => {
  const shown = clean('x'.repeat(20_000));

  expect(shown).toBe(`${'x'.repeat(16_384)}… [3616 more characters]`);
});

test.each([
  ['letters', 'a'],
  ['schemes', 'a://b:'],
  ['keys', '-----BEGIN PRIVATE KEY-----'],
  ['names', 'token="'],
  ['dots', 'a.b-'],
  ['bearers', 'Bearer  '],
])('two megabytes of %s in one line take no minutes', (_, part) => {
  const line = part.repeat(Math.ceil(2_097_152 / part.length));
  const startedAt = performance.now();

  clean(line, [SECRET]);

  expect(performance.now() - startedAt).toBeLessThan(5_000);
});
