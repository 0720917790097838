/** The objects of an Exchange organisation that say who may relay: receive connectors, rights on them, domains, send connectors. */
import { parseBind, isTextProblem, formatEndpoint } from '../../config/mod.ts';
import type { ConfigProblem, Endpoint, TextProblem } from '../../config/mod.ts';
import { foldAscii, parseDomain } from '../../mail/mod.ts';
import type { IpRange } from '../../std/mod.ts';
import type { Origin } from '../types.ts';
import { isRange, parseRemoteRange } from './range.ts';
import { hasField, textOf, textsOf } from './records.ts';
import type { ExchangeRecord } from './records.ts';

export interface ReceiveConnector {
  readonly name: string;
  readonly where: Origin;
  readonly enabled: boolean;
  readonly server: string | undefined;
  readonly role: 'frontend' | 'hub' | undefined;
  readonly bindings: readonly Endpoint[];
  readonly ranges: readonly IpRange[];
  readonly groups: ReadonlySet<PermissionGroup>;
  readonly auth: ReadonlySet<AuthMechanism>;
  readonly requireTls: boolean;
  readonly fqdn: string | undefined;
  /** Octets. */
  readonly maxMessageSize: number | undefined;
}

/** A right on a receive connector, from Get-ADPermission. */
export interface Right {
  readonly where: Origin;
  /** The connector's name. */
  readonly connector: string;
  readonly user: string;
  readonly anyRecipient: boolean;
  readonly deny: boolean;
}

export interface AcceptedDomain {
  readonly where: Origin;
  /** As written, `*.contoso.example` or `*` too. */
  readonly domain: string;
  readonly type: 'authoritative' | 'internalRelay' | 'externalRelay';
  /** MatchSubDomains */
  readonly below: boolean;
}

export interface SendConnector {
  readonly name: string;
  readonly where: Origin;
  readonly enabled: boolean;
  /** Domain patterns, lower case, without `SMTP:` and cost. */
  readonly spaces: readonly string[];
  readonly smartHosts: readonly string[];
  readonly port: number;
  readonly signsIn: boolean;
}

export interface Organisation {
  readonly receive: readonly ReceiveConnector[];
  /** Undefined: the export has no rights at all. */
  readonly rights: readonly Right[] | undefined;
  readonly domains: readonly AcceptedDomain[];
  readonly send: readonly SendConnector[];
  /** Objects of other kinds. */
  readonly others: readonly ExchangeRecord[];
}

/** Names of the enumerations with their numbers, which ConvertTo-Json writes in the shell of the server itself. */
const GROUPS = [
  ['AnonymousUsers', 1],
  ['ExchangeUsers', 2],
  ['ExchangeServers', 4],
  ['ExchangeLegacyServers', 8],
  ['Partners', 16],
  ['Custom', 32],
] as const;
export type PermissionGroup = (typeof GROUPS)[number][0];

const MECHANISMS = [
  ['Tls', 1],
  ['Integrated', 2],
  ['BasicAuth', 4],
  ['BasicAuthRequireTLS', 8],
  ['ExchangeServer', 16],
  ['ExternalAuthoritative', 32],
] as const;
export type AuthMechanism = (typeof MECHANISMS)[number][0];

const DOMAIN_TYPES = new Map<string, AcceptedDomain['type']>([
  ['authoritative', 'authoritative'],
  ['0', 'authoritative'],
  ['externalrelay', 'externalRelay'],
  ['1', 'externalRelay'],
  ['internalrelay', 'internalRelay'],
  ['2', 'internalRelay'],
]);

const ROLES = new Map<string, ReceiveConnector['role']>([
  ['frontendtransport', 'frontend'],
  ['16384', 'frontend'],
  ['hubtransport', 'hub'],
  ['32', 'hub'],
]);

