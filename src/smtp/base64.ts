/** Base64 as SASL exchanges use it (RFC 4954 section 4, RFC 4648 section 4). */

/**
 * Decodes strictly: padding where due, no other characters, no white space, and zero bits in the unused part of the last
 * digit. `Buffer.from(text, 'base64')` alone ignores all of that, so the result is encoded again and compared.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const octets = Buffer.from(text, 'base64');
  return octets.toString('base64') === text ? octets : undefined;
}
