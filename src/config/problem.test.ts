import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProblems, inOrder } from './problem.ts';

const place = { file: 'postern.yaml', line: 27, column: 18 };

test('formatProblems() sets a full stop only before a remedy that needs one', () => {
  const problems = [
    { place, message: '10.0.9.9/24 has host bits set', remedy: 'Write 10.0.9.9.' },
    { place, message: 'unknown key "reroutes": did you mean "reroute"?' },
    { place, message: 'it is so. Is it?', remedy: 'No.' },
    { place, message: 'the path is empty' },
  ];
  assert.equal(
    formatProblems(problems, { color: false }),
    [
      'postern.yaml:27:18: 10.0.9.9/24 has host bits set. Write 10.0.9.9.',
      'postern.yaml:27:18: unknown key "reroutes": did you mean "reroute"?',
      'postern.yaml:27:18: it is so. Is it? No.',
      'postern.yaml:27:18: the path is empty',
    ].join('\n'),
  );
});

test('formatProblems() sets what is wrong in bold where that is shown', () => {
  const text = formatProblems([{ place, message: 'a', remedy: 'B.' }], { color: true });
  assert.equal(text, '\u001b[1mpostern.yaml:27:18: a.\u001b[22m B.');
});

test('inOrder() follows the file and repeats nothing', () => {
  const at = (line: number, column: number, message = 'x') => ({
    place: { file: 'f', line, column },
    message,
  });
  const sorted = inOrder([at(2, 1), at(10, 1), at(1, 9), at(2, 1), at(1, 10), at(2, 1, 'y')]);
  assert.deepEqual(sorted, [at(1, 9), at(1, 10), at(2, 1), at(2, 1, 'y'), at(10, 1)]);
});
