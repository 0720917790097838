import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCsv } from './csv.ts';

test('parseCsv() reads back every table, whatever its cells hold', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r\n', ';', ' '), maxLength: 6 });
  const separators = fc.constantFrom(',', ';', '\t');
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }), separators, (rows, separator) => {
      const quoted = (cells: readonly string[]) =>
        cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(separator);
      const text = [quoted(['one', 'two', 'three']), ...rows.map(quoted), ''].join('\r\n');
      const csv = parseCsv(text);
      assert.ok('rows' in csv);
      assert.deepEqual(
        csv.rows.map(({ cells }) => cells),
        rows,
      );
      let line = 2;
      for (const [index, row] of csv.rows.entries()) {
        assert.equal(row.line, line);
        line += 1 + (rows[index] ?? []).join('').split('\n').length - 1;
      }
    }),
    { numRuns: 500 },
  );
});

test('parseCsv() passes over the line of the type, and takes cells without quotes', () => {
  assert.deepEqual(parseCsv('#TYPE System.Object\r\n"a",b\r\n\r\n1,"2"'), {
    head: { line: 2, cells: ['a', 'b'] },
    rows: [{ line: 4, cells: ['1', '2'] }],
  });
});

test('parseCsv() says where a table is broken', () => {
  assert.deepEqual(parseCsv(''), { line: 1, column: 1, message: 'there is nothing in this file' });
  assert.deepEqual(parseCsv('a,b\n1,"2'), { line: 2, column: 3, message: 'this quotation has no end' });
  assert.deepEqual(parseCsv('a,b\n"1"x,2'), {
    line: 2,
    column: 4,
    message: 'there is text behind the end of this quotation',
  });
  assert.deepEqual(parseCsv('a,b\n1,2,3'), {
    line: 2,
    column: 1,
    message: 'this row has 3 values, and the head has 2 names',
  });
});
