/** Sets of mail, as products of clients, senders and recipients: what a list of restrictions permits falls into a few. */
import type { Origin, Remark } from '../types.ts';
import { EVERYBODY, complement, intersection, isEmpty, isSame, union } from '../networks.ts';
import type { AddressSet } from '../networks.ts';
import { ALL_MAILBOXES, both, either, isNone, not } from './mailboxSet.ts';
import type { MailboxSet } from './mailboxSet.ts';
import type { NamedNetwork } from './matchLists.ts';

/** Why something is permitted. */
export interface Reason {
  /** `permit_mynetworks` */
  readonly what: string;
  readonly where: Origin;
}

export interface Piece {
  readonly clients: AddressSet;
  readonly senders: MailboxSet;
  readonly recipients: MailboxSet;
  /** What permits it; empty: nothing forbids it. */
  readonly reasons: readonly Reason[];
  /** What may yet refuse some of it, and cannot be judged. */
  readonly doubts: readonly Remark[];
  /** Networks as they are written in what permits it. */
  readonly named: readonly NamedNetwork[];
}

export const EVERYTHING: Piece = {
  clients: EVERYBODY,
  senders: ALL_MAILBOXES,
  recipients: ALL_MAILBOXES,
  reasons: [],
  doubts: [],
  named: [],
};

/** A condition on one of the three. */
export type Condition =
  { readonly clients: AddressSet } | { readonly senders: MailboxSet } | { readonly recipients: MailboxSet };

/** What of the pieces fits. */
export function restrict(pieces: readonly Piece[], condition: Condition): readonly Piece[] {
  const restricted = pieces.map((piece): Piece => {
    if ('clients' in condition) return { ...piece, clients: intersection(piece.clients, condition.clients) };
    if ('senders' in condition) return { ...piece, senders: both(piece.senders, condition.senders) };
    return { ...piece, recipients: both(piece.recipients, condition.recipients) };
  });
  return restricted.filter((piece) => !isVoid(piece));
}

function isVoid({ clients, senders, recipients }: Piece): boolean {
  return isEmpty(clients) || isNone(senders) || isNone(recipients);
}

/** What is in both, for lists that must all permit. */
export function common(one: readonly Piece[], other: readonly Piece[]): readonly Piece[] {
  return one.flatMap((a) =>
    other
      .map((b): Piece => ({
        clients: intersection(a.clients, b.clients),
        senders: both(a.senders, b.senders),
        recipients: both(a.recipients, b.recipients),
        reasons: distinct([...a.reasons, ...b.reasons]),
        doubts: distinct([...a.doubts, ...b.doubts]),
        named: distinct([...a.named, ...b.named]),
      }))
      .filter((piece) => !isVoid(piece)),
  );
}

/** What is in `pieces` and in none of `others`. */
export function subtract(pieces: readonly Piece[], others: readonly Piece[]): readonly Piece[] {
  return others.reduce<readonly Piece[]>(
    (left, other) => left.flatMap((piece) => without(piece, other)),
    pieces,
  );
}

function without(piece: Piece, { clients, senders, recipients }: Piece): readonly Piece[] {
  const same = restrict([piece], { clients });
  const sameSenders = restrict(same, { senders });
  return [
    ...restrict([piece], { clients: complement(clients) }),
    ...restrict(same, { senders: not(senders) }),
    ...restrict(sameSenders, { recipients: not(recipients) }),
  ];
}

function distinct<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)];
}

/** Fewer pieces that are the same together: those that differ in one of the three only are joined. */
export function merged(pieces: readonly Piece[]): readonly Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const index = result.findIndex((other) => joined(other, piece) !== undefined);
    const found = result[index];
    const whole = found && joined(found, piece);
    if (whole === undefined) result.push(piece);
    else result[index] = whole;
  }
  return result.length === pieces.length ? result : merged(result);
}

function joined(one: Piece, other: Piece): Piece | undefined {
  if (one.doubts.length !== other.doubts.length || !one.doubts.every((doubt) => other.doubts.includes(doubt)))
    return undefined;
  const same = {
    clients: isSame(one.clients, other.clients),
    senders: sameMailboxes(one.senders, other.senders),
    recipients: sameMailboxes(one.recipients, other.recipients),
  };
  if (Object.values(same).filter((equal) => !equal).length > 1) return undefined;
  return {
    clients: same.clients ? one.clients : union(one.clients, other.clients),
    senders: same.senders ? one.senders : either(one.senders, other.senders),
    recipients: same.recipients ? one.recipients : either(one.recipients, other.recipients),
    reasons: distinct([...one.reasons, ...other.reasons]),
    doubts: one.doubts,
    named: distinct([...one.named, ...other.named]),
  };
}

export function sameMailboxes(one: MailboxSet, other: MailboxSet): boolean {
  return isNone(both(one, not(other))) && isNone(both(other, not(one)));
}
