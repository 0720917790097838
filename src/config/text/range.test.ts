import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatRange } from '../../policy/mod.ts';
import { ipv4, ipv6, parseCidr, rangeOf } from '../../std/mod.ts';
import { coverOf } from './cidr.ts';
import { isTextProblem } from './problem.ts';
import { parseRange } from './range.ts';

const address4 = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(ipv4);
const address6 = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map(ipv6);

function mask4(prefix: number): string {
  return ipv4(prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0).text;
}

function remedyOf(text: string): string | undefined {
  const problem = parseRange(text);
  assert.ok(isTextProblem(problem), text);
  return problem.remedy;
}

test('parseRange() reads every form with a mask as the network of its prefix', () => {
  fc.assert(
    fc.property(address4, fc.integer({ min: 1, max: 32 }), (address, prefix) => {
      const network = ipv4(address.value - (address.value % 2 ** (32 - prefix))).text;
      const mask = mask4(prefix);
      const expected = parseCidr(`${network}/${prefix}`);
      const forms = [
        `${network}/${prefix}`,
        `${network}/${mask}`,
        `${network} mask ${mask}`,
        `${network} MASK=${mask}`,
        `${network}, MASK=${mask}`,
        `IP=${network}, MASK=${mask}`,
        `ip = ${network} ,mask= ${mask}`,
        `IP=${network};MASK=${mask}`,
        `  ${network}/${prefix} `,
        `::ffff:${network}/${prefix + 96}`,
      ];
      for (const form of forms) assert.deepEqual(parseRange(form), expected, form);
    }),
  );
});

test('parseRange() refuses set host bits, and the remedy is the host and the network', () => {
  fc.assert(
    fc.property(address4, fc.integer({ min: 1, max: 31 }), (address, prefix) => {
      const rest = address.value % 2 ** (32 - prefix);
      fc.pre(rest !== 0);
      const network = ipv4(address.value - rest).text;
      for (const form of [`${address.text}/${prefix}`, `IP=${address.text}, MASK=${mask4(prefix)}`]) {
        const remedy = remedyOf(form);
        const expected = `Write ${address.text} for that host, or ${network}/${prefix} for `;
        assert.equal(remedy?.slice(0, expected.length), expected);
      }
    }),
  );
});

test('parseRange() agrees with parseCidr() on IPv6', () => {
  fc.assert(
    fc.property(address6, fc.integer({ min: 1, max: 128 }), (address, prefix) => {
      fc.pre(address.family === 6);
      const text = `${address.text}/${prefix}`;
      const expected = parseCidr(text);
      const range = parseRange(text);
      if (expected === undefined) assert.ok(isTextProblem(range));
      else assert.deepEqual(range, expected);
    }),
  );
});

test('parseRange() takes a mask only when it is ones and then zeros', () => {
  fc.assert(
    fc.property(address4, (mask) => {
      const ones = mask.value.toString(2).padStart(32, '0');
      const range = parseRange(`0.0.0.0/${mask.text}`, { everything: true });
      if (/^1*0*$/.test(ones)) {
        assert.ok(!isTextProblem(range));
        assert.deepEqual(range, rangeOf(ipv4(0), ones.lastIndexOf('1') + 1));
      } else {
        assert.ok(isTextProblem(range));
      }
    }),
  );
  for (let prefix = 0; prefix <= 32; prefix += 1) {
    assert.deepEqual(parseRange(`0.0.0.0/${mask4(prefix)}`, { everything: true }), rangeOf(ipv4(0), prefix));
  }
});

test('parseRange() takes prefixes up to the width of the address and no longer', () => {
  assert.ok(!isTextProblem(parseRange('192.0.2.1/32')));
  assert.ok(isTextProblem(parseRange('192.0.2.1/33')));
  assert.ok(!isTextProblem(parseRange('2001:db8::1/128')));
  assert.ok(isTextProblem(parseRange('2001:db8::1/129')));
  assert.ok(!isTextProblem(parseRange('::ffff:192.0.2.1/128')));
  assert.ok(isTextProblem(parseRange('::ffff:192.0.2.1/129')));
  assert.ok(!isTextProblem(parseRange('::ffff:128.0.0.0/97')));
  assert.ok(isTextProblem(parseRange('::ffff:0.0.0.0/96')));
  assert.ok(isTextProblem(parseRange('::ffff:0.0.0.0/95')));
});

test('parseRange() takes everything only where it may', () => {
  for (const text of ['0.0.0.0/0', '::/0', 'IP=0.0.0.0, MASK=0.0.0.0', '::ffff:0.0.0.0/96']) {
    assert.ok(isTextProblem(parseRange(text)), text);
    assert.ok(!isTextProblem(parseRange(text, { everything: true })), text);
  }
});

test('parseRange() reads no address in two ways', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['010.0.0.1', 'Write 10.0.0.1 (read as decimal) or 8.0.0.1 (read as octal).'],
    ['10.0.0.09', 'Write 10.0.0.9 (read as decimal).'],
    ['0377.0.0.1', 'Write 255.0.0.1 (read as octal).'],
    ['10.0.*', 'Write 10.0.0.0/16 for that network.'],
    ['10.*.*.*', 'Write 10.0.0.0/8 for that network.'],
    ['10.', 'Write 10.0.0.0/8 for that network.'],
    ['10.0.0.1-10.0.0.2', 'Write 10.0.0.1 and 10.0.0.2 for those addresses.'],
    ['10.0.0.0-10.0.0.255', 'Write 10.0.0.0/24 for those addresses.'],
    ['localhost', 'Write 127.0.0.1, and ::1 for IPv6.'],
    ['[2001:db8::1]', 'Write the address alone: 2001:db8::1.'],
    ['10.0.0.0/08', 'Write 10.0.0.0/8.'],
    ['IP=1.1.1.1', 'Put the whole line in quotes: "IP=192.0.2.0, MASK=255.255.255.0".'],
  ];
  for (const [text, remedy] of cases) assert.equal(remedyOf(text), remedy, text);
});

test('every network of a remedy for an interval is one that parseRange() takes', () => {
  fc.assert(
    fc.property(address4, address4, (one, other) => {
      const [first, last] = one.value <= other.value ? [one, other] : [other, one];
      const networks = coverOf({ family: 4, first: first.value, last: last.value });
      let next = first.value;
      for (const network of networks) {
        const range = parseRange(network, { everything: true });
        assert.ok(!isTextProblem(range) && range.family === 4);
        assert.equal(range.first, next);
        next = range.last + 1;
      }
      assert.equal(next, last.value + 1);
      assert.ok(networks.length <= 62);
    }),
  );
});

test('parseRange() never throws, and what it takes it writes and reads again', () => {
  const piece = fc.constantFrom(
    '10',
    '0',
    '255',
    '.',
    ':',
    '::',
    '/',
    '-',
    '*',
    'mask',
    'IP=',
    'MASK=',
    ',',
    ' ',
    'ffff',
    '[',
    ']',
    '%',
    'x',
    '08',
    '\u0000',
    'é',
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join('')),
    fc.string(),
  );
  fc.assert(
    fc.property(text, (written) => {
      const range = parseRange(written, { everything: true });
      if (!isTextProblem(range))
        assert.deepEqual(parseRange(formatRange(range), { everything: true }), range);
    }),
    { numRuns: 2000 },
  );
});

test('parseRange() is linear', () => {
  for (const unit of ['1.', ':', '0x', 'a-', ' ', 'mask ', '.*', '-1', '[']) {
    assert.ok(isTextProblem(parseRange(unit.repeat(50_000))), unit);
  }
});
