import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_TEXT, readYaml } from './yaml.ts';
import type { YamlReading } from './yaml.ts';

function tree(text: string): unknown {
  const reading = readYaml(text, 'postern.yaml');
  assert.ok('tree' in reading, 'it was refused');
  return reading.tree;
}

function problem(reading: YamlReading): string {
  assert.ok('problems' in reading, 'it was read');
  return reading.problems.map(({ place, message }) => `${place.line}:${place.column} ${message}`).join('\n');
}

test('readYaml() reads scalars as the core schema of YAML 1.2 does', () => {
  assert.deepEqual(
    tree('a: yes\nb: true\nc: 012\nd: 2027-06-30\ne: 10.0.0.1\nf: ~\ng: 1_000\nh: "1"\ni: 1.5'),
    {
      a: 'yes',
      b: true,
      c: 12,
      d: '2027-06-30',
      e: '10.0.0.1',
      f: null,
      g: '1_000',
      h: '1',
      i: 1.5,
    },
  );
});

test('readYaml() shows a control character that the parser repeats, and does not send it to a terminal', () => {
  assert.equal(
    problem(readYaml('a: |\u001b\n', 'f.yaml')),
    '1:5 this is not YAML: block scalar header includes extra characters: |\\u001b',
  );
});

test('readYaml() reads an empty file as an empty configuration', () => {
  assert.deepEqual(tree(''), {});
  assert.deepEqual(tree('# nothing\n'), {});
  assert.deepEqual(tree('\uFEFF# nothing\n'), {});
});

test('readYaml() keeps keys that objects already have', () => {
  const read = tree('constructor: 1\ntoString: 2\nhasOwnProperty: 3\n');
  assert.deepEqual(Object.entries(Object(read)), [
    ['constructor', 1],
    ['toString', 2],
    ['hasOwnProperty', 3],
  ]);
});

test('readYaml() knows where keys and values stand', () => {
  const reading = readYaml('a:\n  - x: 1\n    y: { z: [1, two] }\n  -\nb:\n', 'f.yaml');
  assert.ok('positions' in reading);
  const at = (...path: (string | number)[]) => {
    const value = reading.positions.at(path);
    const key = reading.positions.keyAt(path);
    return `${value.line}:${value.column} ${key.line}:${key.column}`;
  };
  assert.equal(at('a'), '2:3 1:1');
  assert.equal(at('a', 0), '2:5 2:5');
  assert.equal(at('a', 0, 'x'), '2:8 2:5');
  assert.equal(at('a', 0, 'y', 'z', 1), '3:17 3:17');
  assert.equal(at('b'), '5:1 5:1');
  assert.equal(at('a', 0, 'y', 'missing'), '3:8 3:8');
  assert.equal(at('nowhere'), '1:1 1:1');
  assert.equal(reading.positions.has(['a', 0]), true);
  assert.equal(reading.positions.has(['nowhere']), false);
});

test('keep() lets the places of a list follow what is left of it', () => {
  const reading = readYaml('a: [x, y, z, u]\n', 'f.yaml');
  assert.ok('positions' in reading);
  reading.positions.keep(['a'], [1, 2, 3]);
  assert.equal(reading.positions.at(['a', 0]).column, 8);
  reading.positions.keep(['a'], [0, 2]);
  assert.equal(reading.positions.at(['a', 1]).column, 14);
});

test('readYaml() expands aliases, but not without bounds', () => {
  assert.deepEqual(tree('a: &x [1]\nb: *x\n'), { a: [1], b: [1] });
  assert.equal(problem(readYaml('a: &x [*x]\n', 'f')), '1:8 the alias *x contains itself');
  const levels = Array.from(
    { length: 30 },
    (_, level) => `l${level + 1}: &l${level + 1} [*l${level}, *l${level}]`,
  );
  const bomb = readYaml(`l0: &l0 [x, x]\n${levels.join('\n')}\n`, 'f');
  assert.match(problem(bomb), /^\d+:\d+ the aliases expand to too much$/);
});

test('readYaml() takes 32 levels and no more', () => {
  assert.deepEqual(
    tree(`${'['.repeat(32)}${']'.repeat(32)}`),
    JSON.parse(`${'['.repeat(32)}${']'.repeat(32)}`),
  );
  assert.ok('problems' in readYaml(`${'['.repeat(34)}${']'.repeat(34)}`, 'f'));
});

test('readYaml() takes a file of 16 MiB and no larger one', () => {
  const comment = `#${' '.repeat(MAX_TEXT - 1)}`;
  assert.deepEqual(tree(comment), {});
  assert.equal(problem(readYaml(`${comment} `, 'f')), '1:1 the file is larger than 16 MiB');
});

test('readYaml() never throws', () => {
  const piece = fc.constantFrom(
    'a',
    ': ',
    '\n',
    '  ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '"',
    "'",
    '&a ',
    '*a',
    '!x ',
    '|',
    '>',
    '#',
    '%',
    '@',
    '\t',
    '---',
    '?',
    '<<',
    '~',
    '\\',
    '\u0000',
    '\uFEFF',
    '\uD800',
    'é',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      readYaml(pieces.join(''), 'f');
    }),
    { numRuns: 1500 },
  );
  for (const unit of ['[', '{a: ', '- ', '? ', '&a ']) readYaml(unit.repeat(2000), 'f');
});
