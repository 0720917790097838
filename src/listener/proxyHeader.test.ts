import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  beginsHeader,
  LONGEST_BLOCK,
  LONGEST_LINE,
  readProxyHeader,
  type ProxyHeader,
} from './proxyHeader.ts';

const SIGNATURE = '0d0a0d0a000d0a515549540a';
/** 192.0.2.1:1025 to 198.51.100.2:25. */
const INET = 'c0000201c63364020401 0019';
const INET6 = '20010db8000000000000000000000001 20010db8000000000000000000000002 0401 0019';

function hex(...parts: string[]): Buffer {
  return Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
}

/** A header of version 2; `rest` is what its length counts. */
function binary(start: string, rest: Buffer): Buffer {
  const size = Buffer.alloc(2);
  size.writeUInt16BE(rest.length);
  return Buffer.concat([hex(SIGNATURE, start), size, rest]);
}

function triple(type: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.of(type, value.length >> 8, value.length & 0xff), value]);
}

/** What was read, in words that compare. */
function told(header: ProxyHeader): string {
  switch (header.kind) {
    case 'client': {
      const { length, client, clientPort, local, localPort } = header;
      return `${length}: ${client.text} ${clientPort} to ${local.text} ${localPort}`;
    }
    case 'own':
      return `${header.length}: own`;
    case 'malformed':
      return `malformed: ${header.why}`;
    case 'incomplete':
    case 'absent':
      return header.kind;
    default:
      return header satisfies never;
  }
}

function line(text: string): string {
  return told(readProxyHeader(Buffer.from(text, 'latin1')));
}

test('readProxyHeader() reads lines of version 1', () => {
  assert.equal(
    line('PROXY TCP4 192.0.2.1 198.51.100.2 1025 25\r\n'),
    '43: 192.0.2.1 1025 to 198.51.100.2 25',
  );
  assert.equal(
    line('PROXY TCP6 2001:db8::1 2001:db8::2 0 65535\r\nEHLO'),
    '44: 2001:db8::1 0 to 2001:db8::2 65535',
  );
  assert.equal(
    line('PROXY TCP6 ::ffff:192.0.2.1 ::ffff:c633:6402 1 2\r\n'),
    '50: 192.0.2.1 1 to 198.51.100.2 2',
  );
  assert.equal(line('PROXY UNKNOWN\r\n'), '15: own');
  assert.equal(line('PROXY UNKNOWN 192.0.2.1 whatever\r\nEHLO a\r\n'), '34: own');
});

for (const [what, text] of [
  ['another protocol', 'PROXY TCP5 192.0.2.1 198.51.100.2 1 2\r\n'],
  ['a word that begins like one', 'PROXY UNKNOWNS\r\n'],
  ['small letters', 'PROXY tcp4 192.0.2.1 198.51.100.2 1 2\r\n'],
  ['two blanks', 'PROXY TCP4  192.0.2.1 198.51.100.2 1 2\r\n'],
  ['a blank at the end', 'PROXY TCP4 192.0.2.1 198.51.100.2 1 2 \r\n'],
  ['too few words', 'PROXY TCP4 192.0.2.1 198.51.100.2 1\r\n'],
  ['too many words', 'PROXY TCP4 192.0.2.1 198.51.100.2 1 2 3\r\n'],
  ['a port with a zero in front', 'PROXY TCP4 192.0.2.1 198.51.100.2 01 2\r\n'],
  ['a port that is too large', 'PROXY TCP4 192.0.2.1 198.51.100.2 1 65536\r\n'],
  ['a port with a sign', 'PROXY TCP4 192.0.2.1 198.51.100.2 +1 2\r\n'],
  ['an address of the other family', 'PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n'],
  ['an address of the other family, IPv6', 'PROXY TCP6 192.0.2.1 198.51.100.2 1 2\r\n'],
  ['octal', 'PROXY TCP4 192.0.2.01 198.51.100.2 1 2\r\n'],
  ['a zone', 'PROXY TCP6 fe80::1%1 2001:db8::2 1 2\r\n'],
  ['no CR', `PROXY TCP4 192.0.2.1 198.51.100.2 1 2\n${'x'.repeat(LONGEST_LINE)}`],
  ['NUL', 'PROXY TCP4 192.0.2.1\0 198.51.100.2 1 2\r\n'],
] as const) {
  test(`readProxyHeader() refuses a line with ${what}`, () => assert.match(line(text), /^malformed: /));
}

