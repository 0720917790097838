/**
 * What a list of restrictions permits, evaluated for all mail at once: every restriction takes what it decides out of
 * what is left, and what is left at the end is permitted.
 *
 * Where Postern cannot judge as Postfix does, the answer errs on the closed side: what might permit permits nothing, and
 * what might refuse leaves a doubt on all that comes behind it.
 */
import type { Origin, Remark } from '../types.ts';
import { clientAccess, mailboxAccess, parseAction } from './access.ts';
import type { AccessTable, Branch } from './access.ts';
import { complement } from '../networks.ts';
import { splitList, unbraced } from './lines.ts';
import { not } from './mailboxSet.ts';
import type { MailboxSet } from './mailboxSet.ts';
import type { Networks } from './matchLists.ts';
import { EVERYTHING, restrict } from './pieces.ts';
import type { Condition, Piece } from './pieces.ts';
import { RESTRICTIONS } from './restrictionKinds.ts';
import type { RestrictionKind } from './restrictionKinds.ts';
import { isTable } from './tables.ts';
import type { Table } from './tables.ts';

export interface Judging {
  readonly networks: Networks;
  /** Domains for which Postfix takes mail from anybody. */
  readonly destinations: MailboxSet;
  /** What is judged is mail of clients that have signed in. */
  readonly signedIn: boolean;
  /** `smtpd_recipient_restrictions` and where it is set. */
  readonly list: { readonly name: string; readonly where: Origin };
  /** When the list is looked at only this is known: a restriction on anything else decides nothing. */
  readonly knows: { readonly sender: boolean; readonly recipient: boolean };
  readonly parents: boolean;
  readonly table: (spec: string, where: Origin) => Table;
  /** The restrictions of a class of smtpd_restriction_classes. */
  readonly restrictionClass: (name: string) => readonly string[] | undefined;
  /** Told once for each restriction that is not judged. */
  readonly tell: (remark: Remark) => void;
}

interface Parted {
  readonly permitted: readonly Piece[];
  /** Neither permitted nor refused so far. */
  readonly left: readonly Piece[];
}

/** Restriction classes name restriction classes. */
const MAX_DEPTH = 20;

/** The pieces of all mail that `text`, the value of a list, permits. */
export function evaluate(text: string, judging: Judging): readonly Piece[] {
  const { permitted, left } = run(splitList(text), [EVERYTHING], judging, 0);
  return [...permitted, ...left];
}

function run(items: readonly string[], pieces: readonly Piece[], judging: Judging, depth: number): Parted {
  const permitted: Piece[] = [];
  let left = pieces;
  for (let at = 0; at < items.length;) {
    const step = restrictionAt(items, at, judging);
    at += step.takes;
    const parted = apply(step, left, judging, depth);
    permitted.push(...parted.permitted);
    left = parted.left;
  }
  return { permitted, left };
}

interface Step {
  /** As written, with what belongs to it. */
  readonly text: string;
  readonly kind:
    | RestrictionKind
    | { readonly kind: 'class'; readonly items: readonly string[] }
    | { readonly kind: 'unknown' };
  readonly argument: string;
  /** Items of the list. */
  readonly takes: number;
}

function restrictionAt(items: readonly string[], at: number, judging: Judging): Step {
  const word = items[at] ?? '';
  const argument = items[at + 1] ?? '';
  const name = word.toLowerCase();
  if (isTable(word)) {
    // The old form: a table alone is asked about what its list is about.
    const of = /client|helo|sender/.exec(judging.list.name)?.[0] ?? 'recipient';
    const kind = RESTRICTIONS.get(`check_${of}_access`) ?? { kind: 'unknown' as const };
    return { text: word, kind, argument: word, takes: 1 };
  }
  const kind = RESTRICTIONS.get(name);
  if (kind === undefined) {
    const inner = judging.restrictionClass(word);
    return {
      text: word,
      kind: inner ? { kind: 'class', items: inner } : { kind: 'unknown' },
      argument: '',
      takes: 1,
    };
  }
  // What stands behind it only logs.
  if (kind.kind === 'warnOnly') {
    const next = at + 1 < items.length ? restrictionAt(items, at + 1, judging).takes : 0;
    return { text: word, kind, argument: '', takes: 1 + next };
  }
  const takes = argumentsOf(kind);
  return {
    text: takes === 0 ? word : `${word} ${argument}`,
    kind,
    argument: unbracedTable(argument),
    takes: 1 + takes,
  };
}

