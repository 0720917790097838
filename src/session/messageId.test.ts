import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MessageIdReader } from './messageId.ts';

/** Reads a content that is cut at these places. */
function read(content: string, cuts: readonly number[] = []): string | undefined {
  const octets = Buffer.from(content, 'latin1');
  const reader = new MessageIdReader();
  const places = [
    0,
    ...cuts.map((cut) => cut % (octets.length + 1)).toSorted((a, b) => a - b),
    octets.length,
  ];
  for (const [index, place] of places.entries()) {
    if (index > 0) reader.push(octets.subarray(places[index - 1], place));
  }
  return reader.value();
}

const CASES: readonly (readonly [content: string, expected: string | undefined])[] = [
  ['Message-ID: <one@client.example>\r\n\r\nbody', 'one@client.example'],
  ['Received: by x\r\n with y\r\nMESSAGE-id \t:<one@x>\r\n\r\n', 'one@x'],
  ['Message-ID:\r\n <folded@x>\r\nSubject: s\r\n\r\n', 'folded@x'],
  ['Message-ID: <first@x>\r\nMessage-ID: <second@x>\r\n\r\n', 'first@x'],
  ['Message-ID: no-brackets@x \r\n\r\n', 'no-brackets@x'],
  ['Message-ID: (comment) <after@x> (more)\r\n\r\n', 'after@x'],
  ['Message-ID: <never ended\r\n\r\n', 'never ended'],
  ['Message-ID: <at the end', 'at the end'],
  ['Message-ID: \r\nSubject: s\r\n\r\n', undefined],
  ['Message-ID: <>\r\n\r\n', undefined],
  ['Subject: s\r\n\r\nMessage-ID: <in-the-body@x>\r\n', undefined],
  ['\r\nMessage-ID: <in-the-body@x>\r\n', undefined],
  ['Subject: s\r\n Message-ID: <folded-into-another@x>\r\n\r\n', undefined],
  ['X-Message-ID: <other@x>\r\nMessage-IDs: <other@x>\r\nMessage-I: <other@x>\r\n\r\n', undefined],
  ['Message-ID\r\nMessage-ID\r\n : <continued@x>\r\n\r\n', undefined],
  ['', undefined],
];

test('value() is the identifier of the first Message-ID field of the header', () => {
  for (const [content, expected] of CASES) assert.equal(read(content), expected, JSON.stringify(content));
});

test('value() does not depend on where the content is cut', () => {
  const content = fc.oneof(
    fc.constantFrom(...CASES.map(([text]) => text)),
    fc
      .array(
        fc.constantFrom(
          '\r\n',
          '\r',
          '\n',
          ' ',
          'Message-ID',
          'message-id:',
          ':',
          '<a@b>',
          '<',
          '>',
          'Subject: x\r\n',
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(content, fc.array(fc.nat(), { maxLength: 6 }), (text, cuts) => {
      const everywhere = Array.from({ length: text.length }, (_, index) => index);
      assert.equal(read(text, cuts), read(text));
      assert.equal(read(text, everywhere), read(text));
    }),
    { numRuns: 500 },
  );
});

test('value() keeps 998 octets of a value, and reads them as UTF-8', () => {
  assert.equal(read(`Message-ID: <${'x'.repeat(5000)}>\r\n\r\n`)?.length, 998 - ' <'.length);
  const octets = Buffer.from('Message-ID: <żółw@x>\r\n\r\n');
  assert.equal(read(octets.toString('latin1')), 'żółw@x');
});

test('push() gives up after 256 KiB of header', () => {
  const header = (kib: number): string => `X: ${'y'.repeat(1019)}\r\n`.repeat(kib);
  const reader = new MessageIdReader();
  reader.push(Buffer.from(header(256)));
  reader.push(Buffer.from('Message-ID: <a@b>\r\n'));
  assert.equal(reader.value(), 'a@b');
  const late = new MessageIdReader();
  late.push(Buffer.from(`${header(256)}X`));
  late.push(Buffer.from(':\r\nMessage-ID: <a@b>\r\n'));
  assert.equal(late.value(), undefined);
});
