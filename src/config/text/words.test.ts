import assert from 'node:assert/strict';
import { test } from 'node:test';
import { either, isTextProblem, quoted, shown } from './problem.ts';
import { parseLine, parseName, parsePath } from './words.ts';

test('parseName() takes 1 to 64 characters', () => {
  assert.equal(parseName('a'.repeat(64)), 'a'.repeat(64));
  for (const text of ['a'.repeat(65), '', '-a', '.a', 'a b', 'a/b', 'é', 'a\n'])
    assert.ok(isTextProblem(parseName(text)), text);
});

test('parsePath() refuses what no file can be called, and what a shell would replace', () => {
  assert.equal(parsePath('./a b'), './a b');
  for (const text of ['', 'a\0b', '~/a', '~alice']) assert.ok(isTextProblem(parsePath(text)), text);
});

test('parseLine() takes one line', () => {
  assert.equal(parseLine('strangers stay out'), 'strangers stay out');
  for (const text of ['', ' ', 'a\nb', 'a\rb', '\u001b[2J']) assert.ok(isTextProblem(parseLine(text)), text);
});

test('shown() hides nothing and disturbs no terminal', () => {
  assert.equal(shown('a\u001b[2Jb\u202ec\u0085'), 'a\\u001b[2Jb\\u202ec\\u0085');
  assert.equal(shown('x'.repeat(60)), 'x'.repeat(60));
  assert.equal(shown('x'.repeat(61)), `${'x'.repeat(59)}…`);
  assert.equal(quoted('a'), '"a"');
});

test('either() lists words', () => {
  assert.equal(either([]), '');
  assert.equal(either(['a']), 'a');
  assert.equal(either(['a', 'b']), 'a or b');
  assert.equal(either(['a', 'b', 'c'], 'and'), 'a, b and c');
});
