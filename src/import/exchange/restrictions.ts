/**
 * The Routing Restrictions of the old dialogue as rules: who was denied becomes a never rule, each of the three allows a
 * grant, as in the order of the old service: denied first, then any of the three.
 *
 * The old service relayed for everybody when nothing was restricted, and when there was only a deny list. Neither is
 * carried over.
 */
import { isTextProblem, parseRange, understandingOf } from '../../config/mod.ts';
import { isInsideRange } from '../../std/mod.ts';
import { isInternet } from '../danger.ts';
import type { DraftNetwork, DraftRule } from '../draft.ts';
import type { Remarks } from '../remarks.ts';
import { formatOrigin } from '../types.ts';
import type { Origin } from '../types.ts';
import { parseEntry } from './entry.ts';
import { FLAGS, LISTS } from './relaySettings.ts';
import type { ListName, RelaySettings } from './relaySettings.ts';

export interface Rules {
  readonly never: readonly DraftRule[];
  readonly allow: readonly DraftRule[];
}

export const NO_RULES: Rules = Object.freeze({ never: [], allow: [] });

/** The titles of the dialogue. */
const TITLES: Record<ListName, string> = {
  deny: 'Specify the hosts and clients that can NEVER route mail',
  allow: 'Hosts and clients with these IP addresses',
  local: 'Hosts and clients connecting to these internal addresses',
};

/** The rules of restrictions that are in force. */
export function rulesOf(settings: RelaySettings, remarks: Remarks): Rules {
  const { flags } = settings;
  tellOpen(settings, remarks);
  for (const list of ['deny', 'allow', 'local'] as const) tellIdle(settings, list, remarks);
  if (flags === undefined) return NO_RULES;
  const never = ruleOf('deny', 'deny-list', settings, remarks);
  const allow = [
    ruleOf('allow', 'allow-list', settings, remarks),
    ruleOf('local', 'internal-addresses', settings, remarks),
    authenticated(settings, remarks),
  ];
  return { never: present([never]), allow: present(allow) };
}

/** With "do not reroute" nothing is relayed; what is stored all the same is named. */
export function tellInert(settings: RelaySettings, remarks: Remarks): void {
  const { flags, lists } = settings;
  const stored = (['allow', 'local'] as const).filter(
    (list) => isSet(settings, list) && (lists[list]?.entries.length ?? 0) > 0,
  );
  const names: string[] = stored.map((list) => LISTS[list]);
  if (flags !== undefined && (flags.value & FLAGS.authenticated) !== 0) names.push('RelayFlags bit 4');
  if (flags === undefined || names.length === 0) return;
  remarks.left({
    what: `${names.join(', ')}: left behind by "Do not reroute incoming SMTP mail"`,
    where: flags.where,
    why: 'The old service (Service Pack 3, Q243045) went on relaying for them although rerouting was off. Here rerouting off means that nothing is relayed.',
    remedy: 'Import without --do-not-reroute if these clients are meant to relay.',
  });
}

function isSet({ flags }: RelaySettings, list: ListName): boolean {
  return flags !== undefined && (flags.value & FLAGS[list]) !== 0;
}

function present(rules: readonly (DraftRule | undefined)[]): readonly DraftRule[] {
  return rules.filter((rule) => rule !== undefined);
}

/** Settings with which the old service relayed for everybody. */
function tellOpen({ file, flags }: RelaySettings, remarks: Remarks): void {
  const why =
    'So the old service relayed for everybody, as long as incoming mail was rerouted. Here nobody can relay.';
  const remedy = 'Add a grant for the clients that need one under relay.allow.';
  if (flags === undefined) {
    remarks.left({ what: 'there is no RelayFlags: nothing is restricted', where: { file }, why, remedy });
  } else if ((flags.value & 15) === 0) {
    const what = `RelayFlags ${flags.value}: no restriction is chosen`;
    remarks.left({ what, where: flags.where, why, remedy });
  } else if ((flags.value & 15) === FLAGS.deny) {
    remarks.left({
      what: 'RelayFlags 1: the deny list alone',
      where: flags.where,
      why: 'So the old service relayed for every client that is not on the list. Here the list is a never rule, and nobody can relay.',
      remedy,
    });
  }
  if (flags !== undefined && flags.value > 15) {
    remarks.note({
      what: `RelayFlags ${flags.value} has bits beyond the four that are known`,
      where: flags.where,
      why: 'They are ignored.',
    });
  }
}

/** A list without its bit, or a bit without its list: both change nothing, and both are often a mistake. */
function tellIdle(settings: RelaySettings, list: ListName, remarks: Remarks): void {
  const { flags, lists } = settings;
  const entries = lists[list]?.entries ?? [];
  const where = lists[list]?.where;
  if (isSet(settings, list) && entries.length === 0 && flags !== undefined) {
    remarks.note({
      what: `"${TITLES[list]}" is chosen without any entry`,
      where: where ?? flags.where,
      why: 'An empty list fits nobody and is left out; it never means everybody.',
    });
  } else if (!isSet(settings, list) && entries.length > 0 && where !== undefined) {
    remarks.note({
      what: `${LISTS[list]} is stored, and RelayFlags does not put it in force`,
      where,
      why: `Its ${entries.length === 1 ? 'entry is' : `${entries.length} entries are`} left out, as the old service did.`,
    });
  }
}