test('readProxyHeader() takes a line of 107 octets, and none of 108', () => {
  const longest = `PROXY UNKNOWN ${'x'.repeat(LONGEST_LINE - 16)}\r\n`;
  assert.equal(longest.length, 107);
  assert.equal(line(longest), '107: own');
  assert.equal(line(longest.slice(0, -1)), 'incomplete');
  assert.match(line(longest.replace('x', 'xx')), /^malformed: the line is too long/);
});

test('readProxyHeader() reads addresses of version 2', () => {
  assert.equal(told(readProxyHeader(binary('2111', hex(INET)))), '28: 192.0.2.1 1025 to 198.51.100.2 25');
  assert.equal(told(readProxyHeader(binary('2121', hex(INET6)))), '52: 2001:db8::1 1025 to 2001:db8::2 25');
  const mapped = hex('00000000000000000000ffffc0000201', '00000000000000000000ffffc6336402', '04010019');
  assert.equal(told(readProxyHeader(binary('2121', mapped))), '52: 192.0.2.1 1025 to 198.51.100.2 25');
});

test('readProxyHeader() takes no address from LOCAL, UNSPEC and AF_UNIX', () => {
  assert.equal(told(readProxyHeader(binary('2000', Buffer.alloc(0)))), '16: own');
  assert.equal(
    told(readProxyHeader(binary('2011', hex(INET)))),
    '28: own',
    'LOCAL with addresses of a client',
  );
  assert.equal(
    told(readProxyHeader(binary('20ff', hex('00')))),
    '17: own',
    'LOCAL with a family that is none',
  );
  assert.equal(told(readProxyHeader(binary('2100', hex('0102')))), '18: own');
  assert.equal(told(readProxyHeader(binary('2131', Buffer.alloc(216)))), '232: own');
});

test('readProxyHeader() checks the length for each family', () => {
  for (const [start, size] of [
    ['2111', 12],
    ['2121', 36],
    ['2131', 216],
  ] as const) {
    assert.doesNotMatch(told(readProxyHeader(binary(start, Buffer.alloc(size)))), /malformed/);
    assert.match(told(readProxyHeader(binary(start, Buffer.alloc(size - 1)))), /^malformed: .* too few/);
  }
});

test('readProxyHeader() refuses other versions, commands, families and datagrams before the rest has come', () => {
  for (const start of [
    '1111',
    '3111',
    '2211',
    '2f11',
    '2112',
    '2122',
    '2132',
    '2101',
    '2110',
    '2141',
    '2113',
  ]) {
    assert.match(told(readProxyHeader(hex(SIGNATURE, start, '000c'))), /^malformed: /, start);
  }
});

test(`readProxyHeader() takes a block of ${LONGEST_BLOCK} octets, and none that is longer`, () => {
  const padding = (size: number): Buffer =>
    binary('2111', Buffer.concat([hex(INET), triple(4, Buffer.alloc(size - 12 - 3))]));
  assert.match(told(readProxyHeader(padding(LONGEST_BLOCK))), /^4112: 192/);
  assert.match(told(readProxyHeader(padding(LONGEST_BLOCK + 1).subarray(0, 16))), /^malformed: .*4097/);
});

test('readProxyHeader() walks what follows the addresses', () => {
  const behind = (...more: Buffer[]): string =>
    told(readProxyHeader(binary('2111', Buffer.concat([hex(INET), ...more]))));
  const ssl = Buffer.concat([hex('0100000000'), triple(0x21, Buffer.from('TLSv1.3'))]);
  assert.match(
    behind(triple(1, Buffer.from('h2')), triple(2, Buffer.from('a.test')), triple(0x20, ssl)),
    /: 192/,
  );
  assert.match(behind(triple(0xee, Buffer.from('unknown')), triple(4, Buffer.alloc(0))), /: 192/);
  assert.match(behind(triple(5, Buffer.alloc(128))), /: 192/);
  assert.match(behind(triple(5, Buffer.alloc(129))), /^malformed/);
  assert.match(behind(triple(0x20, Buffer.alloc(4))), /^malformed/, 'SSL without its fixed part');
  assert.match(
    behind(triple(0x20, hex('0100000000 210009'))),
    /^malformed/,
    'SSL with a part that ends beyond it',
  );
  assert.match(behind(hex('01')), /^malformed/, 'one octet');
  assert.match(behind(hex('010001')), /^malformed/, 'a value that is not there');
  assert.match(behind(hex('01ffff00')), /^malformed/, 'a value that ends beyond the header');
});

