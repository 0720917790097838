/**
 * Octets that are no commands: the content after DATA, the chunks of BDAT, and chunks that were refused, which are counted off and
 * dropped. Keeps the content of the message under way, from its first octets until it is stored or let go.
 */
import { Buffer } from 'node:buffer';
import type { Acting } from './acting.ts';
import type { Content } from './content.ts';
import type { Input } from './input.ts';
import { ContentPace } from './pacing.ts';
import { beginContent, endContent } from './reception.ts';
import { chunkReceived } from './replies.ts';
import type { ContentState, SwallowState } from './state.ts';

/** What is to be waited for before the next octets; a commit is never cut off. */
export interface Taken {
  readonly work: Promise<void> | undefined;
  readonly commit: boolean;
}

const TAKEN: Taken = { work: undefined, commit: false };

export class Arrival {
  readonly #session: Acting;
  readonly #input: Input;
  #content: Content | undefined;
  /** Octets of the chunk that have not come yet; of content after DATA nobody knows. */
  #left = 0;
  #pace: ContentPace;

  constructor(session: Acting, input: Input, now: number) {
    this.#session = session;
    this.#input = input;
    this.#pace = new ContentPace(now);
  }

  /** The session has come to a state in which octets arrive. */
  begin(state: ContentState | SwallowState): void {
    this.#input.leaveLines();
    this.#pace = new ContentPace(this.#session.services.clock.now());
    if (state.phase === 'swallow') this.#left = state.octets;
    else {
      this.#content ??= beginContent(this.#session, state);
      this.#left = state.chunk?.size ?? Number.POSITIVE_INFINITY;
      if (state.chunk !== undefined) this.#content.beginChunk(state.chunk.size);
    }
  }

  /** Takes the next octets, and answers when they were the last. undefined: more are needed. */
  take(state: ContentState | SwallowState): Taken | undefined {
    const octets = this.#left === 0 ? Buffer.alloc(0) : this.#next();
    if (octets === undefined) return undefined;
    return state.phase === 'swallow' ? this.#drop(state, octets) : this.#keep(state, octets);
  }

  /** So many milliseconds the server itself was busy. */
  waited(milliseconds: number): void {
    this.#pace.skip(milliseconds);
  }

  /** Whether the client sends less than it must. */
  isTooSlow(now: number): boolean {
    const { limits, timeouts } = this.#session.settings;
    return this.#pace.tooSlow(now, { octetsPerSecond: limits.minimumRate, window: timeouts.data });
  }

  /** Lets go of what has come of a message that will not be stored. */
  discard(): void {
    const content = this.#content;
    this.#content = undefined;
    content?.discard().catch(() => undefined); // the spool tells of a failing disk in its own events
  }

  /** The next octets that belong here. */
  #next(): Buffer | undefined {
    const chunk = this.#input.nextChunk();
    if (chunk === undefined || chunk.length <= this.#left) return chunk;
    this.#input.giveBack(chunk.subarray(this.#left));
    return chunk.subarray(0, this.#left);
  }

  #count(octets: number): void {
    this.#left -= octets;
    this.#pace.add(octets);
  }

  #drop({ next, reply, times, error }: SwallowState, octets: Buffer): Taken {
    this.#count(octets.length);
    if (this.#left > 0) return TAKEN;
    this.#session.become(next);
    if (error) this.#session.refused('BDAT', reply);
    for (let time = 0; time < times; time += 1) this.#session.say(reply);
    return TAKEN;
  }

  #keep(state: ContentState, octets: Buffer): Taken {
    const content = this.#content;
    if (content === undefined) throw new Error('octets of a message that has not begun');
    const { consumed, done, wait } = content.push(octets);
    this.#count(consumed);
    this.#input.giveBack(octets.subarray(consumed));
    if (done) return this.#end(state, content, wait);
    return wait === undefined ? TAKEN : { work: wait, commit: false };
  }

  /** The end of data, or of a chunk. */
  #end(state: ContentState, content: Content, wait: Promise<void> | undefined): Taken {
    const { chunk, tls, account, hello, transaction } = state;
    if (chunk === undefined || chunk.last) {
      content.end();
      this.#content = undefined; // from here on it is endContent()'s to finish or to discard
      return { work: this.#store(content, wait), commit: true };
    }
    const octets = state.octets + chunk.size;
    this.#session.become({ tls, account, phase: 'chunked', hello, transaction, octets, failed: undefined });
    this.#session.say(chunkReceived(chunk.size));
    return { work: wait, commit: false };
  }

  async #store(content: Content, wait: Promise<void> | undefined): Promise<void> {
    await wait;
    await endContent(this.#session, content);
  }
}
