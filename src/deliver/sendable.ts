/** What every recipient's address and the sender must be before they are put on a command line. */
import { hasNonAscii } from '../mail/mod.ts';
import type { Attempt, Outcome, Recipient } from './types.ts';
import { failed, outcomeOf } from './verdict.ts';

/** What nearly every address is. */
const PRINTABLE = /^[ -~]*$/;
/** Whatever could end a line or be cut from it, and what is no text. */
const UNFIT = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

const BROKEN = failed('5.1.3', 'The address has control characters, which no command can carry');

export interface Sendable {
  readonly recipients: readonly Recipient[];
  /** For those who cannot be sent to. A sender that cannot be sent stops all. */
  readonly outcomes: readonly Outcome[];
  /** The sender and these recipients are ASCII; else they need SMTPUTF8 (RFC 6531). */
  readonly ascii: boolean;
}

export function sendable(attempt: Attempt): Sendable {
  const all = attempt.recipients;
  if (PRINTABLE.test(attempt.sender) && all.every(({ address }) => PRINTABLE.test(address))) {
    return { recipients: all, outcomes: [], ascii: true };
  }
  if (UNFIT.test(attempt.sender)) {
    return { recipients: [], outcomes: all.map((to) => outcomeOf(to, BROKEN, undefined)), ascii: true };
  }
  const refused = all.filter(({ address }) => UNFIT.test(address));
  const recipients = refused.length === 0 ? all : all.filter(({ address }) => !UNFIT.test(address));
  return {
    recipients,
    outcomes: refused.map((recipient) => outcomeOf(recipient, BROKEN, undefined)),
    ascii: !hasNonAscii(attempt.sender) && recipients.every(({ address }) => !hasNonAscii(address)),
  };
}
