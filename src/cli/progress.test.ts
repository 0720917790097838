import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createProgress, progressLine } from './progress.ts';

function terminal(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY });
  return { stream, text: () => String(stream.read() ?? '') };
}

test('progressLine() says how far it is, and how long it will take at this pace', () => {
  assert.equal(
    progressLine('Replaying', { done: 41_203, total: 182_940, elapsed: 6700 }),
    'Replaying 41,203 of 182,940 · 24 s left · Ctrl-C stops, nothing is changed',
  );
  assert.equal(
    progressLine('Replaying', { done: 0, total: 5, elapsed: 1000 }),
    'Replaying 0 of 5 · Ctrl-C stops, nothing is changed',
  );
});

test('createProgress() is silent in the first second and without a terminal, then shows a line, and cleans up', () => {
  let now = 0;
  const { stream, text } = terminal(true);
  const progress = createProgress(stream, 'Replaying', () => now);
  progress.at(1, 10);
  now = 999;
  progress.at(2, 10);
  assert.equal(text(), '');
  now = 1000;
  progress.at(3, 10);
  now = 1199;
  progress.at(4, 10);
  assert.ok(text().startsWith('\r\u001B[KReplaying 3 of 10 · 3 s left'));
  progress[Symbol.dispose]();
  assert.equal(text(), '\r\u001B[K');
  const pipe = terminal(false);
  using silent = createProgress(pipe.stream, 'Replaying', () => 5000);
  silent.at(1, 10);
  assert.equal(pipe.text(), '');
});
