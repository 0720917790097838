/**
 * Grants and never rules for what Postfix relays.
 *
 * A grant names clients, senders and recipients; it has no exceptions. What Postfix permits and no grant can say, what
 * might be refused by something that Postern cannot judge, and what would open relaying to the Internet is left out and
 * stands as a comment, for somebody to decide.
 */
import { parseDomain, parseMailbox, isAddressError } from '../../mail/mod.ts';
import { formatRange } from '../../policy/mod.ts';
import type { IpRange } from '../../std/mod.ts';
import { isInternet } from '../danger.ts';
import type { DraftNetwork, DraftRule } from '../draft.ts';
import { complement, difference, isEmpty, networksOf, setOf, union } from '../networks.ts';
import type { AddressSet } from '../networks.ts';
import { formatOrigin } from '../types.ts';
import type { Remark } from '../types.ts';
import { inline, inlineMap } from '../write.ts';
import { holdsRange, isEverybody, rangesOf, unionOf } from './clients.ts';
import { ALL_MAILBOXES, both, isNone, not, patternsOf } from './mailboxSet.ts';
import type { MailboxSet } from './mailboxSet.ts';
import type { NamedNetwork } from './matchLists.ts';
import { merged, restrict } from './pieces.ts';
import type { Piece } from './pieces.ts';

export interface Permitted {
  readonly anonymous: readonly Piece[];
  /** Undefined: nobody can sign in. */
  readonly signedIn: readonly Piece[] | undefined;
  /** Recipients for which there is a route, so that no grant is asked. */
  readonly routed: MailboxSet;
  /** Clients that a never rule must name for the sake of a route. */
  readonly keptOut: AddressSet;
}

export interface Grants {
  readonly allow: readonly DraftRule[];
  readonly never: readonly DraftRule[];
  /** Lines of comment that stand in the place of grants. */
  readonly leftOut: readonly string[];
  readonly remarks: readonly Remark[];
  /** What was left out because of these. */
  readonly doubts: ReadonlySet<Remark>;
}

export function buildGrants({ anonymous, signedIn, routed, keptOut }: Permitted): Grants {
  const beyond = not({ ...routed, null: true });
  const relayed = (pieces: readonly Piece[]): readonly Piece[] =>
    merged(restrict(pieces, { recipients: beyond }));
  const written = [
    ...relayed(anonymous).map((piece) => writeGrant(piece, { signedIn: false, beyond })),
    ...relayed(signedIn ?? []).map((piece) => writeGrant(piece, { signedIn: true, beyond })),
  ];
  const kept = written.flatMap((each) => ('grant' in each ? [each.grant] : []));
  const forbidden = unionOf([keptOut, ...kept.flatMap(({ never }) => (never === undefined ? [] : [never]))]);
  const names = new Map<string, number>();
  const allow = kept.flatMap((grant): readonly DraftRule[] => {
    const rule = ruleOf(grant, forbidden);
    return rule === undefined ? [] : [{ ...rule, name: unique(rule.name, names) }];
  });
  return {
    allow,
    never: isEmpty(forbidden) ? [] : [neverRule(forbidden)],
    leftOut: written.flatMap((each) => ('grant' in each ? [] : each.comment)),
    remarks: written.flatMap(({ remarks }) => remarks),
    doubts: new Set(written.flatMap((each) => ('grant' in each ? [] : each.doubts))),
  };
}

interface Grant {
  readonly name: string;
  readonly authenticated: boolean;
  /** Undefined: every client. */
  readonly clients: AddressSet | undefined;
  /** Clients that a never rule must keep out, since `clients` has too many networks that are too wide. */
  readonly never: AddressSet | undefined;
  readonly named: readonly NamedNetwork[];
  readonly senders: readonly string[] | undefined;
  readonly recipients: readonly string[] | undefined;
  readonly comment: string;
}

type Written =
  | { readonly grant: Grant; readonly remarks: readonly Remark[] }
  | {
      readonly comment: readonly string[];
      readonly doubts: readonly Remark[];
      readonly remarks: readonly Remark[];
    };

