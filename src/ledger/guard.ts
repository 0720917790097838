/**
 * Who guesses passwords, and who asks for mailboxes that do not exist. Pure; the supervisor counts for all workers.
 *
 * A failure is counted for the client's network (IPv6: its /64) and for the account, by the address that the login names, whether
 * or not there is such an account. It delays the reply to the next one: 1, 2, 4, then 8 seconds. At the limit nothing is verified until
 * some of it has run out, which it does evenly within an hour: of 20 one every 3 minutes.
 *
 * A network from where somebody has signed in to an account is counted for that account by itself, apart from both: neither
 * those who guess at the account from elsewhere, nor those who guess at other accounts from the same network, keep its owner out.
 */
import type { Level } from './bucket.ts';
import { Places, type SignInPlace } from './places.ts';
import { Tally, type Count } from './tally.ts';

export interface GuardLimits {
  /** Within an hour; at least 1. */
  readonly failuresPerAddress: number;
  readonly failuresPerAccount: number;
  readonly unknownRecipients: number;
}

export interface LoginAttempt {
  /** As `clientNetwork()` makes it. */
  readonly network: string;
  /** As `accountKey()` makes it. */
  readonly account: string;
}

export type GuardAnswer =
  /** Verify it; a failure is answered after this delay. */
  | { readonly kind: 'try'; readonly delayMs: number }
  /** Do not. */
  | { readonly kind: 'refused' };

/** `place`: an account from a network where it was signed in to before. */
export const GUARD_KINDS = ['address', 'account', 'place', 'recipient'] as const;
export type GuardKind = (typeof GUARD_KINDS)[number];

export interface GuardState {
  readonly counts: Readonly<Record<GuardKind, ReadonlyMap<string, Level | undefined>>>;
  readonly places: readonly (Omit<SignInPlace, 'lastUsed'> & { readonly lastUsed: number | undefined })[];
}

/** Somebody who is slowed down, for people. */
export interface Guarded {
  readonly network: string;
  /** What fails: logins, or recipients that do not exist. */
  readonly what: 'logins' | 'recipients';
  readonly failures: number;
  readonly most: number;
}

/** Of each kind; about 10 MB. */
export const MOST_COUNTS = 50_000;
const SECOND = 1_000;
/** Milliseconds: no reply waits longer. */
export const LONGEST_DELAY = 8 * SECOND;
/** An attempt whose end is not told counts as under way for so long. Milliseconds. */
const UNDER_WAY = 60 * SECOND;

/** Milliseconds that a failure waits for its reply after so many others: 1, 2, 4, then 8 seconds. */
export function failureDelay(before: number): number {
  return Math.min(LONGEST_DELAY, SECOND * 2 ** Math.min(before, 10));
}

/** Milliseconds that the reply for an unknown recipient waits: none for the first quarter, for every list has a few. */
export function recipientDelay(count: number, most: number): number {
  const over = count - Math.floor(most / 4);
  return over <= 0 ? 0 : failureDelay(over - 1);
}

interface Counted {
  readonly kind: Exclude<GuardKind, 'recipient'>;
  readonly key: string;
  readonly most: number;
}

export class GuardCounts {
  readonly #tallies: Readonly<Record<GuardKind, Tally>>;
  readonly #places: Places;
  readonly #underWay = new Map<string, { readonly count: number; readonly since: number }>();

