/** What of the mail for a domain Postfix refuses, though the domain is one of those it takes mail for. */
import { NOBODY, networksOf } from '../networks.ts';
import type { AddressSet } from '../networks.ts';
import { unionOf } from './clients.ts';
import type { Destination } from './destinations.ts';
import { NO_MAILBOX, holdsDomain, patternsOf } from './mailboxSet.ts';
import type { MailboxSet } from './mailboxSet.ts';
import { EVERYTHING, subtract } from './pieces.ts';
import type { Piece } from './pieces.ts';

export interface Acceptance {
  /** Clients from which all or most of it is refused. */
  readonly refused: AddressSet;
  /** What is refused, in words; undefined: nothing is. */
  readonly exceptions: string | undefined;
}

/** `pieces`: what Postfix takes from clients that have not signed in. */
export function acceptanceOf({ domain, belowOnly }: Destination, pieces: readonly Piece[]): Acceptance {
  const asked = belowOnly ? `x.${domain}` : domain;
  const recipients: MailboxSet = belowOnly
    ? { ...NO_MAILBOX, below: new Map([[domain, true]]) }
    : { ...NO_MAILBOX, domains: new Map([[domain, true]]) };
  const missing = subtract([{ ...EVERYTHING, recipients }], pieces);
  if (missing.length === 0) return { refused: NOBODY, exceptions: undefined };
  const byClient = missing.filter((piece) => piece.senders.others && holdsDomain(piece.recipients, asked));
  const refused = unionOf(byClient.map(({ clients }) => clients));
  const others = missing.filter((piece) => !byClient.includes(piece));
  const senders = others.flatMap((piece) =>
    piece.senders.others ? [] : (patternsOf(piece.senders)?.patterns ?? []),
  );
  const addresses = others.flatMap((piece) =>
    piece.senders.others ? [...piece.recipients.addresses.keys()] : [],
  );
  const parts = [
    ...(byClient.length === 0 ? [] : [`from ${shown(networksOf(refused))}`]),
    ...(senders.length === 0 ? [] : [`from the senders ${shown(senders)}`]),
    ...(addresses.length === 0 ? [] : [`to ${shown(addresses)}`]),
  ];
  return { refused, exceptions: parts.join('; ') };
}

function shown(texts: readonly string[]): string {
  const all = [...new Set(texts)];
  return all.length > 6 ? `${all.slice(0, 6).join(', ')} and ${all.length - 6} more` : all.join(', ');
}
