import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRegistry } from './registry.ts';
import type { Registry, RegistryData } from './registry.ts';

const FIVE = 'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\A]\r\n';
const FOUR = 'REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\A]\r\n';

function read(text: string): Registry {
  const reading = parseRegistry(text, 'a.reg');
  if ('problems' in reading) assert.fail(reading.problems.map(({ message }) => message).join('; '));
  return reading.registry;
}

function data(text: string, name = 'x'): RegistryData | undefined {
  return read(text).get('hkey_local_machine\\a')?.get(name)?.data;
}

function problemOf(text: string): string {
  const reading = parseRegistry(text, 'a.reg');
  if (!('problems' in reading)) assert.fail('it was read');
  const [{ place, message }] = reading.problems;
  return `${place.file}:${place.line}:${place.column}: ${message}`;
}

function hex(octets: Uint8Array): string {
  return [...octets].map((octet) => octet.toString(16).padStart(2, '0')).join(',');
}

test('parseRegistry() reads texts, numbers and lists in both versions', () => {
  assert.deepEqual(data(`${FOUR}"x"="C:\\\\a \\"b\\""`), { kind: 'text', text: 'C:\\a "b"' });
  assert.deepEqual(data(`${FIVE}"X"=dword:0000000f`), { kind: 'number', number: 15 });
  assert.deepEqual(data(`${FIVE}"x"=hex(4):0f,00,00,80`), { kind: 'number', number: 0x8000000f });
  assert.deepEqual(data(`${FOUR}"x"=hex(7):61,62,00,63,00,00`), { kind: 'texts', texts: ['ab', 'c'] });
  assert.deepEqual(data(`${FIVE}"x"=hex(7):61,00,00,00,\\\r\n  62,00,00,00,00,00`), {
    kind: 'texts',
    texts: ['a', 'b'],
  });
  assert.deepEqual(data(`${FIVE}"x"=hex(7):`), { kind: 'texts', texts: [] });
  assert.deepEqual(data(`${FIVE}"x"=hex(2):61,00,00,00`), { kind: 'text', text: 'a' });
  assert.deepEqual(data(`${FIVE}"x"=hex:01,02`), { kind: 'other' });
  assert.deepEqual(data(`${FIVE}@="whole"`, ''), { kind: 'text', text: 'whole' });
});

test('parseRegistry() keeps the line of a value, and the last of several', () => {
  const registry = read(
    `${FIVE}; a comment\r\n"x"=hex(7):61,00,\\\r\n  00,00\r\n"x"=dword:1\r\n"y"="a\r\nb"\r\n"z"=dword:2`,
  );
  const key = registry.get('hkey_local_machine\\a');
  assert.deepEqual(key?.get('x'), { name: 'x', line: 7, data: { kind: 'number', number: 1 } });
  assert.deepEqual(key?.get('y')?.data, { kind: 'text', text: 'a\nb' });
  assert.equal(key?.get('z')?.line, 10);
});

test('parseRegistry() takes values and keys away that are exported as removed', () => {
  assert.equal(data(`${FIVE}"x"=dword:1\r\n"x"=-`), undefined);
  assert.equal(read(`${FIVE}"x"=dword:1\r\n[-HKEY_LOCAL_MACHINE\\A]\r\n"x"=dword:2`).size, 0);
});

test('parseRegistry() says where what cannot be read stands', () => {
  assert.equal(problemOf('[HKEY_LOCAL_MACHINE]'), 'a.reg:1:1: this is not a registry export');
  assert.equal(problemOf(`${FIVE}"x"=hex(7):61,zz`), 'a.reg:4:15: this is no octet in hexadecimal');
  assert.equal(problemOf(`${FIVE}"x"=hex(7):61,,00`), 'a.reg:4:15: an octet is missing between two commas');
  assert.equal(
    problemOf(`${FIVE}"x"=hex(7):61,00,62`),
    'a.reg:4:5: these octets are not the UTF-16 text that they should be',
  );
  assert.equal(
    problemOf(`${FIVE}"x"=hex(7):00,d8,00,00`),
    'a.reg:4:5: these octets are not the UTF-16 text that they should be',
  );
  assert.equal(problemOf(`${FIVE}"x"=dword:xyz`), 'a.reg:4:11: a dword has one to eight hexadecimal digits');
  assert.equal(problemOf(`${FIVE}"x"=hex(4):01`), 'a.reg:4:5: a dword has four octets');
  assert.equal(problemOf(`${FIVE}"x"="open`), 'a.reg:4:5: this text has no end');
  assert.equal(problemOf(`${FIVE}"x"=1`), 'a.reg:4:5: this is no data of the registry');
  assert.equal(problemOf(`${FIVE}x=1`), 'a.reg:4:1: this is neither a key in brackets nor "name"=value');
});

test('parseRegistry() reads back every list of texts that was exported', () => {
  const texts = fc.array(
    fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((one) => !one.includes('\0')),
  );
  fc.assert(
    fc.property(texts, (written) => {
      const octets = Buffer.from(`${written.map((one) => `${one}\0`).join('')}\0`, 'utf16le');
      assert.deepEqual(data(`${FIVE}"x"=hex(7):${hex(octets)}`), { kind: 'texts', texts: written });
    }),
    { numRuns: 300 },
  );
});

test('parseRegistry() never throws, whatever the text', () => {
  const lines = fc.constantFrom(
    FIVE,
    '"x"=hex(7):',
    '00,',
    '\\',
    '\r\n',
    '"',
    '=',
    '[',
    ']',
    '@',
    'dword:',
    '-',
    'a',
    '\\"',
  );
  fc.assert(
    fc.property(fc.array(lines, { maxLength: 30 }), (parts) => {
      parseRegistry(`${FIVE}${parts.join('')}`, 'a.reg');
    }),
    { numRuns: 1000 },
  );
});

test('parseRegistry() reads a list of 20,000 networks in time that grows with its length', () => {
  const entries = Array.from(
    { length: 20_000 },
    (_, index) => `10.${index >> 8}.${index & 255}.0;255.255.255.0`,
  );
  const octets = [...Buffer.from(`${entries.join('\0')}\0\0`, 'utf16le')].map((octet) => octet.toString(16));
  const rows = Array.from({ length: Math.ceil(octets.length / 25) }, (_, row) =>
    octets.slice(row * 25, row * 25 + 25),
  );
  const text = `${FIVE}"x"=hex(7):${rows.map((row) => row.join(',')).join(',\\\r\n  ')}`;
  const list = data(text);
  assert.equal(list?.kind === 'texts' ? list.texts.length : 0, 20_000);
});
