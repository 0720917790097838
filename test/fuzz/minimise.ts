/** Makes an input smaller, as long as it does the same. */
import { Buffer } from 'node:buffer';

/** Tries; more are hardly of use. */
const MOST = 3000;

/** Leaves out parts, half of it first and single octets last, as long as `still` holds. Then octets become plain where they can. */
export async function minimise(input: Buffer, still: (input: Buffer) => Promise<boolean>): Promise<Buffer> {
  let best = input;
  let left = MOST;
  const attempt = async (candidate: Buffer): Promise<boolean> => {
    if (left === 0) return false;
    left -= 1;
    if (!(await still(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.length;) {
      const rest = Buffer.concat([best.subarray(0, at), best.subarray(at + size)]);
      if (!(await attempt(rest))) at += size;
    }
  }
  for (let at = 0; at < best.length; at += 1) {
    const octet = best[at] ?? 0;
    if (octet >= 0x20 && octet < 0x7f) continue;
    const plain = Buffer.from(best);
    plain.writeUInt8(0x78, at);
    await attempt(plain);
  }
  return best;
}
