/** Makes routes, one domain at a time, and remembers what no route can say. */
import { parseDomain } from '../../mail/mod.ts';
import { isInternet } from '../danger.ts';
import type { DraftRoute } from '../draft.ts';
import { NOBODY, union } from '../networks.ts';
import type { AddressSet } from '../networks.ts';
import { formatOrigin } from '../types.ts';
import type { Origin, Remark } from '../types.ts';
import { acceptances } from './acceptance.ts';
import type { Acceptance } from './acceptance.ts';
import { rangesOf } from './clients.ts';
import type { Destination } from './destinations.ts';
import { NO_MAILBOX } from './mailboxSet.ts';
import type { MailboxSet } from './mailboxSet.ts';
import type { Service } from './masterCf.ts';
import type { Piece } from './pieces.ts';
import type { Setting, Settings } from './settings.ts';
import type { Entry, TableContext } from './tables.ts';
import { parseTransport } from './transports.ts';
import type { Transport } from './transports.ts';

export interface Routes {
  readonly routes: readonly DraftRoute[];
  readonly leftOut: readonly string[];
  /** What the routes hold. */
  readonly routed: MailboxSet;
  /** Recipients that Postfix refuses or throws away, whoever sends. */
  readonly refused: MailboxSet;
  /** Clients that Postfix keeps out of a domain that is always relayed. */
  readonly keptOut: AddressSet;
  /** The first LMTP server that some domain is delivered to. */
  readonly lmtp: Placed | undefined;
  /** The host that `*` sends everything else to. */
  readonly everythingElse: Placed | undefined;
}

export interface Placed {
  readonly text: string;
  readonly comment: string;
}

export interface RouteContext extends TableContext {
  readonly settings: Settings;
  readonly services: readonly Service[];
}

/** A transport, and where it is said. */
export interface Chosen {
  readonly transport: Transport;
  readonly where: Origin;
  readonly what: string;
}