  constructor(kept?: GuardState, most = MOST_COUNTS) {
    const tally = (kind: GuardKind): Tally => new Tally(most, levelsOf(kept?.counts[kind]));
    this.#tallies = {
      address: tally('address'),
      account: tally('account'),
      place: tally('place'),
      recipient: tally('recipient'),
    };
    const places = kept?.places ?? [];
    this.#places = new Places(places.flatMap((each) => (isUsed(each) ? [each] : [])));
  }

  /** Asked before a password is verified; the attempt is under way until `after()`. */
  before(attempt: LoginAttempt, limits: GuardLimits, now: number): GuardAnswer {
    const counted = this.#countedOn(attempt, limits);
    let delayMs = 0;
    for (const { kind, key, most } of counted) {
      const count: Count | undefined = this.#tallies[kind].count(key, most, now);
      const underWay = this.#isUnderWay(kind, key, now);
      // Those that are tried at the same time do not see each other's end, so at most as many again get through.
      if (count?.isReached === true || underWay >= most) return { kind: 'refused' };
      const delay = count === undefined ? LONGEST_DELAY : failureDelay(count.used + underWay);
      delayMs = Math.max(delayMs, delay);
    }
    for (const { kind, key } of counted) this.#move(kind, key, { by: 1, now });
    return { kind: 'try', delayMs };
  }

  after(attempt: LoginAttempt & { readonly accepted: boolean }, limits: GuardLimits, now: number): void {
    for (const { kind, key, most } of this.#countedOn(attempt, limits)) {
      this.#move(kind, key, { by: -1, now });
      if (!attempt.accepted) this.#tallies[kind].add(key, most, now);
    }
    if (attempt.accepted) this.#places.use(attempt.account, attempt.network, now);
  }

  /** A recipient that does not exist was asked for. @returns the count of all workers. */
  unknownRecipient(network: string, { unknownRecipients }: GuardLimits, now: number): Level | undefined {
    const { recipient } = this.#tallies;
    recipient.add(network, unknownRecipients, now);
    return recipient.level(network);
  }

  /** Forgets what has run out. */
  sweep(limits: GuardLimits, now: number): void {
    for (const kind of GUARD_KINDS) this.#tallies[kind].sweep(mostOf(kind, limits), now);
    this.#places.sweep(now);
    for (const [key, { since }] of this.#underWay)
      if (Math.abs(now - since) > UNDER_WAY) this.#underWay.delete(key);
  }

  /** The networks with the most failures. */
  highest(most: number, limits: GuardLimits, now: number): readonly Guarded[] {
    const of = (kind: 'address' | 'recipient', what: Guarded['what']): readonly Guarded[] =>
      this.#tallies[kind]
        .highest(most, mostOf(kind, limits), now)
        .map(({ key, used }) => ({ network: key, what, failures: used, most: mostOf(kind, limits) }));
    const all = [...of('address', 'logins'), ...of('recipient', 'recipients')];
    return all.sort((one, other) => other.failures / other.most - one.failures / one.most).slice(0, most);
  }

  all(): GuardState {
    return { counts: this.#ofEach((tally) => tally.all()), places: this.#places.all() };
  }

  takeChanges(): GuardState {
    return { counts: this.#ofEach((tally) => tally.takeChanges()), places: this.#places.takeChanges() };
  }

  #ofEach(take: (tally: Tally) => ReadonlyMap<string, Level | undefined>): GuardState['counts'] {
    const { address, account, place, recipient } = this.#tallies;
    return {
      address: take(address),
      account: take(account),
      place: take(place),
      recipient: take(recipient),
    };
  }

  #countedOn({ network, account }: LoginAttempt, limits: GuardLimits): readonly Counted[] {
    const { failuresPerAddress, failuresPerAccount } = limits;
    if (this.#places.has(account, network))
      return [{ kind: 'place', key: `${account} ${network}`, most: failuresPerAddress }];
    return [
      { kind: 'address', key: network, most: failuresPerAddress },
      { kind: 'account', key: account, most: failuresPerAccount },
    ];
  }

  #isUnderWay(kind: GuardKind, key: string, now: number): number {
    const underWay = this.#underWay.get(`${kind} ${key}`);
    return underWay === undefined || Math.abs(now - underWay.since) > UNDER_WAY ? 0 : underWay.count;
  }

  #move(kind: GuardKind, key: string, { by, now }: { readonly by: 1 | -1; readonly now: number }): void {
    const id = `${kind} ${key}`;
    const count = this.#isUnderWay(kind, key, now) + by;
    if (count <= 0) this.#underWay.delete(id);
    else if (this.#underWay.size < MOST_COUNTS || this.#underWay.has(id))
      this.#underWay.set(id, { count, since: now });
  }
}

function mostOf(kind: GuardKind, limits: GuardLimits): number {
  switch (kind) {
    case 'address':
    case 'place':
      return limits.failuresPerAddress;
    case 'account':
      return limits.failuresPerAccount;
    case 'recipient':
      return limits.unknownRecipients;
    default:
      return kind satisfies never;
  }
}

function levelsOf(
  kept: ReadonlyMap<string, Level | undefined> = new Map(),
): readonly (readonly [string, Level])[] {
  return [...kept].flatMap(([key, level]) => (level === undefined ? [] : [[key, level] as const]));
}

function isUsed(place: GuardState['places'][number]): place is SignInPlace {
  return place.lastUsed !== undefined;
}
