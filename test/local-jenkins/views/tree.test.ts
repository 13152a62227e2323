import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BadTreeError, parseTree, pick } from '../../../src/local-jenkins/views/tree.ts';

const JOB = {
  _class: 'Job',
  name: 'deploy',
  builds: [1, 2, 3].map((number) => () => ({
    _class: 'Run',
    number,
    actions: [{ _class: 'A', causes: ['c'] }, {}],
  })),
  property: { choices: ['a', 'b'] },
  nothing: null,
};

test.each([
  ['name', { _class: 'Job', name: 'deploy' }],
  ['nothing,unknown', { _class: 'Job', nothing: null }],
  [
    'builds[number]{0,2}',
    {
      _class: 'Job',
      builds: [
        { _class: 'Run', number: 1 },
        { _class: 'Run', number: 2 },
      ],
    },
  ],
  ['builds[number]{2,}', { _class: 'Job', builds: [{ _class: 'Run', number: 3 }] }],
  ['builds[number]{,1}', { _class: 'Job', builds: [{ _class: 'Run', number: 1 }] }],
  ['builds[number]{1}', { _class: 'Job', builds: [{ _class: 'Run', number: 2 }] }],
  ['builds[actions]{,1}', { _class: 'Job', builds: [{ _class: 'Run', actions: [{ _class: 'A' }, {}] }] }],
  ['property[choices]', { _class: 'Job', property: { choices: ['a', 'b'] } }],
  ['property', { _class: 'Job', property: {} }],
])('%s', (text, expected) => {
  expect(pick(JOB, parseTree(text))).toEqual(expected);
});

test('a star is every name with nothing below', () => {
  const found = pick(JOB, parseTree('builds[*]{,1}'));

  expect(found).toEqual({
    _class: 'Job',
    builds: [{ _class: 'Run', number: 1, actions: [{ _class: 'A' }, {}] }],
  });
});

test('only the builds in the range are worked out', () => {
  let worked = 0;
  const builds = Array.from({ length: 500 }, (_, number) => () => {
    worked += 1;
    return { number };
  });

  pick({ builds }, parseTree('builds[number]{0,5}'));

  expect(worked).toBe(5);
});

test.each(['', 'jobs[name', 'jobs]', 'a,,b', 'a{x}', 'a{1', 'a b', '['.repeat(100)])(
  '%j is refused',
  (text) => {
    expect(() => parseTree(text)).toThrow(BadTreeError);
  },
);

test('any text is either a tree or refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '[', ']', '{', '}', ',', '*', '1') }), (text) => {
      try {
        parseTree(text);
      } catch (error) {
        if (!(error instanceof BadTreeError)) throw error;
      }
    }),
  );
});
