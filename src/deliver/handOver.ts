/**
 * Handing a message for some recipients to one endpoint: as many transactions as its recipients need, on a connection of the
 * pool.
 */
import { errorText, type Clock, type Emit } from '../std/mod.ts';
import type { Connection } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import type { DeliverEvents } from './events.ts';
import { fitTo, plainWay, type Fit } from './fit.ts';
import { withinLimits } from './limits.ts';
import { sizeOf, type Message } from './message.ts';
import type { Pool } from './pool.ts';
import type { Timeouts } from './timeouts.ts';
import { transact, type Transacted } from './transaction.ts';
import type { Outcome, Recipient } from './types.ts';
import { INTERRUPTED } from './unopened.ts';
import { deferred, failed, outcomeOf, type Answerer, type Verdict } from './verdict.ts';

export interface HandOverOptions {
  readonly pool: Pool;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  readonly emit: Emit<DeliverEvents>;
}

/** What an endpoint made of a message. */
export interface HandedOver {
  readonly outcomes: readonly Outcome[];
  /** Recipients for whom nothing is settled, since the endpoint was no use; empty when everybody has an outcome. */
  readonly left: readonly Recipient[];
  /** What they get unless another address does better. */
  readonly verdict: Verdict;
  readonly answerer: Answerer | undefined;
  /** Another address may be tried for them. */
  readonly elsewhere: boolean;
  /** It is about the message, not about the host: waiting would not help. */
  readonly ofMessage: boolean;
}

/** RFC 5321 4.5.3.1.8: every server takes at least 100 recipients; a larger group invites refusals. */
const GROUP = 100;

/** Connections tried for a group, all but the last of them used before. */
const MOST_TRIES = 10;

/** Never rejects for what the peer does. */
export async function handOver(
  message: Message,
  recipients: readonly Recipient[],
  endpoint: Endpoint,
  options: HandOverOptions & { readonly signal: AbortSignal },
): Promise<HandedOver> {
  const outcomes: Outcome[] = [];
  let misfits: Misfits | undefined;
  let waiting = recipients;
  while (waiting.length > 0) {
    const group = waiting.length > GROUP ? waiting.slice(0, GROUP) : waiting;
    const tried = await tryGroup(message, group, endpoint, options);
    if (tried.kind === 'unusable') {
      outcomes.push(...tried.outcomes);
      const settled = new Set(tried.outcomes.map((outcome) => outcome.index));
      const left = waiting.filter((recipient) => !settled.has(recipient.index));
      const { verdict, answerer, elsewhere } = tried;
      // Those who were not taken for what the message is have one more chance, with the others.
      if (misfits !== undefined) left.push(...misfits.recipients);
      return { outcomes, left, verdict, answerer, elsewhere, ofMessage: false };
    }
    outcomes.push(...tried.outcomes);
    if (tried.misfits !== undefined) misfits = joined(misfits, tried.misfits);
    waiting = [...tried.again, ...waiting.slice(group.length)];
  }
  if (misfits === undefined) {
    return {
      outcomes,
      left: [],
      verdict: NOTHING_LEFT,
      answerer: undefined,
      elsewhere: false,
      ofMessage: false,
    };
  }
  const { recipients: left, verdict, answerer } = misfits;
  return { outcomes, left, verdict, answerer, elsewhere: true, ofMessage: true };
}

/** Recipients that the endpoint cannot be given the message for. */
interface Misfits {
  readonly recipients: readonly Recipient[];
  readonly verdict: Verdict;
  readonly answerer: Answerer;
}

function joined(before: Misfits | undefined, more: Misfits): Misfits {
  return before === undefined ? more : { ...more, recipients: [...before.recipients, ...more.recipients] };
}

const NOTHING_LEFT = failed('5.0.0', 'nobody is left');

type Tried =
  | {
      readonly kind: 'settled';
      readonly outcomes: readonly Outcome[];
      /** For the next transaction. */
      readonly again: readonly Recipient[];
      readonly misfits?: Misfits;
    }
  | {
      readonly kind: 'unusable';
      /** Of those who were answered before it broke. */
      readonly outcomes: readonly Outcome[];
      readonly verdict: Verdict;
      readonly answerer: Answerer | undefined;
      readonly elsewhere: boolean;
    };

