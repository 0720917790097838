/** What every recipient's address and the sender must be before they are put on a command line. */
import type { Attempt, Outcome, Recipient } from './types.ts';
import { failed, outcomeOf } from './verdict.ts';

const PRINTABLE = /^[ -~]*$/;

const NOT_ASCII = failed(
  '5.6.7',
  'The address has characters that only SMTPUTF8 could carry, and it is not spoken here',
);

/** Recipients that can be sent, and outcomes for those that cannot. A sender that cannot be sent stops all. */
export function sendable(attempt: Attempt): {
  readonly recipients: readonly Recipient[];
  readonly outcomes: readonly Outcome[];
} {
  const all = attempt.recipients;
  if (!PRINTABLE.test(attempt.sender))
    return { recipients: [], outcomes: all.map((to) => outcomeOf(to, NOT_ASCII, undefined)) };
  const refused = all.filter((recipient) => !PRINTABLE.test(recipient.address));
  if (refused.length === 0) return { recipients: all, outcomes: [] };
  return {
    recipients: all.filter((recipient) => PRINTABLE.test(recipient.address)),
    outcomes: refused.map((recipient) => outcomeOf(recipient, NOT_ASCII, undefined)),
  };
}