interface Circumstances {
  readonly signedIn: boolean;
  /** Recipients that have no route. */
  readonly beyond: MailboxSet;
}

function writeGrant(piece: Piece, { signedIn, beyond }: Circumstances): Written {
  const senders = listed(piece.senders, ALL_MAILBOXES);
  const recipients = listed(piece.recipients, beyond);
  const clients = clientsOf(piece.clients, signedIn);
  const remarks = [...narrowed(piece, 'senders', senders), ...narrowed(piece, 'recipients', recipients)];
  const reasons = [
    ...clients.problems,
    ...problemOf('senders', senders),
    ...problemOf('recipients', recipients),
  ];
  const doubts = piece.doubts.map(
    ({ what, where }) => `${what} (${formatOrigin(where)}) may refuse some of it`,
  );
  const grant: Grant = {
    name: nameOf(piece, signedIn),
    authenticated: signedIn,
    clients: clients.set,
    never: clients.never,
    named: piece.named,
    senders: senders.patterns,
    recipients: recipients.patterns,
    comment: commentOf(piece),
  };
  if (reasons.length === 0 && doubts.length === 0) return { grant, remarks };
  return {
    comment: [`Left out: ${[...reasons, ...doubts].join('; ')}.`, `  ${sketch(grant, piece.clients)}`],
    doubts: piece.doubts,
    remarks: reasons.length === 0 ? remarks : [...remarks, leftOutRemark(piece, reasons)],
  };
}

function leftOutRemark(piece: Piece, reasons: readonly string[]): Remark {
  const reason = piece.reasons.at(-1);
  const openness = reason === undefined ? 'no restriction' : reason.what;
  return {
    what: `relaying by ${openness}`,
    where: reason?.where ?? { file: 'main.cf' },
    why: `It is left out: ${reasons.join('; ')}.`,
    remedy: 'It stands as a comment in relay; make a narrower grant of it.',
  };
}

/** `- { name: mynetworks, from: [10.0.0.0/8] }`, for a comment. */
function sketch({ name, authenticated, senders, recipients }: Grant, clients: AddressSet): string {
  const networks = networksOf(clients);
  const shown = networks.length > 8 ? [...networks.slice(0, 8), '…'] : networks;
  return `- ${inline(
    inlineMap(
      ['name', name],
      ...(authenticated ? ([['authenticated', true]] as const) : []),
      ...(authenticated && isEverybody(clients) ? [] : ([['from', shown]] as const)),
      ...(senders === undefined ? [] : ([['senders', senders]] as const)),
      ...(recipients === undefined ? [] : ([['recipients', recipients]] as const)),
    ),
  )}`;
}

interface Listed {
  /** Undefined: no condition is needed. */
  readonly patterns: readonly string[] | undefined;
  /** It holds what no list of patterns says. */
  readonly tooWide: boolean;
  readonly without: readonly string[];
}

/** A set as a condition of a grant; `whole` is what no condition stands for. */
function listed(set: MailboxSet, whole: MailboxSet): Listed {
  if (isNone(both(whole, not(set)))) return { patterns: undefined, tooWide: false, without: [] };
  const found = patternsOf(both(set, whole));
  if (found === undefined) return { patterns: undefined, tooWide: true, without: [] };
  const patterns = found.patterns.filter(isPattern);
  const without = [...found.without, ...found.patterns.filter((pattern) => !isPattern(pattern))];
  return { patterns, tooWide: false, without };
}

function isPattern(text: string): boolean {
  if (text === '<>') return true;
  const domain = /^@(?:\*\.)?(.*)$/.exec(text)?.[1];
  return domain === undefined ? !isAddressError(parseMailbox(text)) : parseDomain(domain) !== undefined;
}

function problemOf(kind: 'senders' | 'recipients', { patterns, tooWide }: Listed): readonly string[] {
  if (tooWide) return [`it is for all ${kind} but some, and a grant has no exceptions`];
  return patterns?.length === 0 ? [`none of its ${kind} can be written as a pattern`] : [];
}