function argumentsOf(kind: RestrictionKind): number {
  if ('takes' in kind) return kind.takes;
  return kind.kind === 'table' || kind.kind === 'otherTable' ? 1 : 0;
}

function unbracedTable(argument: string): string {
  return splitList(unbraced(argument))[0] ?? '';
}

function apply(step: Step, pieces: readonly Piece[], judging: Judging, depth: number): Parted {
  const { kind } = step;
  switch (kind.kind) {
    case 'permitAll':
      return { permitted: because(pieces, step.text, judging), left: [] };
    case 'refuseAll':
      return { permitted: [], left: [] };
    case 'nothing':
    case 'warnOnly':
      return { permitted: [], left: pieces };
    case 'permitNetworks':
      return permitNetworks(step, pieces, judging);
    case 'permitSignedIn':
      return judging.signedIn
        ? { permitted: because(pieces, step.text, judging), left: [] }
        : { permitted: [], left: pieces };
    case 'permitDestination':
      return permitWhere(step, pieces, { recipients: judging.destinations }, judging);
    case 'refuseOthers': {
      if (!judging.knows.recipient) return { permitted: [], left: pieces };
      return { permitted: [], left: restrict(pieces, { recipients: judging.destinations }) };
    }
    case 'permitsElse':
      judging.tell(remark(step, judging, kind.why));
      return { permitted: [], left: pieces };
    case 'claim':
      judging.tell(remark(step, judging, CLAIM));
      return { permitted: [], left: pieces };
    case 'doubt':
      return doubted(step, pieces, judging, kind.why);
    case 'table':
      return askTable(step, kind.of, pieces, judging, depth);
    case 'otherTable':
      if (!kind.claimed) return doubted(step, pieces, judging, `Postern does not decide by ${kind.of}.`);
      judging.tell(remark(step, judging, CLAIM));
      return { permitted: [], left: pieces };
    case 'class':
      if (depth >= MAX_DEPTH)
        return doubted(step, pieces, judging, 'Restriction classes name each other without an end.');
      return run(kind.items, pieces, judging, depth + 1);
    case 'unknown':
      judging.tell(
        remark(
          step,
          judging,
          'Postfix does not know this restriction, either, and answers 451 to all that comes to it.',
        ),
      );
      return { permitted: [], left: [] };
    default:
      return kind satisfies never;
  }
}

const CLAIM =
  'It refuses mail by what a client claims or by the form and DNS of an address, which Postern does not look at. Who can relay does not depend on it.';

function remark({ text }: Step, { list }: Judging, why: string): Remark {
  return { what: `${text} in ${list.name}`, where: list.where, why };
}

/** Marks the pieces with what permits them. */
function because(
  pieces: readonly Piece[],
  what: string,
  { list }: Judging,
  named: Piece['named'] = [],
): readonly Piece[] {
  const reason = { what, where: list.where };
  return pieces.map((piece) => ({
    ...piece,
    reasons: [...piece.reasons, reason],
    named: [...piece.named, ...named],
  }));
}

function permitNetworks(step: Step, pieces: readonly Piece[], judging: Judging): Parted {
  const { clients, broken, named } = judging.networks;
  const permitted = because(restrict(pieces, { clients }), step.text, judging, named);
  return {
    permitted,
    left: restrict(restrict(pieces, { clients: complement(clients) }), { clients: complement(broken) }),
  };
}

function permitWhere(step: Step, pieces: readonly Piece[], condition: Condition, judging: Judging): Parted {
  if ('recipients' in condition && !judging.knows.recipient) return { permitted: [], left: pieces };
  return {
    permitted: because(restrict(pieces, condition), step.text, judging),
    left: restrict(pieces, opposite(condition)),
  };
}