/** The same header with its checksum, computed bit by bit. */
function summed(start: string, addresses: string): Buffer {
  const header = binary(start, Buffer.concat([hex(addresses), triple(3, Buffer.alloc(4))]));
  let sum = 0xffff_ffffn;
  for (const octet of header) {
    sum ^= BigInt(octet);
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >> 1n) ^ ((sum & 1n) * 0x82f63b78n);
  }
  header.writeUInt32BE(Number(sum ^ 0xffff_ffffn), header.length - 4);
  return header;
}

test('readProxyHeader() checks the checksum where there is one', () => {
  const good = summed('2111', INET);
  assert.equal(told(readProxyHeader(good)), '35: 192.0.2.1 1025 to 198.51.100.2 25');
  for (let at = 16; at < good.length; at += 1) {
    if (at === 28) continue; // the type: no checksum any more
    const bad = Buffer.from(good);
    bad.writeUInt8(bad.readUInt8(at) ^ 1, at);
    assert.match(told(readProxyHeader(bad)), /^malformed/, `octet ${at}`);
  }
  const twice = binary(
    '2111',
    Buffer.concat([hex(INET), triple(3, Buffer.alloc(4)), triple(3, Buffer.alloc(4))]),
  );
  assert.match(told(readProxyHeader(twice)), /^malformed/);
});

test('readProxyHeader() says of every beginning that it is incomplete, and takes no octet behind the header', () => {
  const headers = [
    Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.2 1025 25\r\n'),
    Buffer.from('PROXY UNKNOWN\r\n'),
    binary('2000', Buffer.alloc(0)),
    binary('2131', Buffer.alloc(216)),
    summed('2111', INET),
    summed('2121', INET6),
  ];
  for (const header of headers) {
    for (let end = 0; end < header.length; end += 1) {
      assert.equal(readProxyHeader(header.subarray(0, end)).kind, 'incomplete', `${end} of ${header.length}`);
    }
    const whole = readProxyHeader(header);
    assert.ok('length' in whole && whole.length === header.length);
    for (const behind of ['\r\n', 'PROXY ', '\x16\x03\x01', '\0']) {
      assert.deepEqual(readProxyHeader(Buffer.concat([header, Buffer.from(behind, 'latin1')])), whole);
    }
  }
});

test('readProxyHeader() never throws, never reads past its bounds, and never changes its mind', () => {
  const marks = fc.constantFrom(
    '',
    '50524f585920',
    SIGNATURE,
    `${SIGNATURE}21`,
    `${SIGNATURE}2111000c`,
    '50524f5859205443503420',
  );
  const beginnings = fc.tuple(marks, fc.uint8Array({ maxLength: 300 }));
  fc.assert(
    fc.property(beginnings, fc.uint8Array({ maxLength: 60 }), ([mark, octets], more) => {
      const first = Buffer.concat([hex(mark), octets]);
      const header = readProxyHeader(first);
      if (header.kind === 'incomplete') {
        assert.ok(first.length < 16 + LONGEST_BLOCK);
        return;
      }
      if ('length' in header) assert.ok(header.length > 0 && header.length <= first.length);
      assert.deepEqual(readProxyHeader(Buffer.concat([first, more])), header);
    }),
    { numRuns: 3000 },
  );
});

test('beginsHeader() tells a header by its first octets', () => {
  const of = (text: string): boolean | undefined => beginsHeader(Buffer.from(text, 'latin1'));
  assert.deepEqual(['PROXY ', 'PROXY TCP4', '\r\n\r\n\0\r\nQUIT\n'].map(of), [true, true, true]);
  assert.deepEqual(['', 'P', 'PROXY', '\r\n', '\r\n\r\n\0\r\nQUIT'].map(of), Array(5).fill(undefined));
  assert.deepEqual(['EHLO', 'PROXYS', 'proxy ', '\r\nEHLO', '\r\n\r\nQUIT'].map(of), Array(5).fill(false));
});
