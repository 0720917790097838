import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { expand } from './expand.ts';

const VALUES = new Map([
  ['mydomain', 'contoso.example'],
  ['myhostname', 'mail.$mydomain'],
  ['level', '3.6'],
  ['empty', ''],
  ['circle', '$other'],
  ['other', 'a ${circle}'],
]);
const lookup = (name: string): string | undefined => VALUES.get(name);

function text(value: string): string {
  const result = expand(value, lookup);
  assert.ok('text' in result, JSON.stringify(result));
  return result.text;
}

test('expand() has every form of a variable', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['$myhostname, localhost.$mydomain', 'mail.contoso.example, localhost.contoso.example'],
    ['${myhostname}x $(mydomain)y', 'mail.contoso.examplex contoso.exampley'],
    ['$mydomain.net', 'contoso.example.net'],
    ['$$mydomain', '$mydomain'],
    ['$nothing!', '!'],
    ['${mydomain?is set}${nothing?is not}', 'is set'],
    ['${empty:none}${mydomain:none}', 'none'],
    ['${mydomain?{yes $level}:{no}}', 'yes 3.6'],
    ['${empty?{yes}:{no $level}}', 'no 3.6'],
    ['${{$mydomain} == {contoso.example} ? {same}:{other}}', 'same'],
    ['${{$mydomain} != {contoso.example} ? {other}}', ''],
    ['${{9} < {10} ? {number}:{text}}', 'number'],
    ['${{$level} <level {3.10} ? {older}:{newer}}', 'older'],
    ['${{$level} >=level {3.6} ? {newer}}', 'newer'],
    ['${{$level} <level {2} ? {subnet} : {host}}', 'host'],
  ];
  for (const [value, expected] of cases) assert.equal(text(value), expected, value);
});

test('expand() names the circle of variables', () => {
  const result = expand('$circle', lookup);
  assert.ok('problem' in result);
  assert.equal(result.problem, 'the variables go round in a circle: $circle, $other, $circle');
});

test('expand() stops a value that doubles with every step', () => {
  const doubling = (name: string): string | undefined => {
    const number = Number(name.slice(1));
    return number < 40 ? `$v${number + 1} $v${number + 1}` : 'x';
  };
  const result = expand('$v1', doubling);
  assert.ok('problem' in result);
  assert.match(result.problem, /grows over 1,000,000 characters/);
});

test('expand() stops nesting without an end', () => {
  const result = expand('$v1', (name) => `$v${Number(name.slice(1)) + 1}`);
  assert.ok('problem' in result);
  assert.match(result.problem, /nested over 50 deep/);
});

test('expand() says what is wrong with an expression', () => {
  for (const value of ['${mydomain', '$ x', '${}', '${{a} ~ {b}}', '${mydomain?{a', '${mydomain!x}'])
    assert.ok('problem' in expand(value, lookup), value);
});

test('expand() never throws, and leaves a text without a dollar sign as it is', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('$', '{', '}', '(', ')', '?', ':', '=', '<', 'a', ' '),
        maxLength: 30,
      }),
      (value) => {
        const result = expand(value, (name) => (name === 'a' ? 'value' : undefined));
        if (!value.includes('$')) assert.deepEqual(result, { text: value });
      },
    ),
    { numRuns: 2000 },
  );
});