/** Sorts objects by what they are; every value that cannot be read is a problem. */
export function readOrganisation(
  records: readonly ExchangeRecord[],
): Organisation | { readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] } {
  const problems: ConfigProblem[] = [];
  const receive: ReceiveConnector[] = [];
  const rights: Right[] = [];
  const domains: AcceptedDomain[] = [];
  const send: SendConnector[] = [];
  const others: ExchangeRecord[] = [];
  let hasRights = false;
  for (const record of records) {
    if (hasField(record, 'RemoteIPRanges')) receive.push(receiveOf(record, problems));
    else if (hasField(record, 'ExtendedRights')) {
      hasRights = true;
      rights.push(rightOf(record));
    } else if (hasField(record, 'DomainType')) domains.push(...domainOf(record, problems));
    else if (hasField(record, 'AddressSpaces')) send.push(sendOf(record));
    else others.push(record);
  }
  const [first, ...rest] = problems;
  if (first !== undefined) return { problems: [first, ...rest] };
  return { receive, rights: hasRights ? rights : undefined, domains, send, others };
}

function originOf({ file, line }: ExchangeRecord): Origin {
  return { file, line };
}

function complain(record: ExchangeRecord, problems: ConfigProblem[], { problem, remedy }: TextProblem): void {
  const place = { file: record.file, line: record.line, column: 1 };
  problems.push(remedy === undefined ? { place, message: problem } : { place, message: problem, remedy });
}

/** `Default Frontend EX1`, of `EX1\Default Frontend EX1` as well. */
function nameOf(record: ExchangeRecord): string {
  const name = textOf(record, 'Name') ?? textOf(record, 'Identity') ?? `line ${record.line}`;
  return lastPart(name);
}

function lastPart(identity: string): string {
  return identity.slice(Math.max(identity.lastIndexOf('\\'), identity.lastIndexOf('/')) + 1).trim();
}

/** Texts of a list, whether it came as one or with blanks, commas or semicolons. */
function words(record: ExchangeRecord, name: string): readonly string[] {
  return textsOf(record, name)
    .flatMap((text) => text.replace(/\s*-\s*/g, '-').split(/[\s,;]+/))
    .filter((word) => word !== '');
}

function receiveOf(record: ExchangeRecord, problems: ConfigProblem[]): ReceiveConnector {
  const name = nameOf(record);
  return {
    name,
    where: originOf(record),
    enabled: isTrue(textOf(record, 'Enabled') ?? 'true'),
    server: textOf(record, 'Server') ?? serverOf(textOf(record, 'Identity')),
    role: ROLES.get(foldAscii(textOf(record, 'TransportRole') ?? '')),
    bindings: bindingsOf(record, name, problems),
    ranges: rangesOf(record, name, problems),
    groups: flagsOf(record, 'PermissionGroups', GROUPS, problems),
    auth: flagsOf(record, 'AuthMechanism', MECHANISMS, problems),
    requireTls: isTrue(textOf(record, 'RequireTLS') ?? 'false'),
    fqdn: parseDomain(textOf(record, 'Fqdn') ?? ''),
    maxMessageSize: octetsOf(textOf(record, 'MaxMessageSize')),
  };
}

function serverOf(identity: string | undefined): string | undefined {
  return identity?.includes('\\') === true ? identity.slice(0, identity.lastIndexOf('\\')) : undefined;
}

function isTrue(text: string): boolean {
  return /^(?:true|\$true|1|yes)$/i.test(text.trim());
}

function rangesOf(record: ExchangeRecord, name: string, problems: ConfigProblem[]): readonly IpRange[] {
  return words(record, 'RemoteIPRanges').flatMap((text) => {
    const range = parseRemoteRange(text);
    if (isRange(range)) return [range];
    complain(record, problems, { ...range, problem: `RemoteIPRanges of ${name}: ${range.problem}` });
    return [];
  });
}

