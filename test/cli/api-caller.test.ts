import { expect, test } from '@jest/globals';
import { ApiProblem } from '../../src/cli/api-caller.ts';

test('a refusal names every field that is wrong, and says what is wrong about it', () => {
  const errors = [
    { field: 'inputs.nope', message: 'this product has no such input' },
    { field: 'why', message: 'why is too\u001b long' },
  ];

  const { message } = new ApiProblem(400, { title: 'Invalid fields', detail: '2 fields', errors });

  expect(message.split('\n')).toEqual([
    'Invalid fields: 2 fields',
    '  inputs.nope: this product has no such input',
    '  why is too  long',
  ]);
});
