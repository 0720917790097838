/** Sending the content after 354: small ones in one write, the others block by block as fast as the peer takes them. */
import { DotStuffer, stuffAll } from '../smtp/mod.ts';
import type { Channel } from './channel.ts';
import type { Timeouts } from './timeouts.ts';
import type { Content } from './types.ts';

/** What a transaction carries. */
export interface Message {
  readonly sender: string;
  readonly eightBit: boolean;
  /** Lines of ours that come before the content, complete with CRLF. */
  readonly preamble: Buffer | undefined;
  readonly content: Content;
}

/** Up to this size everything is handed to the system at once. */
const ONE_WRITE = 64 * 1024;

export function sizeOf(message: Message): number {
  return message.content.size + (message.preamble?.length ?? 0);
}

/** Whether `sendAtOnce()` is for this message. */
export function fitsOneWrite(message: Message): boolean {
  return message.content.bytes !== undefined && message.content.bytes.length <= ONE_WRITE;
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

async function* blocksOf(content: Content): AsyncGenerator<Buffer, void, undefined> {
  if (content.bytes === undefined) {
    yield* content.open();
    return;
  }
  for (let at = 0; at < content.bytes.length; at += ONE_WRITE)
    yield content.bytes.subarray(at, at + ONE_WRITE);
}