function narrowed(piece: Piece, kind: 'senders' | 'recipients', { without }: Listed): readonly Remark[] {
  if (without.length === 0) return [];
  const shown = without.slice(0, 5).join(', ');
  return [
    {
      what: `${kind} ${shown}${without.length > 5 ? ` and ${without.length - 5} more` : ''}`,
      where: piece.reasons.at(-1)?.where ?? { file: 'main.cf' },
      why: 'A grant has no exceptions, and a pattern names a domain or an address; these are left out.',
    },
  ];
}

interface Clients {
  readonly set: AddressSet | undefined;
  readonly never: AddressSet | undefined;
  readonly problems: readonly string[];
}

/** Who signs in may come from anywhere: all clients but some are those that a never rule does not name. */
function clientsOf(clients: AddressSet, signedIn: boolean): Clients {
  const open = rangesOf(clients).filter(isInternet);
  if (open.length === 0) return { set: clients, never: undefined, problems: [] };
  if (signedIn) {
    const others = complement(clients);
    return { set: undefined, never: isEmpty(others) ? undefined : others, problems: [] };
  }
  const who = isEverybody(clients)
    ? 'everybody'
    : `everybody in ${open.slice(0, 3).map(formatRange).join(', ')}`;
  return { set: undefined, never: undefined, problems: [`${who} could relay without signing in`] };
}

/** The rule that names a grant: the last list that permits is the one about relaying. */
function nameOf({ reasons }: Piece, signedIn: boolean): string {
  const has = (word: string): boolean => reasons.some(({ what }) => what.startsWith(word));
  if (signedIn) return 'signed-in';
  if (has('permit_mynetworks')) return 'mynetworks';
  for (const kind of ['client', 'recipient', 'sender'])
    if (has(`check_${kind}_access`)) return `${kind}-access`;
  return 'imported';
}

function commentOf({ reasons }: Piece): string {
  return reasons.map(({ what, where }) => `${formatOrigin(where)} ${what}`).join(', ');
}

function unique(name: string, names: Map<string, number>): string {
  const count = (names.get(name) ?? 0) + 1;
  names.set(name, count);
  return count === 1 ? name : `${name}-${count}`;
}

/** Undefined when the never rule leaves nothing of it. */
function ruleOf(grant: Grant, forbidden: AddressSet): DraftRule | undefined {
  const { name, authenticated, clients, named, senders, recipients, comment } = grant;
  const left = clients === undefined ? undefined : difference(clients, forbidden);
  if (left !== undefined && isEmpty(left)) return undefined;
  return {
    name,
    comment,
    ...(authenticated ? { authenticated: true } : {}),
    ...(left === undefined ? {} : { from: networksWithOrigin(left, named, forbidden) }),
    ...(senders === undefined ? {} : { senders }),
    ...(recipients === undefined ? {} : { recipients }),
  };
}

function neverRule(clients: AddressSet): DraftRule {
  return {
    name: 'refused-clients',
    comment: 'Postfix refuses all mail of these, signed in or not',
    from: networksOf(clients).map((text) => ({ text })),
  };
}

/**
 * The networks of a set: as they were written where that is exact, what a never rule keeps out apart; and what is left of
 * those that have other exceptions.
 */
export function networksWithOrigin(
  set: AddressSet,
  named: readonly NamedNetwork[],
  forbidden: AddressSet,
): readonly DraftNetwork[] {
  const allowed = union(set, forbidden);
  const whole = named.filter(({ range }) => holdsRange(allowed, range) && !holdsRange(forbidden, range));
  const rest = difference(set, setOf(whole.map(({ range }) => range)));
  return [
    ...whole.map(({ range, where }) => ({ text: formatRange(range), comment: formatOrigin(where) })),
    ...rangesOf(rest).map((range): DraftNetwork => {
      const origin = named.find((each) => holds(each.range, range));
      const comment = origin && `${formatOrigin(origin.where)}, what is left of ${formatRange(origin.range)}`;
      return { text: formatRange(range), ...(comment === undefined ? {} : { comment }) };
    }),
  ];
}

function holds(outer: IpRange, inner: IpRange): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}
