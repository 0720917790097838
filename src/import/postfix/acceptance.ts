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

/** `pieces`: what Postfix takes from clients that have not signed in. For many domains, the function is made once. */
export function acceptances(pieces: readonly Piece[]): (destination: Destination) => Acceptance {
  const prepared = pieces.map((piece, index) => ({
    piece,
    index,
    addresses: Map.groupBy(piece.recipients.addresses, ([address]) =>
      address.slice(address.lastIndexOf('@') + 1),
    ),
  }));
  // Domains that are in the same pieces, and of which no piece names an address, are alike.
  const alike = new Map<string, Acceptance>();
  return ({ domain, belowOnly }) => {
    const asked = belowOnly ? `x.${domain}` : domain;
    const fits = prepared.flatMap(({ piece, index, addresses }): readonly Projected[] => {
      const special = belowOnly ? [] : (addresses.get(domain) ?? []);
      const holds = holdsDomain(piece.recipients, asked);
      if (!holds && special.length === 0) return [];
      const recipients = projection(domain, belowOnly, { holds, special });
      return [{ piece: { ...piece, recipients }, index, isSpecial: special.length > 0 }];
    });
    const key = fits.map(({ index }) => index).join(' ');
    const isSpecial = fits.some((each) => each.isSpecial);
    const known = isSpecial ? undefined : alike.get(key);
    if (known !== undefined) return known;
    const all = projection(domain, belowOnly, { holds: true, special: [] });
    const missing = subtract(
      [{ ...EVERYTHING, recipients: all }],
      fits.map(({ piece }) => piece),
    );
    const acceptance = describeMissing(missing, asked);
    if (!isSpecial) alike.set(key, acceptance);
    return acceptance;
  };
}

interface Projected {
  readonly piece: Piece;
  readonly index: number;
  /** The piece names addresses at the domain. */
  readonly isSpecial: boolean;
}

/** What a set says of one domain. */
function projection(
  domain: string,
  belowOnly: boolean,
  { holds, special }: { readonly holds: boolean; readonly special: readonly (readonly [string, boolean])[] },
): MailboxSet {
  const entry = new Map([[domain, holds]]);
  return {
    ...NO_MAILBOX,
    ...(belowOnly ? { below: entry } : { domains: entry }),
    addresses: new Map(special),
  };
}

function describeMissing(missing: readonly Piece[], asked: string): Acceptance {
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