function bindingsOf(record: ExchangeRecord, name: string, problems: ConfigProblem[]): readonly Endpoint[] {
  const endpoints = words(record, 'Bindings').flatMap((text) => {
    // `:::25` is how the shell shows `[::]:25`.
    const bind = parseBind(text.replace(/^(?!\[)(.*:.*):(\d+)$/, '[$1]:$2'));
    if (!isTextProblem(bind)) return [bind];
    complain(record, problems, { ...bind, problem: `Bindings of ${name}: ${bind.problem}` });
    return [];
  });
  const seen = new Set<string>();
  return endpoints.filter((endpoint) => {
    const text = formatEndpoint(endpoint);
    return !seen.has(text) && seen.add(text);
  });
}

/** Words of an enumeration, or the number that stands for them. */
function flagsOf<Word extends string>(
  record: ExchangeRecord,
  field: string,
  known: readonly (readonly [Word, number])[],
  problems: ConfigProblem[],
): ReadonlySet<Word> {
  const found = new Set<Word>();
  for (const word of words(record, field)) {
    if (/^\d{1,9}$/.test(word)) {
      for (const [name, bit] of known) if ((Number(word) & bit) !== 0) found.add(name);
    } else if (foldAscii(word) !== 'none') {
      const name = known.find(([one]) => foldAscii(one) === foldAscii(word))?.[0];
      if (name === undefined) {
        const remedy = `It is one of ${known.map(([one]) => one).join(', ')}.`;
        complain(record, problems, {
          problem: `${field} has the unknown word ${JSON.stringify(word)}`,
          remedy,
        });
      } else found.add(name);
    }
  }
  return found;
}

/** `36 MB (37,748,736 bytes)`; undefined: unlimited, or not said. */
function octetsOf(text: string | undefined): number | undefined {
  const digits = /\(([\d.,\s]+)\s*[Bb]yte/.exec(text ?? '')?.[1] ?? /^(\d+)$/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits.replace(/\D/g, ''));
}

function rightOf(record: ExchangeRecord): Right {
  const names = textsOf(record, 'ExtendedRights').join(' ');
  return {
    where: originOf(record),
    connector: lastPart(textOf(record, 'Identity') ?? ''),
    user: textOf(record, 'User') ?? '',
    anyRecipient: /ms-exch-smtp-accept-any-recipient/i.test(names),
    deny: isTrue(textOf(record, 'Deny') ?? 'false'),
  };
}

function domainOf(record: ExchangeRecord, problems: ConfigProblem[]): readonly AcceptedDomain[] {
  const domain = foldAscii(textOf(record, 'DomainName') ?? textOf(record, 'Name') ?? '');
  const type = DOMAIN_TYPES.get(foldAscii(textOf(record, 'DomainType') ?? ''));
  if (type === undefined) {
    const problem = `DomainType of ${domain} is ${JSON.stringify(textOf(record, 'DomainType') ?? '')}`;
    complain(record, problems, { problem, remedy: 'It is Authoritative, InternalRelay or ExternalRelay.' });
    return [];
  }
  if (domain !== '*' && parseDomain(domain.replace(/^\*\./, '')) === undefined) {
    complain(record, problems, { problem: `DomainName ${JSON.stringify(domain)} is not a domain` });
    return [];
  }
  return [
    { where: originOf(record), domain, type, below: isTrue(textOf(record, 'MatchSubDomains') ?? 'false') },
  ];
}

function sendOf(record: ExchangeRecord): SendConnector {
  const spaces = textsOf(record, 'AddressSpaces').flatMap((text) =>
    [
      ...text.matchAll(/(?:^|[\s,;])(?:smtp:)?(\*|(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+|--)(?=[\s,;]|$)/gi),
    ].map(([, space = '']) => foldAscii(space)),
  );
  return {
    name: nameOf(record),
    where: originOf(record),
    enabled: isTrue(textOf(record, 'Enabled') ?? 'true'),
    spaces,
    smartHosts: words(record, 'SmartHosts').map((host) => host.replace(/^\[(.*)\]$/, '$1')),
    port: Number(textOf(record, 'Port') ?? '25') || 25,
    signsIn: !/^(?:none|0)?$/i.test(textOf(record, 'SmartHostAuthMechanism') ?? ''),
  };
}
