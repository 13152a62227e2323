import { expect, test } from '@jest/globals';
import { Masker } from '../../../src/local-jenkins/run/masker.ts';

test('the value and its base64 are hidden until released', () => {
  const masker = new Masker();
  const base64 = Buffer.from('s3cret!').toString('base64');
  const release = masker.add(['s3cret!']);

  expect(masker.mask(`a s3cret! b ${base64}`)).toBe('a **** b ****');
  release();
  expect(masker.mask('s3cret!')).toBe('s3cret!');
});

test('a secret that is part of another leaves no rest behind', () => {
  const masker = new Masker();
  masker.add(['abc', 'abcdef']);

  expect(masker.mask('abcdef abc')).toBe('**** ****');
});

test('each long line of a secret of several lines is hidden', () => {
  const masker = new Masker();
  masker.add(['first line\nsecond line\n}']);

  expect(masker.mask('x second line }')).toBe('x **** }');
});

test('a secret bound twice stays hidden until both are released, an empty one hides nothing', () => {
  const masker = new Masker();
  const first = masker.add(['twice', '']);
  masker.add(['twice']);
  first();

  expect(masker.mask('twice')).toBe('****');
});
