/** A courier whose outcomes a test decides, and which checks how it is used. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import type { Attempt, Courier, Handed, Outcome, OutcomeKind, Recipient } from '../../deliver/mod.ts';
import { destinationOf } from '../target.ts';

/** What to answer for one recipient of an attempt; `hang` answers only when the attempt is aborted or released. */
export type Script = (recipient: Recipient, attempt: Attempt) => Answer;
export type Answer = Omit<Outcome, 'index'> | 'hang' | 'throw' | 'forget';

export interface Made {
  readonly id: string;
  readonly destination: string;
  readonly sender: string;
  readonly addresses: readonly string[];
  readonly content: Buffer;
}

export interface ScriptedCourier extends Courier {
  /** The attempts made, in the order of their start; the content is read whole. */
  readonly made: readonly Made[];
  readonly inFlight: number;
  /** Those in flight that wait to be let go. */
  readonly hanging: number;
  /** The most attempts that were in flight together, in all and at one destination. */
  readonly most: { total: number; perDestination: number };
  /** How often each recipient was told to be delivered, by `id/index`. */
  readonly delivered: ReadonlyMap<string, number>;
  script: Script;
  /** Lets the attempts that hang, and those that would, go on as the script says now. */
  letGo(): void;
}

export function answer(
  kind: OutcomeKind,
  status: string,
  reply: string,
  remote?: string,
  handed?: Handed,
): Omit<Outcome, 'index'> {
  return { kind, status, reply, remote, tls: undefined, handed };
}

export const ACCEPTED = answer('delivered', '2.0.0', '250 2.0.0 ok', 'mail.test [127.0.0.1]:25');
export const REFUSED = answer('failed', '5.1.1', '550 5.1.1 no such user', 'mail.test [127.0.0.1]:25');
export const LATER = answer('deferred', '4.3.0', '451 4.3.0 try later', 'mail.test [127.0.0.1]:25');
export const SILENCE = answer('deferred', '4.4.1', 'connection timed out');

export function scriptedCourier(script: Script): ScriptedCourier {
  const made: Made[] = [];
  const flying = new Set<string>();
  const perDestination = new Map<string, number>();
  const delivered = new Map<string, number>();
  const hanging = new Set<() => void>();
  const most = { total: 0, perDestination: 0 };
  let inFlight = 0;

  const courier: ScriptedCourier = {
    made,
    most,
    delivered,
    script,
    get inFlight() {
      return inFlight;
    },
    get hanging() {
      return hanging.size;
    },
    letGo() {
      for (const resolve of hanging) resolve();
    },
    async attempt(attempt, signal) {
      const destination = destinationOf(attempt.target);
      const keys = attempt.recipients.map(({ index }) => `${attempt.id}/${index}`);
      for (const key of keys) {
        assert.ok(!flying.has(key), `${key} is in flight already`);
        flying.add(key);
      }
      inFlight += 1;
      perDestination.set(destination, (perDestination.get(destination) ?? 0) + 1);
      most.total = Math.max(most.total, inFlight);
      most.perDestination = Math.max(most.perDestination, perDestination.get(destination) ?? 0);
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of attempt.content.open()) chunks.push(chunk);
        made.push({
          id: attempt.id,
          destination,
          sender: attempt.sender,
          addresses: attempt.recipients.map(({ address }) => address),
          content: Buffer.concat(chunks),
        });
        return await outcomesOf(attempt, signal);
      } finally {
        for (const key of keys) flying.delete(key);
        inFlight -= 1;
        perDestination.set(destination, (perDestination.get(destination) ?? 0) - 1);
      }
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };

  async function outcomesOf(attempt: Attempt, signal: AbortSignal): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const recipient of attempt.recipients) {
      let said = courier.script(recipient, attempt);
      while (said === 'hang' && !signal.aborted) {
        await released(signal);
        if (!signal.aborted) said = courier.script(recipient, attempt);
      }
      if (said === 'throw') throw new Error('a bug of the courier');
      if (said === 'forget') continue;
      const { index } = recipient;
      outcomes.push({ index, ...(said === 'hang' ? answer('deferred', '4.3.2', 'aborted') : said) });
    }
    for (const { index, kind } of outcomes) {
      if (kind !== 'delivered') continue;
      const key = `${attempt.id}/${index}`;
      delivered.set(key, (delivered.get(key) ?? 0) + 1);
    }
    return outcomes;
  }

  function released(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const go = (): void => {
      hanging.delete(go);
      signal.removeEventListener('abort', go);
      resolve();
    };
    hanging.add(go);
    signal.addEventListener('abort', go);
    return promise;
  }

  return courier;
}
