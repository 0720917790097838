import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { createLineFeeds } from './lineFeeds.ts';

function convert(chunks: readonly Buffer[]): string {
  const lines = createLineFeeds();
  return Buffer.concat([...chunks.map((chunk) => lines.push(chunk)), lines.end()]).toString('latin1');
}

/** Text in which line ends are frequent, and where it is cut. */
const text = fc
  .array(fc.constantFrom('\r', '\n', '\r\n', 'a', '\u00ff'), { maxLength: 40 })
  .map((parts) => parts.join(''));
const cuts = fc.array(fc.nat(60), { maxLength: 6 });

function cut(octets: Buffer, places: readonly number[]): readonly Buffer[] {
  const sorted = [0, ...places.filter((place) => place <= octets.length), octets.length].toSorted(
    (a, b) => a - b,
  );
  return sorted.slice(1).map((end, index) => octets.subarray(sorted[index], end));
}

describe('createLineFeeds()', () => {
  it('turns CRLF into LF and changes nothing else, wherever the chunks are cut', () => {
    fc.assert(
      fc.property(text, cuts, (whole, places) => {
        const octets = Buffer.from(whole, 'latin1');
        const expected = whole.replaceAll('\r\n', '\n');
        assert.equal(convert(cut(octets, places)), expected);
        assert.equal(convert([...octets].map((octet) => Buffer.from([octet]))), expected);
      }),
    );
  });
});