function opposite(condition: Condition): Condition {
  if ('clients' in condition) return { clients: complement(condition.clients) };
  if ('senders' in condition) return { senders: not(condition.senders) };
  return { recipients: not(condition.recipients) };
}

function doubted(step: Step, pieces: readonly Piece[], judging: Judging, why: string): Parted {
  const doubt = remark(step, judging, why);
  judging.tell(doubt);
  return { permitted: [], left: pieces.map((piece) => ({ ...piece, doubts: [...piece.doubts, doubt] })) };
}

function askTable(
  step: Step,
  of: 'client' | 'sender' | 'recipient',
  pieces: readonly Piece[],
  judging: Judging,
  depth: number,
): Parted {
  if (of !== 'client' && !judging.knows[of]) return { permitted: [], left: pieces };
  const table = judging.table(step.argument, judging.list.where);
  if (table.kind === 'opaque') return doubted(step, pieces, judging, table.why);
  const access = of === 'client' ? clientAccess(table) : mailboxAccess(table, judging);
  const permitted: Piece[] = [];
  const passed: Piece[] = [];
  let left = pieces;
  for (const branch of access.branches) {
    const condition = conditionOf(branch, of);
    const parted = enter(step, branch, restrict(left, condition), judging, depth);
    left = restrict(left, opposite(condition));
    permitted.push(...parted.permitted);
    passed.push(...parted.left);
  }
  const rest = { permitted, left: [...passed, ...left] };
  return unjudged(step, access, rest, judging);
}

function conditionOf({ clients, mailboxes }: Branch, of: 'client' | 'sender' | 'recipient'): Condition {
  if (clients !== undefined) return { clients };
  const set = mailboxes ?? EVERYTHING.recipients;
  return of === 'sender' ? { senders: set } : { recipients: set };
}

/** What a branch of a table does with the pieces that fit it. */
function enter(
  step: Step,
  branch: Branch,
  pieces: readonly Piece[],
  judging: Judging,
  depth: number,
): Parted {
  const { action, where, named } = branch;
  const here = { ...judging, list: { ...judging.list, where } };
  switch (action.kind) {
    case 'permit':
      return { permitted: because(pieces, step.text, here, named), left: [] };
    case 'refuse':
      return { permitted: [], left: [] };
    case 'pass':
      return { permitted: [], left: pieces };
    case 'detour': {
      const why = `${action.word}: Postfix takes this mail and does not send it on as it is; Postern would.`;
      return doubted(step, pieces, here, why);
    }
    case 'list':
      if (depth >= MAX_DEPTH)
        return doubted(step, pieces, here, 'Restriction classes name each other without an end.');
      return run(action.items, pieces, here, depth + 1);
    default:
      return action satisfies never;
  }
}

/** Entries that cannot be judged: those that permit are left out, the others may refuse anything. */
function unjudged(step: Step, { unjudged: entries }: AccessTable, parted: Parted, judging: Judging): Parted {
  const [first] = entries;
  if (first === undefined) return parted;
  const others = entries.filter(({ value }) => parseAction(value).kind !== 'permit');
  const here = { ...judging, list: { ...judging.list, where: (others[0] ?? first).where } };
  const keys = entries.slice(0, 3).map(({ key }) => key);
  const more = entries.length > keys.length ? ` and ${entries.length - keys.length} more` : '';
  const why = `${keys.join(', ')}${more}: such a key depends on the client's name in the DNS or stands for a name at every domain, which Postern has no rule for.`;
  if (others.length > 0) {
    const doubt = remark(step, here, why);
    judging.tell(doubt);
    const mark = (pieces: readonly Piece[]): readonly Piece[] =>
      pieces.map((piece) => ({ ...piece, doubts: [...piece.doubts, doubt] }));
    return { permitted: mark(parted.permitted), left: mark(parted.left) };
  }
  judging.tell(remark(step, here, why));
  return parted;
}
