import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { headerFields, splitHeader } from './header.ts';

function fields(header: string): readonly (readonly [string, string])[] {
  return Array.from(headerFields(Buffer.from(header, 'latin1')), ({ name, value }) => [name, value] as const);
}

test('splitHeader() splits at the first empty line', () => {
  const split = (text: string): readonly [string, number] => {
    const { header, bodyOffset } = splitHeader(Buffer.from(text));
    return [header.toString(), bodyOffset];
  };
  assert.deepEqual(split('A: b\r\nC: d\r\n\r\nbody\r\n\r\nmore'), ['A: b\r\nC: d\r\n', 14]);
  assert.deepEqual(split('A: b\r\n\r\n'), ['A: b\r\n', 8]);
  assert.deepEqual(split('\r\nbody'), ['', 2]);
  assert.deepEqual(split('\r\n\r\nbody'), ['', 2]);
  assert.deepEqual(split('A: b\r\n'), ['A: b\r\n', 6]);
  assert.deepEqual(split('A: b\n\nbody'), ['A: b\n\nbody', 10]);
  assert.deepEqual(split(''), ['', 0]);
});

test('splitHeader() copies nothing', () => {
  const content = Buffer.from('A: b\r\n\r\nbody');
  assert.equal(splitHeader(content).header.buffer, content.buffer);
});

test('headerFields() unfolds, trims and passes over what is no field', () => {
  const header =
    'Subject: one\r\n two\r\n\tthree \r\n' +
    'not a field\r\n continued: here\r\n' +
    'Received : by x\r\nEmpty:\r\nX:  \r\n : y\r\nna me: z\r\n:nameless\r\nT\u00e4g: x\r\nEight: \u00e9\r\nLast: end';
  assert.deepEqual(fields(header), [
    ['Subject', 'one two\tthree'],
    ['Received', 'by x'],
    ['Empty', ''],
    ['X', ': y'],
    ['Eight', '\u00e9'],
    ['Last', 'end'],
  ]);
  assert.deepEqual(fields(''), []);
});

test('headerFields() says where each field stands', () => {
  const header = Buffer.from('A: b\r\n c\r\nbad\r\nD: e\r\n');
  const parts = Array.from(headerFields(header), ({ start, end }) => header.toString('latin1', start, end));
  assert.deepEqual(parts, ['A: b\r\n c\r\n', 'D: e\r\n']);
});

test('headerFields() gives back what was written', () => {
  const word = fc.stringMatching(/^[!-9;-~]{1,12}$/);
  const field = fc.tuple(word, fc.array(word, { minLength: 1, maxLength: 5 }));
  fc.assert(
    fc.property(fc.array(field), fc.constantFrom(' ', '\r\n ', '\r\n\t'), (list, space) => {
      const header = list.map(([name, words]) => `${name}:${space}${words.join(space)}\r\n`).join('');
      const expected = list.map(([name, words]) => [name, words.join(space.replace('\r\n', ''))]);
      assert.deepEqual(fields(header), expected);
    }),
  );
});

test('headerFields() takes time in proportion to the header', () => {
  const million = 1_000_000;
  const count = (text: string): number => fields(text).length;
  assert.equal(count('x\r\n'.repeat(million / 4)), 0);
  assert.equal(count(`A:${' '.repeat(million)}x${' '.repeat(million)}y\r\n`), 1);
  assert.equal(count(`A:${'\r\n '.repeat(million)}x\r\n`), 1);
  assert.equal(count(`${'a'.repeat(million)} b:\r\n`), 0);
  assert.equal(count(`a${' '.repeat(million)}b:\r\n`), 0);
  assert.equal(count(':'.repeat(million)), 0);
});
