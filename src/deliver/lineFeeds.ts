/** From the line ends of the wire to those of the disk: CRLF becomes LF, everything else stays. */

const CR = 0x0d;
const LF = 0x0a;
const CR_PIECE = Buffer.from('\r');

export interface LineFeeds {
  /** What of the chunk, and of a CR kept back before, is settled now. */
  push(chunk: Buffer): Buffer;
  /** A last CR that no LF followed. */
  end(): Buffer;
}

export function createLineFeeds(): LineFeeds {
  let heldBack = false;
  return {
    push(chunk) {
      if (chunk.length === 0) return chunk;
      const lonely = heldBack && chunk[0] !== LF;
      heldBack = chunk[chunk.length - 1] === CR;
      const converted = convert(heldBack ? chunk.subarray(0, -1) : chunk);
      return lonely ? Buffer.concat([CR_PIECE, converted]) : converted;
    },
    end() {
      return heldBack ? CR_PIECE : Buffer.alloc(0);
    },
  };
}

/** In one pass and one copy; no copy when there is no CRLF. */
function convert(chunk: Buffer): Buffer {
  let crlf = chunk.indexOf('\r\n', 0, 'latin1');
  if (crlf === -1) return chunk;
  const out = Buffer.allocUnsafe(chunk.length - 1);
  let from = 0;
  let filled = 0;
  while (crlf !== -1) {
    filled += chunk.copy(out, filled, from, crlf);
    from = crlf + 1;
    crlf = chunk.indexOf('\r\n', from, 'latin1');
  }
  filled += chunk.copy(out, filled, from);
  return out.subarray(0, filled);
}