export class RouteBuilder {
  readonly #routes: DraftRoute[] = [];
  readonly #leftOut: string[] = [];
  readonly #routed: { domains: Map<string, boolean>; below: Map<string, boolean> } = {
    domains: new Map(),
    below: new Map(),
  };
  #refused: MailboxSet = NO_MAILBOX;
  #keptOut: AddressSet = NOBODY;
  readonly #exceptions = new Map<string, readonly Destination[]>();
  #lmtp: Placed | undefined;
  #everythingElse: Placed | undefined;
  readonly #accepts: (destination: Destination) => Acceptance;
  readonly #context: RouteContext;

  constructor(pieces: readonly Piece[], context: RouteContext) {
    this.#accepts = acceptances(pieces);
    this.#context = context;
  }

  result(): Routes {
    for (const [exceptions, destinations] of this.#exceptions)
      this.#tell(exceptionRemark(exceptions, destinations));
    return {
      routes: this.#routes,
      leftOut: this.#leftOut,
      routed: { ...NO_MAILBOX, domains: this.#routed.domains, below: this.#routed.below },
      refused: this.#refused,
      keptOut: this.#keptOut,
      lmtp: this.#lmtp,
      everythingElse: this.#everythingElse,
    };
  }

  add(destination: Destination, chosen: Chosen, aliases: ReadonlyMap<string, Entry>): void {
    const { domain, where, setting } = destination;
    if (parseDomain(domain) === undefined) {
      this.#tell({ what: `${domain} in ${setting.name}`, where, why: 'It is no domain name.' });
      return;
    }
    const { transport } = chosen;
    switch (transport.kind) {
      case 'mailbox':
      case 'unchanged':
        this.#own(destination, aliases);
        return;
      case 'lmtp':
        this.#deliverTo(transport.to, chosen);
        this.#own(destination, aliases);
        return;
      case 'smtp':
        this.#forward(destination, transport, chosen);
        return;
      case 'domain':
        this.#relay(destination, chosen);
        return;
      case 'refused':
        this.#refuse(domain, destination.belowOnly, chosen);
        return;
      case 'other':
        this.#tell({
          what: chosen.what,
          where: chosen.where,
          why: `Postern has no such transport; mail for ${domain} is delivered to its own mailboxes.`,
        });
        this.#own(destination, aliases);
        return;
      default:
        transport satisfies never;
    }
  }

  /** A route that only those can use who may relay: Postern has none of that kind. */
  transportOnly(entry: Entry): void {
    const { key, value, where } = entry;
    const transport = parseTransport(value, this.#context.services);
    const chosen = { transport, where, what: `${key} ${value}` };
    if (transport.kind === 'unchanged') return;
    if (key.includes('@')) {
      this.#tell({ ...chosen, why: 'A route is for a domain, not for an address.' });
    } else if (transport.kind === 'refused') {
      this.#refuse(key.replace(/^\./, ''), key.startsWith('.'), chosen);
    } else if (key === '*' && transport.kind === 'smtp') {
      this.#everythingElse = { text: transport.host, comment: `${formatOrigin(where)} ${key} ${value}` };
      if (transport.mx) this.#tell(withoutBrackets(chosen));
    } else {
      this.#tell({
        ...chosen,
        why: 'The domain is none of ours, and Postfix sends mail there this way only for those who may relay. A forward route would take it from anybody, so it goes where routing.outbound says.',
      });
    }
  }

  /** Whether mail is taken for a domain there, or for those below. */
  get routes(): readonly DraftRoute[] {
    return this.#routes;
  }

  #tell(remark: Remark): void {
    const { what, where, why, remedy } = remark;
    this.#context.tell({ what, where, why, ...(remedy === undefined ? {} : { remedy }) });
  }

  #route(destination: Destination, action: DraftRoute['action'], comment: string): void {
    const { domain, belowOnly } = destination;
    this.#routes.push({ domain: belowOnly ? `*.${domain}` : domain, action, comment });
    (belowOnly ? this.#routed.below : this.#routed.domains).set(domain, true);
  }

  /** What Postfix takes of the mail for the domain; what it does not is told once for all domains that are alike. */
  #acceptance(destination: Destination): Acceptance {
    const acceptance = this.#accepts(destination);
    const { exceptions } = acceptance;
    if (exceptions !== undefined) {
      const alike = this.#exceptions.get(exceptions) ?? [];
      this.#exceptions.set(exceptions, [...alike, destination]);
    }
    return acceptance;
  }

  #own(destination: Destination, aliases: ReadonlyMap<string, Entry>): void {
    const { domain } = destination;
    const target =
      destination.class === 'alias' && !destination.belowOnly ? catchAll(domain, aliases) : undefined;
    if (target !== undefined && this.#routed.domains.has(target.domain)) {
      this.#route(destination, ['rewrite', target.domain], `${formatOrigin(target.where)} ${target.what}`);
      return;
    }
    this.#acceptance(destination);
    this.#route(destination, ['inbound', true], commentOf(destination));
  }

  #deliverTo(to: string, { where, what }: Chosen): void {
    const text = lmtpText(to, this.#context.settings);
    if (this.#lmtp === undefined) this.#lmtp = { text, comment: `${formatOrigin(where)} ${what}` };
    else if (this.#lmtp.text !== text)
      this.#tell({
        what,
        where,
        why: `Postern delivers all inbound domains to one place, which is ${this.#lmtp.text}.`,
      });
  }

  #forward(
    destination: Destination,
    { host, mx }: { readonly host: string; readonly mx: boolean },
    chosen: Chosen,
  ): void {
    const { refused } = this.#acceptance(destination);
    const comment = `${commentOf(destination)}, ${formatOrigin(chosen.where)} ${chosen.what}`;
    // Clients that Postfix keeps out by name are one thing, a domain that only some clients may send to another.
    if (rangesOf(refused).some(isInternet)) {
      this.#leave(destination, ['forward', host], comment);
      return;
    }
    if (mx) this.#tell(withoutBrackets(chosen));
    this.#route(destination, ['forward', host], comment);
  }

  #relay(destination: Destination, chosen: Chosen): void {
    const { refused } = this.#acceptance(destination);
    const comment = `${commentOf(destination)}, ${formatOrigin(chosen.where)} ${chosen.what}`;
    if (rangesOf(refused).some(isInternet)) {
      this.#leave(destination, ['alwaysRelay', true], comment);
      return;
    }
    // A never rule keeps them out of such a route.
    this.#keptOut = union(this.#keptOut, refused);
    this.#route(destination, ['alwaysRelay', true], comment);
  }

  #leave(
    destination: Destination,
    action: readonly ['forward', string] | readonly ['alwaysRelay', true],
    comment: string,
  ): void {
    const name = `${destination.belowOnly ? '*.' : ''}${destination.domain}`;
    const route = `- { domain: ${JSON.stringify(name)}, ${action[0]}: ${JSON.stringify(action[1])} }`;
    this.#leftOut.push(
      `Left out, since Postfix does not take mail for it from everybody: ${comment}`,
      `  ${route}`,
    );
    this.#tell({
      what: `${name} in ${destination.setting.name}`,
      where: destination.where,
      why: 'Postfix takes mail for it only from some clients. Such a route of Postern is open to everybody, so it is left out; those who may relay can still send there, by routing.outbound.',
      remedy: 'It stands as a comment in routing.domains.',
    });
  }

  #refuse(domain: string, belowOnly: boolean, { where, what }: Chosen): void {
    this.#tell({
      what,
      where,
      why: 'Postfix refuses this mail or throws it away, whoever sends it. Postern has no such route, so grants that would relay it are left out.',
    });
    if (domain === '*') this.#refused = { ...this.#refused, others: true };
    else if (belowOnly)
      this.#refused = { ...this.#refused, below: new Map([...this.#refused.below, [domain, true]]) };
    else this.#refused = { ...this.#refused, domains: new Map([...this.#refused.domains, [domain, true]]) };
  }
}

