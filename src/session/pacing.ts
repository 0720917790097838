/** How long a client may take and how much it may ask for nothing: the ages, rates, delays and counts of a session. Knows no clock. */
import type { Command } from '../smtp/mod.ts';
import type { CommandState, Standing, State } from './state.ts';
import type { ListenerSettings } from './types.ts';

const SECOND = 1000;
/** Milliseconds: no reply to an error waits longer. */
const LONGEST_DELAY = 8 * SECOND;

/** Milliseconds that the reply to error number `errors` waits: none up to `softErrors`, then 1, 2, 4 and at most 8 seconds. */
export function errorDelay(errors: number, softErrors: number): number {
  const over = errors - softErrors;
  return over <= 0 ? 0 : Math.min(LONGEST_DELAY, SECOND * 2 ** Math.min(over - 1, 10));
}

/** Milliseconds that a client whose address is refused has for its QUIT. */
const BARRED_AGE = 60 * SECOND;

/** Milliseconds that a connection may last in all, as far as the client has come. */
export function longestAge(
  { tls, account, phase }: Standing & Pick<State, 'phase'>,
  { auth, authWithoutTls, tlsAvailable, timeouts }: ListenerSettings,
): number {
  const { session, beforeTls, beforeAuth } = timeouts;
  if (phase === 'barred') return Math.min(session, BARRED_AGE);
  if (auth !== 'required' || account !== undefined) return session;
  const needsTls = tls === undefined && tlsAvailable && !authWithoutTls;
  return Math.min(session, beforeAuth, needsTls ? beforeTls : beforeAuth);
}

const JUNK: ReadonlySet<Command['verb']> = new Set([
  'EHLO',
  'HELO',
  'LHLO',
  'RSET',
  'NOOP',
  'VRFY',
  'EXPN',
  'HELP',
  'ETRN',
  'XCLIENT',
  'XFORWARD',
]);

/** Whether a command brings no message nearer; so many of them between two messages are permitted (`limits.junkCommands`). */
export function isJunk(command: Command, state: CommandState): boolean {
  if (command.verb !== 'BDAT') return JUNK.has(command.verb);
  const failed = state.phase === 'chunked' && state.failed !== undefined;
  return failed || (command.size === 0 && !command.last);
}

/** Holds the client to a rate of content, on the average of windows that follow each other. */
export class ContentPace {
  #since: number;
  #octets = 0;

  /** Times are milliseconds since the epoch. */
  constructor(now: number) {
    this.#since = now;
  }

  add(octets: number): void {
    this.#octets += octets;
  }

  /** So many milliseconds the server itself was busy: they are not the client's. */
  skip(milliseconds: number): void {
    this.#since += milliseconds;
  }

  /** Whether a window is over in which the client sent fewer than `octetsPerSecond`. The next window begins then. */
  tooSlow(now: number, { octetsPerSecond, window }: { octetsPerSecond: number; window: number }): boolean {
    const elapsed = now - this.#since;
    if (elapsed < window) return false;
    const slow = this.#octets * SECOND < octetsPerSecond * elapsed;
    this.#since = now;
    this.#octets = 0;
    return slow;
  }
}

/** What a session has seen of its client so far. */
export class Counts {
  transactions = 0;
  messages = 0;
  errors = 0;
  /** Commands since the last message that brought none nearer. */
  junk = 0;
  /** Errors whose reply has been delayed, or needed no delay. */
  #paid = 0;

  /** Milliseconds that what has been said since the last call waits, for the errors in it. */
  dueDelay(softErrors: number): number {
    const delay = this.#paid < this.errors ? errorDelay(this.errors, softErrors) : 0;
    this.#paid = this.errors;
    return delay;
  }
}
