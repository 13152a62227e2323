import { expect, test } from '@jest/globals';
import { ReleaseBox } from '../../src/deployments/release-box.ts';
import { Secret } from '../../src/platform/secret.ts';
import { anInstance, aRelease } from './records.ts';

const { release } = aRelease(anInstance());
const box = new ReleaseBox(new Secret('one'));

test('what was sealed is opened with the same secret, and looks different each time', () => {
  expect(box.open(box.seal(release))).toEqual(release);
  expect(box.seal(release)).not.toBe(box.seal(release));
});

test('another secret, or a changed byte, opens nothing', () => {
  const sealed = box.seal(release);
  const changed = Buffer.from(sealed, 'base64');
  changed[40] = (changed[40] ?? 0) ^ 1;

  expect(() => new ReleaseBox(new Secret('two')).open(sealed)).toThrow();
  expect(() => box.open(changed.toString('base64'))).toThrow();
});
