/** Sending the content after 354, or after BDAT: small ones in one write, the others block by block as fast as the peer takes them. */
import { DotStuffer, stuffAll } from '../smtp/mod.ts';
import type { Channel } from './channel.ts';
import { sizeOf, type Message } from './message.ts';
import type { Timeouts } from './timeouts.ts';
import type { Content } from './types.ts';

/** Up to this size everything is handed to the system at once. */
const ONE_WRITE = 64 * 1024;

/** Whether `sendAtOnce()` is for this message. */
export function fitsOneWrite({ content }: Message): boolean {
  return content.bytes !== undefined && content.bytes.length <= ONE_WRITE;
}

export function sendAtOnce(channel: Channel, preamble: Buffer | undefined, content: Buffer): void {
  const pieces = stuffAll(content);
  channel.sendAll(preamble === undefined ? pieces : [preamble, ...pieces]);
}

/**
 * Sends everything but the end of data, and returns that; undefined when the channel was lost. Rejects when the content cannot
 * be read, and then the end of data must not be sent.
 */
export async function sendBlocks(
  channel: Channel,
  message: Message,
  timeouts: Timeouts,
): Promise<Buffer | undefined> {
  const stuffer = new DotStuffer();
  if (message.preamble !== undefined) channel.sendAll([message.preamble]);
  for await (const block of blocksOf(message.content)) {
    channel.due(timeouts.block, 'a block of the message');
    await channel.sendBlock(stuffer.push(block));
    if (!channel.isOpen) return undefined;
  }
  return stuffer.end();
}

/**
 * Sends the whole as one chunk (RFC 3030 2); false when the channel was lost. Rejects when the content cannot be read or has
 * another size than was announced: the peer then waits for octets that never come, so the channel must be ended.
 */
export async function sendChunk(channel: Channel, message: Message, timeouts: Timeouts): Promise<boolean> {
  const { content, preamble } = message;
  channel.send(`BDAT ${sizeOf(message)} LAST\r\n`);
  if (preamble !== undefined) channel.sendAll([preamble]);
  let left = content.size;
  for await (const block of blocksOf(content)) {
    left -= block.length;
    if (left < 0) break;
    channel.due(timeouts.block, 'a block of the message');
    await channel.sendBlock([block]);
    if (!channel.isOpen) return false;
  }
  if (left !== 0) throw new Error(`its content does not have the ${content.size} octets that it should have`);
  return true;
}

async function* blocksOf(content: Content): AsyncGenerator<Buffer, void, undefined> {
  if (content.bytes === undefined) {
    yield* content.open();
    return;
  }
  for (let at = 0; at < content.bytes.length; at += ONE_WRITE)
    yield content.bytes.subarray(at, at + ONE_WRITE);
}
