/** For tests of everything that reads a stream: the same octets, cut in different ways. */
import fc from 'fast-check';

/** `octets` cut at the given places; places outside or repeated are harmless, empty chunks may occur. */
export function cut(octets: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (octets.length + 1)), octets.length].sort(
    (a, b) => a - b,
  );
  return sorted.slice(1).map((end, i) => octets.subarray(sorted[i], end));
}

export function byteByByte(octets: Buffer): Buffer[] {
  return Array.from(octets, (_, i) => octets.subarray(i, i + 1));
}

/** Ways to cut a stream: whole, octet by octet, anywhere. */
export const cuts: fc.Arbitrary<(octets: Buffer) => Buffer[]> = fc.oneof(
  fc.constant((octets: Buffer) => [octets]),
  fc.constant(byteByByte),
  fc.array(fc.nat(5000), { maxLength: 6 }).map((places) => (octets: Buffer) => cut(octets, places)),
);

export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
