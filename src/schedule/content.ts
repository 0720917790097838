/** Bodies as a courier wants them, and the beginning of one for a notification. */
import { Buffer } from 'node:buffer';
import { open } from 'node:fs/promises';
import type { Content } from '../deliver/mod.ts';
import type { Body } from '../spool/mod.ts';

/** Octets read at once from a body's file. */
const CHUNK = 64 * 1024;

/** A body in memory is handed over as it is; one in a file is opened and read anew by every `open()`. */
export function contentOf(body: Body): Content {
  if (body.kind === 'memory') {
    const { bytes } = body;
    return { size: bytes.length, bytes, open: () => once(bytes) };
  }
  const { path, size } = body;
  return { size, bytes: undefined, open: () => chunksOf(path) };
}

/** At most the first `limit` octets of a body. Rejects when its file cannot be read. */
export async function startOf(body: Body, limit: number): Promise<Buffer> {
  if (body.kind === 'memory') return body.bytes.subarray(0, limit);
  await using file = await open(body.path, 'r');
  const start = Buffer.allocUnsafe(Math.min(limit, body.size));
  let filled = 0;
  while (filled < start.length) {
    const { bytesRead } = await file.read(start, filled, start.length - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return start.subarray(0, filled);
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield bytes;
}

/** The file is closed when the reader stops, however it stops. */
async function* chunksOf(path: string): AsyncGenerator<Buffer, void, undefined> {
  await using file = await open(path, 'r');
  for (;;) {
    // Each chunk is a buffer of its own: the reader may still be sending the last one.
    const chunk = Buffer.allocUnsafe(CHUNK);
    const { bytesRead } = await file.read(chunk, 0, CHUNK);
    if (bytesRead === 0) return;
    yield chunk.subarray(0, bytesRead);
  }
}
