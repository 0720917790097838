/** What a server says it takes at most (LIMITS, RFC 9422): keeping to it spares it refusals and us repetitions. */
import { foldAscii } from '../mail/mod.ts';
import type { Recipient } from './types.ts';

/** Infinite where nothing is said. */
export interface Limits {
  /** Transactions of a connection: MAILMAX. */
  readonly messages: number;
  /** Recipients of a transaction: RCPTMAX. */
  readonly recipients: number;
  /** Different domains of the recipients of a transaction: RCPTDOMAINMAX. */
  readonly domains: number;
}

/** RFC 9422 4.1 to 4.3: up to six digits, not beginning with 0. */
const LIMIT = /^(?:MAILMAX|RCPTMAX|RCPTDOMAINMAX)=[1-9][0-9]{0,5}$/;

const NONE: Limits = { messages: Infinity, recipients: Infinity, domains: Infinity };

export function limitsOf(extensions: ReadonlyMap<string, string>): Limits {
  const list = extensions.get('LIMITS');
  if (list === undefined) return NONE;
  const said = new Map<string, number>();
  for (const item of list.toUpperCase().split(' ')) {
    // RFC 9422 3.7: a limit that is not known or malformed is ignored, and the others are not.
    const [name, value] = LIMIT.test(item) ? item.split('=') : [];
    if (name !== undefined) said.set(name, Number(value));
  }
  return {
    messages: said.get('MAILMAX') ?? Infinity,
    recipients: said.get('RCPTMAX') ?? Infinity,
    domains: said.get('RCPTDOMAINMAX') ?? Infinity,
  };
}

/** As many of them, from the first on, as one transaction may have; at least one. */
export function withinLimits(
  recipients: readonly Recipient[],
  { recipients: most, domains }: Limits,
): readonly Recipient[] {
  if (recipients.length <= Math.min(most, domains)) return recipients;
  const seen = new Set<string>();
  let count = 0;
  for (const { address } of recipients) {
    seen.add(foldAscii(address.slice(address.lastIndexOf('@') + 1)));
    if (count === most || seen.size > domains) break;
    count += 1;
  }
  return count === recipients.length ? recipients : recipients.slice(0, count);
}