function ruleOf(
  list: ListName,
  name: string,
  settings: RelaySettings,
  remarks: Remarks,
): DraftRule | undefined {
  const old = settings.lists[list];
  if (!isSet(settings, list) || old === undefined) return undefined;
  const networks = old.entries.flatMap((entry) => networksOf(entry, { list, where: old.where, remarks }));
  if (networks.length === 0) return undefined;
  const comment = `${formatOrigin(old.where)} ${LISTS[list]}: "${TITLES[list]}"`;
  return list === 'local' ? { name, connectingTo: networks, comment } : { name, from: networks, comment };
}

interface EntryContext {
  readonly list: ListName;
  readonly where: Origin;
  readonly remarks: Remarks;
}

function networksOf(entry: string, context: EntryContext): readonly DraftNetwork[] {
  const { list, where, remarks } = context;
  const what = `${LISTS[list]} ${JSON.stringify(entry)}`;
  const old = parseEntry(entry);
  switch (old.kind) {
    case 'networks':
      return carried(old.networks, old.holes, entry, context);
    case 'scattered':
      if (list === 'deny') {
        const why = `Its mask has holes: ${old.count.toLocaleString('en-US')} separate networks. The never rule takes the whole of ${old.around}, which forbids more.`;
        remarks.left({ what, where, why, remedy: 'Write the networks that are meant.' });
        return [{ text: old.around, comment: JSON.stringify(entry) }];
      }
      remarks.left({
        what,
        where,
        why: `Its mask has holes: ${old.count.toLocaleString('en-US')} separate networks, too many to write down.`,
        remedy: `Write the networks that are meant, all in ${old.around}.`,
      });
      return [];
    case 'everybody':
      if (list === 'deny')
        return ['0.0.0.0/0', '::/0'].map((text) => ({ text, comment: JSON.stringify(entry) }));
      remarks.left({
        what,
        where,
        why: 'It fits every address, so it relayed for everybody.',
        remedy: 'Write the networks that are meant.',
      });
      return [];
    case 'nobody':
      remarks.left({ what, where, why: `${old.problem}.`, remedy: old.remedy });
      return [];
    case 'unreadable':
      remarks.left({ what, where, why: `It cannot be read: ${old.problem}.`, ...remedyOf(old.remedy) });
      return [];
    default:
      return old satisfies never;
  }
}

function remedyOf(remedy: string | undefined): { readonly remedy?: string } {
  return remedy === undefined ? {} : { remedy };
}

function carried(
  networks: readonly string[],
  holes: boolean,
  entry: string,
  { list, where, remarks }: EntryContext,
): readonly DraftNetwork[] {
  const what = `${LISTS[list]} ${JSON.stringify(entry)}`;
  if (list !== 'deny') {
    const bad = networks
      .map((text) => ({ text, why: whyNot(text, list) }))
      .find(({ why }) => why !== undefined);
    if (bad?.why !== undefined) {
      remarks.left({ what, where, why: bad.why, remedy: 'Write the networks that are meant.' });
      return [];
    }
  }
  const wide = list === 'allow' ? networks.find((text) => isWide(text)) : undefined;
  if (wide !== undefined) {
    const why = `${wide} is public and wider than /24; the grant says so in iUnderstand.`;
    remarks.note({ what, where, why, remedy: 'See whether all of it is yours.' });
  }
  if (holes) {
    const why = `Its mask has holes: carried over as ${networks.length} separate networks, as the old service compared.`;
    remarks.note({ what, where, why, remedy: 'See whether one network was meant.' });
  }
  return networks.map((text) => ({ text, comment: JSON.stringify(entry) }));
}

function isWide(text: string): boolean {
  const range = parseRange(text);
  return !isTextProblem(range) && understandingOf('grant', [range]) !== undefined;
}

/** Why a network is not granted. */
function whyNot(text: string, list: 'allow' | 'local'): string | undefined {
  const range = parseRange(text);
  if (isTextProblem(range)) throw new Error(`an entry became ${text}: ${range.problem}`);
  if (list === 'local' && !isInsideRange(range)) {
    return `${text} is not a private address: a grant for it alone would relay for everybody who can reach it.`;
  }
  return list === 'allow' && isInternet(range)
    ? `${text} is a large part of the Internet, and would relay for all of it.`
    : undefined;
}

function authenticated({ flags }: RelaySettings, remarks: Remarks): DraftRule | undefined {
  if (flags === undefined || (flags.value & FLAGS.authenticated) === 0) return undefined;
  remarks.note({
    what: '"Hosts and clients that successfully authenticate"',
    where: flags.where,
    why: 'The old service took the accounts of Windows, and a null session, which has no name and no password, counted as one. Here only accounts of Postern sign in, over TLS.',
    remedy:
      'Make them with: postern account add ADDRESS; for logins such as CONTOSO\\alice see accounts.ntDomains.',
  });
  const comment = `${formatOrigin(flags.where)} RelayFlags bit 4: "Hosts and clients that successfully authenticate"`;
  return { name: 'signed-in', authenticated: true, comment };
}
