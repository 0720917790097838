/** Short ways to write policies and facts in tests. A text that does not parse is a mistake in the test and throws. */
import { parseDomain, parseLiteral, parseMailbox } from '../../mail/mod.ts';
import type { Domain, DomainLiteral, Mailbox } from '../../mail/mod.ts';
import { parseCidr, parseIp } from '../../std/mod.ts';
import type { IpAddress, IpRange } from '../../std/mod.ts';
import type { Facts, Place, PolicySource, RouteAction, RouteSource } from '../mod.ts';

export function domain(text: string): Domain {
  return parsed(parseDomain(text), text);
}

export function literal(text: string): DomainLiteral {
  return parsed(parseLiteral(text), text);
}

export function mailbox(text: string): Mailbox {
  const value = parseMailbox(text);
  return parsed('error' in value ? undefined : value, text);
}

export function ip(text: string): IpAddress {
  return parsed(parseIp(text), text);
}

export function ranges(first: string, ...others: string[]): [IpRange, ...IpRange[]] {
  return [range(first), ...others.map(range)];
}

export function range(text: string): IpRange {
  return parsed(parseCidr(text), text);
}

export function place(line = 1): Place {
  return { file: 'postern.yaml', line, column: 5 };
}

/** `x.test` or `*.x.test` with `inbound`, `alwaysRelay`, `forward HOST`, `rewrite DOMAIN`. */
export function route(pattern: string, action: string, line = 1): RouteSource {
  const subdomains = pattern.startsWith('*.');
  const name = domain(subdomains ? pattern.slice(2) : pattern);
  return { domain: name, subdomains, action: routeAction(action), place: place(line) };
}

function routeAction(text: string): RouteAction {
  const [kind = '', argument = ''] = text.split(' ');
  switch (kind) {
    case 'inbound':
    case 'alwaysRelay':
      return { kind };
    case 'forward':
      return { kind, to: { host: argument, port: 25 } };
    case 'rewrite':
      return { kind, to: domain(argument) };
    default:
      throw new Error(`not an action: ${text}`);
  }
}

/** A policy without rules, where not said otherwise. */
export function policySource(parts: Partial<PolicySource> = {}): PolicySource {
  const nothing = {
    routes: [],
    never: [],
    allow: [],
    literals: [],
    postmasterDomain: domain('inbound.test'),
  };
  return { reroute: true, ...nothing, ...parts };
}

/** A stranger who writes to a domain of somebody else, where not said otherwise. */
export function factsOf(parts: Partial<Facts> = {}): Facts {
  return {
    client: ip('203.0.113.9'),
    localAddress: ip('192.0.2.1'),
    listener: 'internet',
    account: undefined,
    sender: mailbox('probe@outside.test'),
    recipient: mailbox('victim@outside.test'),
    mailbox: 'notAsked',
    at: 0,
    ...parts,
  };
}

function parsed<T>(value: T | undefined, text: string): T {
  if (value === undefined) throw new Error(`not well formed: ${text}`);
  return value;
}
