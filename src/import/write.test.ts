import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { inline, inlineMap, oneLine, writeYaml } from './write.ts';
import type { Inline, YamlItem, YamlMap } from './write.ts';

const texts = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({
      unit: fc.constantFrom(...'ab1. -:#"\'\\{}[],&*!|>%@`?~=<\n\r\t\0\u0085\u2028\ufeff'.split('')),
      maxLength: 12,
    }),
    fc.constantFrom(
      'true',
      'no',
      'null',
      '~',
      '1',
      '1.2',
      '1e3',
      '0x1',
      '0o7',
      '.inf',
      '.nan',
      '2027-06-30',
      '1.1.1.1',
      '',
      ' a',
      'a ',
      '-',
      '- a',
      '1_000',
    ),
  )
  .map((text) => text.toWellFormed());

test('inline() writes every text so that it reads back as the same text', () => {
  fc.assert(
    fc.property(texts, texts, (one, other) => {
      assert.equal(parse(inline(one)), one);
      assert.deepEqual(parse(inline([one, other])), [one, other]);
      assert.deepEqual(parse(inline(inlineMap(['a', one], ['b', [other, true, 7]]))), {
        a: one,
        b: [other, true, 7],
      });
      // For those who read the file with an older YAML.
      assert.equal(parse(inline(one), { version: '1.1' }), one);
    }),
    { numRuns: 2000 },
  );
});

test('inline() leaves names, addresses and networks without quotes', () => {
  assert.equal(
    inline(['mail.contoso.example', '10.0.0.0/8', '192.0.2.1']),
    '[mail.contoso.example, 10.0.0.0/8, 192.0.2.1]',
  );
  assert.equal(inline('2001:db8::/32'), '"2001:db8::/32"');
  assert.equal(inline('*.contoso.example'), '"*.contoso.example"');
  assert.equal(inline(''), '""');
});

test('writeYaml() writes a document with comments that change nothing, whatever they hold', () => {
  const values: fc.Arbitrary<Inline> = fc.oneof(
    texts,
    fc.boolean(),
    fc.integer(),
    fc.array(texts, { maxLength: 3 }),
  );
  const comments = fc.option(texts, { nil: undefined });
  const item = fc.record({ value: values, comment: comments, above: fc.array(texts, { maxLength: 2 }) });
  fc.assert(
    fc.property(
      fc.array(texts, { maxLength: 3 }),
      fc.array(item, { maxLength: 4 }),
      item,
      (head, list, last) => {
        const items = list.map(({ value, comment, above }): YamlItem => ({
          value,
          above,
          ...(comment === undefined ? {} : { comment }),
        }));
        const rule: YamlMap = {
          entries: [
            { key: 'name', value: 'x' },
            { key: 'from', value: { items } },
            { key: 'last', ...items[0], value: last.value },
          ],
        };
        const text = writeYaml(head, {
          entries: [
            { key: 'empty', value: { entries: [] } },
            { key: 'rules', value: { items: [{ value: rule, comment: 'a', above: head }, { value: rule }] } },
          ],
        });
        const expected = { name: 'x', from: list.map(({ value }) => value), last: last.value };
        assert.deepEqual(parse(text), { empty: {}, rules: [expected, expected] });
      },
    ),
    { numRuns: 500 },
  );
});

test('writeYaml() puts comments behind values on one line and above those with lines of their own', () => {
  const text = writeYaml(['Head'], {
    entries: [
      { key: 'a', value: 1, comment: 'from x:1' },
      {
        key: 'b',
        value: {
          items: [
            {
              value: {
                entries: [
                  { key: 'c', value: true },
                  { key: 'd', value: 'e' },
                ],
              },
              comment: 'from x:2',
            },
          ],
        },
      },
    ],
  });
  assert.equal(text, '# Head\n\na: 1   # from x:1\n\nb:\n  # from x:2\n  - c: true\n    d: e\n');
});

test('oneLine() shows what would end a comment or hide in it', () => {
  assert.equal(oneLine('a\nb\u202ec'), 'a\\u000ab\\u202ec');
});
