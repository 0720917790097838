/** What connectors did that no configuration of Postern does, in remarks. */
import type { DraftRoute } from '../draft.ts';
import { complement, isEmpty, networksOf, NOBODY, ofFamilies, union } from '../networks.ts';
import type { Remarks } from '../remarks.ts';
import type { Origin } from '../types.ts';
import { listed } from './grants.ts';
import type { Door, Judged } from './listeners.ts';
import type { Organisation, ReceiveConnector } from './objects.ts';
import { isAnonymous, isAuthenticatedUsers } from './reach.ts';
import type { Rules } from './restrictions.ts';

/** Rights that are missing from the export, or that only some accounts have. */
export function tellRights({ rights }: Organisation, judged: readonly Judged[], remarks: Remarks): void {
  if (rights === undefined) {
    const first = judged.find(({ connector }) => connector.groups.has('AnonymousUsers'));
    if (first === undefined) return;
    remarks.left({
      what: 'Ms-Exch-SMTP-Accept-Any-Recipient',
      where: first.connector.where,
      why: 'The rights of anonymous clients are not in the export, so none of them can relay without signing in.',
      remedy: 'Name a file with the output of Get-ReceiveConnector | Get-ADPermission, too.',
    });
    return;
  }
  for (const { user, connector, where, anyRecipient, deny } of rights) {
    if (!anyRecipient || deny || isAnonymous(user) || isAuthenticatedUsers(user)) continue;
    if (
      /exchange servers|exchangelegacyinterop|externally secured servers|MS Exchange\\|nt authority\\self/i.test(
        user,
      )
    )
      continue;
    remarks.left({
      what: `the right of ${user} to relay at ${connector}`,
      where,
      why: 'Only this user or group may relay there; accounts are other ones here.',
      remedy: 'Add a grant with authenticated: [ADDRESS, …] for the accounts that are meant.',
    });
  }
}

/** A never rule also holds for domains to which everybody else may relay; Exchange took their mail from these clients. */
export function tellNever(
  { never }: Rules,
  routes: readonly DraftRoute[],
  remarks: Remarks,
  where: Origin,
): void {
  const open = routes.filter(({ action: [kind] }) => kind === 'alwaysRelay').map(({ domain }) => domain);
  const [rule] = never;
  if (rule === undefined || open.length === 0) return;
  remarks.left({
    what: `mail for ${open.join(', ')} from the clients of ${rule.name}`,
    where,
    why: 'Exchange accepted it. A never rule also forbids these clients what is always relayed.',
    remedy: 'Replace the never rule by a grant with authenticated and from for the others.',
  });
}

/** Clients that Exchange did not serve at all, or not without signing in: they can send to our own domains here. */
export function tellServed(doors: readonly Door[], remarks: Remarks): void {
  const open = doors.filter(({ submission }) => !submission);
  const families = new Set(open.map(({ endpoint }) => endpoint.address.family));
  const submitted = open.reduce((sum, { reach }) => union(sum, reach.anonymousSubmit), NOBODY);
  const shut = ofFamilies(complement(submitted), families);
  const [first] = open;
  const connector = first?.connectors[0]?.connector;
  if (isEmpty(shut) || connector === undefined) return;
  remarks.left({
    what: `clients that could send nothing without signing in: ${listed(networksOf(shut))}`,
    where: connector.where,
    why: 'No connector takes their mail. Here every client can send to the domains of ours; none of them can relay.',
    remedy: 'Bind the listener to an address that they cannot reach, or keep them out with a firewall.',
  });
}

export function tellTls(connectors: readonly ReceiveConnector[], remarks: Remarks): void {
  for (const { name, where, requireTls, bindings, auth } of connectors) {
    if (requireTls && bindings.some(({ port }) => port !== 587 && port !== 465)) {
      remarks.left({
        what: `RequireTLS of ${name}`,
        where,
        why: 'A transfer listener offers TLS and does not insist on it.',
        remedy: 'Use for: submission where every client signs in.',
      });
    }
    if (auth.has('BasicAuth') && !auth.has('BasicAuthRequireTLS')) {
      remarks.left({
        what: `BasicAuth without TLS at ${name}`,
        where,
        why: 'Passwords crossed the network in clear text. Here clients sign in over TLS only.',
        remedy: 'For an old device on a private network see authWithoutTls.',
      });
    }
  }
}

export function tellOthers({ others, domains, send }: Organisation, remarks: Remarks): void {
  const [first] = others;
  if (first !== undefined) {
    remarks.left({
      what: others.length === 1 ? 'an object' : `${others.length} objects`,
      where: { file: first.file, line: first.line },
      why: 'They are neither receive connectors, rights on them, accepted domains nor send connectors, and were not used.',
    });
  }
  if (domains.length === 0) {
    remarks.left({
      what: 'accepted domains',
      where: { file: 'Get-AcceptedDomain' },
      why: 'They are not in the export. This configuration receives mail for no domain.',
      remedy: 'Name a file with the output of Get-AcceptedDomain, too.',
    });
  }
  if (send.length === 0) {
    remarks.note({
      what: 'send connectors',
      where: { file: 'Get-SendConnector' },
      why: 'They are not in the export. Mail for other domains goes by MX.',
      remedy: 'Name a file with the output of Get-SendConnector, too, if it goes to a smart host.',
    });
  }
}