async function tryGroup(
  message: Message,
  group: readonly Recipient[],
  endpoint: Endpoint,
  options: HandOverOptions & { readonly signal: AbortSignal },
): Promise<Tried> {
  for (let tries = 1; ; tries += 1) {
    const taken = await options.pool.take(endpoint, options.signal, tries > 1);
    if (taken.kind === 'unopened') {
      const { verdict, elsewhere, answered } = taken;
      return {
        kind: 'unusable',
        outcomes: [],
        verdict,
        elsewhere,
        answerer: answered ? inClear(endpoint) : undefined,
      };
    }
    const { connection } = taken;
    const tooBig = tooBigFor(connection, message);
    if (tooBig !== undefined) {
      options.pool.giveBack(connection);
      return { kind: 'settled', outcomes: group.map((to) => outcomeOf(to, tooBig, connection)), again: [] };
    }
    const now = options.clock.now();
    const fitted = message.plain ? undefined : await tryFit(connection, message, group, { endpoint, now });
    const way = fitted?.way ?? plainWay(connection, message);
    const all = fitted?.fit ?? group;
    const fit = withinLimits(all, connection.limits);
    const later = all.slice(fit.length);
    const misfits = fitted && fitted.unfit.length > 0 ? misfitsOf(fitted, connection) : undefined;
    if (fit.length === 0) {
      options.pool.giveBack(connection);
      return withMisfits({ kind: 'settled', outcomes: [], again: [] }, misfits);
    }
    const transacted = await transact(connection, message, fit, {
      way,
      now,
      timeouts: options.timeouts,
      signal: options.signal,
      lend: () => options.pool.lend(connection),
    });
    options.pool.giveBack(connection);
    if (transacted.kind === 'complete')
      return withMisfits(settle(connection, { group: fit, later }, transacted), misfits);
    // A connection that was used before can have died unnoticed, or have reached what its server allows one: that says nothing
    // of this message, and since nothing was accepted it can be repeated.
    const excused = taken.used && transacted.clean && transacted.cause !== 'other';
    if (excused && tries < MOST_TRIES) continue;
    return broken(connection, fit, transacted, options);
  }
}

/** Content that cannot be read now fits nowhere now. */
async function tryFit(...[connection, message, group, facts]: Parameters<typeof fitTo>): Promise<Fit> {
  try {
    return await fitTo(connection, message, group, facts);
  } catch (error) {
    const verdict = deferred('4.3.0', `The message could not be read: ${errorText(error)}`);
    return { way: plainWay(connection, message), fit: [], unfit: group, verdict };
  }
}

function misfitsOf({ unfit, verdict }: Fit, connection: Connection): Misfits {
  return { recipients: unfit, verdict, answerer: connection };
}

function withMisfits(tried: Extract<Tried, { kind: 'settled' }>, misfits: Misfits | undefined): Tried {
  return misfits === undefined ? tried : { ...tried, misfits };
}

function settle(
  connection: Connection,
  { group, later }: { readonly group: readonly Recipient[]; readonly later: readonly Recipient[] },
  transacted: Extract<Transacted, { kind: 'complete' }>,
): Extract<Tried, { kind: 'settled' }> {
  const outcomes: Outcome[] = [];
  const again: Recipient[] = [];
  for (const [place, recipient] of group.entries()) {
    const verdict = transacted.verdicts[place];
    if (verdict === undefined) throw new Error(`no verdict for recipient ${recipient.index}`);
    // Others were accepted at the same time, so each transaction has fewer left and this ends.
    if (transacted.again.includes(place)) again.push(recipient);
    else outcomes.push(outcomeOf(recipient, verdict, connection));
  }
  return { kind: 'settled', outcomes, again: [...again, ...later] };
}

function broken(
  connection: Connection,
  group: readonly Recipient[],
  transacted: Extract<Transacted, { kind: 'broken' }>,
  options: HandOverOptions & { readonly signal: AbortSignal },
): Tried {
  if (transacted.verdict !== INTERRUPTED) {
    options.emit('outbound.lost', { remote: connection.remote, error: transacted.verdict.reply });
  }
  // Nothing was accepted, and the peer gave no reason: the whole group may try the next address.
  const elsewhere = transacted.clean && transacted.cause === 'closed';
  const outcomes: Outcome[] = [];
  for (const [place, recipient] of group.entries()) {
    const verdict = transacted.verdicts[place] ?? (elsewhere ? undefined : transacted.verdict);
    if (verdict !== undefined) outcomes.push(outcomeOf(recipient, verdict, connection));
  }
  return { kind: 'unusable', outcomes, verdict: transacted.verdict, answerer: connection, elsewhere };
}

/** RFC 1870 6.1: what is larger than the server says it takes is not sent. A limit of 0 is none. */
function tooBigFor(connection: Connection, message: Message): Verdict | undefined {
  const limit = Number(connection.extensions.get('SIZE') ?? '0');
  const size = sizeOf(message);
  if (!(limit > 0) || size <= limit) return undefined;
  return failed('5.3.4', `The message has ${size} octets, and ${connection.remote} takes at most ${limit}`);
}

function inClear(endpoint: Endpoint): Answerer {
  return { remote: endpoint.remote, tls: undefined };
}