function exceptionRemark(exceptions: string, destinations: readonly Destination[]): Remark {
  const domains = destinations.map(({ domain, belowOnly }) => (belowOnly ? `*.${domain}` : domain));
  const names =
    domains.length > 6
      ? `${domains.slice(0, 6).join(', ')} and ${domains.length - 6} more`
      : domains.join(', ');
  return {
    what: `mail for ${names}`,
    where: destinations[0]?.where ?? { file: 'main.cf' },
    why: `Postfix refuses some of it: ${exceptions}. Postern takes mail for the domains it has routes for from everybody and from every sender; that is no relaying.`,
  };
}

function withoutBrackets({ what, where }: Chosen): Remark {
  return {
    what,
    where,
    why: 'Without brackets Postfix looks up the MX records of the host; Postern connects to the host itself.',
  };
}

function commentOf({ setting, where, domain }: Destination): string {
  const from: Setting = { ...setting, where };
  return from.isDefault
    ? `${setting.name}, Postfix's default, has ${domain}`
    : `${formatOrigin(where)} ${setting.name}`;
}

/** `@old.example @new.example` makes of every address at the one the same at the other. */
function catchAll(
  domain: string,
  aliases: ReadonlyMap<string, Entry>,
): { domain: string; where: Origin; what: string } | undefined {
  const entry = aliases.get(`@${domain}`);
  const target = /^@([^\s,]+)$/.exec(entry?.value ?? '')?.[1]?.toLowerCase();
  if (entry === undefined || target === undefined || parseDomain(target) === undefined) return undefined;
  return { domain: target, where: entry.where, what: `${entry.key} ${entry.value}` };
}

/** `unix:private/dovecot-lmtp` is below the queue directory. */
function lmtpText(to: string, settings: Settings): string {
  const path = /^unix:(.*)$/.exec(to)?.[1];
  if (path === undefined) return to;
  return path.startsWith('/') ? to : `unix:${settings.get('queue_directory').text}/${path}`;
}
