/** The two messages with which a client opens an NTLM session as nobody ([MS-NLMP] 2.2.1, 3.2.5.1.2), in base64. */

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');
const NEGOTIATE = 1;
const AUTHENTICATE = 3;
/** Unicode, OEM, request target, NTLM, always sign. */
const FLAGS = 0x00008207;
const ANONYMOUS = 0x00000800;

function words(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => buffer.writeUInt32LE(value, 4 * index));
  return buffer;
}

/** A field of `length` octets at `offset`: length, room, offset. */
function field(length: number, offset: number): Buffer {
  return words(length | (length << 16), offset);
}

export const NTLM_NEGOTIATE = Buffer.concat([
  SIGNATURE,
  words(NEGOTIATE, FLAGS),
  field(0, 0),
  field(0, 0),
]).toString('base64');

/** 8 octets of signature, 4 of type, 6 fields of 8, 4 of flags. */
const HEADER = 64;

/** No name, no domain, and a response to the challenge of one zero octet. */
export const NTLM_NULL_SESSION = Buffer.concat([
  SIGNATURE,
  words(AUTHENTICATE),
  field(1, HEADER),
  field(0, HEADER + 1),
  field(0, HEADER),
  field(0, HEADER),
  field(0, HEADER),
  field(0, HEADER + 1),
  words((FLAGS | ANONYMOUS) >>> 0),
  Buffer.alloc(1),
]).toString('base64');
