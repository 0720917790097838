/**
 * What the routing tables make of recipients: which of them need a grant, and what becomes of one that is accepted.
 *
 * Recipients of which both tables say the same are one group, so that ten thousand inbound domains are no more work than
 * one. Within a group a decision depends on the recipient only through the `recipients` of grants.
 */
import type { Domain, DomainLiteral, Mailbox } from '../mail/mod.ts';
import { locate } from '../policy/mod.ts';
import type { FinalRoute } from '../policy/mod.ts';
import { acceptedText } from './effects.ts';
import { cellOfDomain, hasLocalPart, recipientIn, withLocalPart, withoutLocalPart } from './partition/mod.ts';
import type { MailboxCell, MailboxPartition } from './partition/mod.ts';
import type { Space, Subject } from './space.ts';
import { unite } from './spans.ts';
import type { Span, SpanSet } from './spans.ts';

/** What one policy does with a recipient. */
export interface Behaviour {
  /** Who may send to it: everybody, nobody, whom no never rule holds, or whom a grant fits. */
  readonly open: 'all' | 'none' | 'notNever' | 'grants';
  /** What becomes of an accepted recipient. */
  readonly accepted: string;
  /** Rewritten: the atom at which the `recipients` of grants are looked up. */
  readonly at: number | undefined;
}

export interface RecipientGroup {
  readonly atoms: SpanSet;
  /** With routing characters, without, or either. */
  readonly routing: boolean | undefined;
  /** One for each of the policies. */
  readonly behaviours: readonly Behaviour[];
}

/** The groups of all recipients that there are, in the order of their first atoms. */
export function recipientGroups(subjects: readonly Subject[], space: Space): readonly RecipientGroup[] {
  const groups = new Map<
    string,
    { routing: boolean | undefined; behaviours: readonly Behaviour[]; atoms: Span[] }
  >();
  const add = (atom: number, routing: boolean | undefined, behaviours: readonly Behaviour[]): void => {
    const key = `${routing} ${keyOf(behaviours)}`;
    const group = groups.get(key) ?? { routing, behaviours, atoms: [] };
    groups.set(key, group);
    group.atoms.push({ first: atom, last: atom });
  };
  const endings = endingsOf(subjects, space.recipients);
  for (const cell of space.recipients.cells) {
    const found = endings(cell);
    if (found === undefined) continue;
    const [plain = [], routed = []] = [false, true].map((routing) =>
      subjects.flatMap((subject, i) => {
        const ending = found[i];
        return ending === undefined ? [] : [behaviourOf(subject, ending, cell, space, routing)];
      }),
    );
    if (keyOf(plain) === keyOf(routed)) {
      add(cell.atom, undefined, plain);
      continue;
    }
    for (const routing of [false, true]) {
      if (recipientIn(space.recipients, cell, routing) === undefined) continue;
      add(cell.atom, routing, routing ? routed : plain);
    }
  }
  return Array.from(groups.values(), (group) => ({ ...group, atoms: unite(group.atoms) }));
}

function keyOf(behaviours: readonly Behaviour[]): string {
  return behaviours.map(({ open, accepted, at }) => `${open} ${accepted} ${at}`).join(', ');
}

/** Where a recipient ends, by one policy. */
interface Ending {
  readonly route: FinalRoute | undefined;
  /** The domain that its own was rewritten to. */
  readonly rewritten: Domain | DomainLiteral | undefined;
}

/** Looks cells up in every policy, each domain once. Undefined: no recipient can be written that is in the cell. */
function endingsOf(
  subjects: readonly Subject[],
  partition: MailboxPartition,
): (cell: MailboxCell) => readonly Ending[] | undefined {
  const ofDomain = new Map<MailboxCell, readonly Ending[] | undefined>();
  const lookUp = (cell: MailboxCell): readonly Ending[] | undefined => {
    const specimen = specimenOf(partition, cell);
    return (
      specimen &&
      subjects.map(({ policy }) => {
        const { route, mailbox } = locate(specimen, policy);
        return { route, rewritten: mailbox.domain === specimen.domain ? undefined : mailbox.domain };
      })
    );
  };
  return (cell) => {
    if (hasLocalPart(cell) && specimenOf(partition, cell) === undefined) return undefined;
    const whole = withoutLocalPart(partition, cell);
    const found = ofDomain.has(whole) ? ofDomain.get(whole) : lookUp(whole);
    ofDomain.set(whole, found);
    return found;
  };
}

function specimenOf(partition: MailboxPartition, cell: MailboxCell): Mailbox | undefined {
  return recipientIn(partition, cell, false) ?? recipientIn(partition, cell, true);
}

/** What a policy does with recipients of the cell, which end at `ending`. */
function behaviourOf(
  { source }: Subject,
  { route, rewritten }: Ending,
  cell: MailboxCell,
  { recipients }: Space,
  routing: boolean,
): Behaviour {
  return {
    open: openTo(route, routing, source.reroute),
    accepted: acceptedText(route?.destination ?? { kind: 'outbound' }, rewritten),
    at: rewritten === undefined ? undefined : atomAt(rewritten, cell, recipients),
  };
}

/** The atom of the cell's local part at another domain. */
function atomAt(
  domain: Domain | DomainLiteral,
  { pattern }: MailboxCell,
  partition: MailboxPartition,
): number {
  const target = cellOfDomain(partition, domain);
  const named = pattern !== 'everything' && (pattern.kind === 'address' || pattern.kind === 'addressBelow');
  return ((named && withLocalPart(partition, target, pattern.localKey)) || target).atom;
}

function openTo(route: FinalRoute | undefined, routing: boolean, reroute: boolean): Behaviour['open'] {
  const relayed = reroute ? 'grants' : 'none';
  if (route === undefined) return relayed;
  switch (route.kind) {
    case 'inbound':
      return 'all';
    case 'forward':
      return routing ? relayed : 'all';
    case 'alwaysRelay':
      return reroute && !routing ? 'notNever' : relayed;
    default:
      return route.kind satisfies never;
  }
}
