/** The domains for which Postfix takes mail from anybody, by the lists that name them. */
import type { Files } from './files.ts';
import { NO_MAILBOX, either } from './mailboxSet.ts';
import type { MailboxSet } from './mailboxSet.ts';
import { readDomains } from './matchLists.ts';
import type { DomainOptions, Domains, NamedDomain } from './matchLists.ts';
import type { Setting, Settings } from './settings.ts';
import type { TableContext } from './tables.ts';

export type DestinationClass = 'local' | 'alias' | 'mailbox' | 'relay';

export interface Destination extends NamedDomain {
  readonly class: DestinationClass;
  readonly setting: Setting;
}

export interface Destinations {
  readonly recipients: MailboxSet;
  /** Each domain once, of the first class in Postfix's order that names it. */
  readonly named: readonly Destination[];
}

/** In the order in which trivial-rewrite(8) asks. */
const LISTS = [
  ['local', 'mydestination'],
  ['alias', 'virtual_alias_domains'],
  ['mailbox', 'virtual_mailbox_domains'],
  ['relay', 'relay_domains'],
] as const;

export function readDestinations(
  settings: Settings,
  context: TableContext & { readonly files: Files },
): Destinations {
  let recipients = NO_MAILBOX;
  const named = new Map<string, Destination>();
  for (const [kind, name] of LISTS) {
    const setting = settings.get(name);
    const domains: Domains = readDomains(setting, { style: styleOf(name, settings) }, context);
    recipients = either(recipients, domains.recipients);
    for (const domain of domains.named.flatMap(apart)) {
      const key = `${domain.belowOnly ? '.' : ''}${domain.domain}`;
      if (!named.has(key)) named.set(key, { ...domain, class: kind, setting });
    }
  }
  return { recipients, named: [...named.values()] };
}

/** A domain and those below it are two entries of a routing table. */
function apart(domain: NamedDomain): readonly NamedDomain[] {
  if (!domain.below || domain.belowOnly) return [domain];
  return [
    { ...domain, below: false },
    { ...domain, belowOnly: true },
  ];
}

/** Only relay_domains can hold more than the names in it. */
function styleOf(name: string, settings: Settings): DomainOptions['style'] {
  if (name !== 'relay_domains') return 'exact';
  return hasParents('relay_domains', settings) ? 'parents' : 'dotted';
}

/** Whether a name in the list of that kind also stands for every domain below it. */
export function hasParents(kind: 'relay_domains' | 'smtpd_access_maps', settings: Settings): boolean {
  return settings.list('parent_domain_matches_subdomains').includes(kind);
}
