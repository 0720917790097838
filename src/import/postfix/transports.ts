/** Where Postfix sends mail: `transport:nexthop` and hosts, as transport(5) writes them. */
import { parseHost } from '../../config/mod.ts';
import { isTextProblem } from '../../config/mod.ts';
import { formatHost } from '../../std/mod.ts';
import type { Service } from './masterCf.ts';

export type Transport =
  /** To that host. `mx`: written without brackets, so Postfix looks up its MX records. */
  | { readonly kind: 'smtp'; readonly host: string; readonly mx: boolean }
  /** By the MX records of the domain. */
  | { readonly kind: 'domain' }
  | { readonly kind: 'lmtp'; readonly to: string }
  /** Into mailboxes of that machine. */
  | { readonly kind: 'mailbox' }
  /** Nothing is said. */
  | { readonly kind: 'unchanged' }
  /** Refused, or taken and thrown away. */
  | { readonly kind: 'refused' }
  /** A program, or something else that Postern has no word for. */
  | { readonly kind: 'other'; readonly name: string };

const PORTS: ReadonlyMap<string, number> = new Map([
  ['smtp', 25],
  ['submission', 587],
  ['submissions', 465],
  ['smtps', 465],
  ['urd', 465],
  ['lmtp', 24],
]);

/** The number of a port that is written as a number or a name of /etc/services; undefined when it is neither. */
export function portOf(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return PORTS.get(text.toLowerCase());
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : undefined;
}

export interface NextHop {
  /** `mail.example:25`, as Postern writes it. */
  readonly host: string;
  /** Without brackets. */
  readonly mx: boolean;
}

/** `[mail.example]:587`, `mail.example`, `[192.0.2.1]`, `[ipv6:2001:db8::1]`; undefined when it is no host. */
export function parseNextHop(text: string, usualPort = 25): NextHop | undefined {
  const bracketed = /^\[(?:ipv6:)?([^\]]+)\](?::(\w+))?$/i.exec(text);
  const plain = /^([^:[\]]+)(?::(\w+))?$/.exec(text);
  const [, name = '', port] = bracketed ?? plain ?? [];
  const number = port === undefined ? usualPort : portOf(port);
  if (name === '' || number === undefined) return undefined;
  const host = parseHost(formatHost({ host: name, port: number }));
  return isTextProblem(host) ? undefined : { host: formatHost(host), mx: bracketed === null };
}

/** `services`: those of master.cf, which name transports. */
export function parseTransport(text: string, services: readonly Service[]): Transport {
  const colon = text.indexOf(':');
  const name = colon === -1 ? text : text.slice(0, colon);
  const nextHop = colon === -1 ? '' : text.slice(colon + 1).trim();
  if (text === '' || text === ':') return { kind: 'unchanged' };
  switch (commandOf(name, services)) {
    case 'smtp':
      return smtpTransport(nextHop, text);
    case 'lmtp':
      return lmtpTransport(nextHop, text);
    case 'local':
    case 'virtual':
      return { kind: 'mailbox' };
    case 'error':
    case 'retry':
    case 'discard':
      return { kind: 'refused' };
    default:
      return { kind: 'other', name: text };
  }
}

/** The program of a transport; those that every Postfix has are known without master.cf. */
function commandOf(name: string, services: readonly Service[]): string {
  if (name === '') return 'smtp';
  const service = services.find((each) => each.name === name && each.type === 'unix');
  if (service !== undefined) return service.command;
  return name === 'relay' ? 'smtp' : name;
}

function smtpTransport(nextHop: string, text: string): Transport {
  if (nextHop === '') return { kind: 'domain' };
  const host = parseNextHop(nextHop);
  return host === undefined ? { kind: 'other', name: text } : { kind: 'smtp', ...host };
}

/** `unix:private/dovecot-lmtp` (below the queue directory), `inet:127.0.0.1:24`. */
function lmtpTransport(nextHop: string, text: string): Transport {
  if (nextHop.startsWith('unix:')) return { kind: 'lmtp', to: nextHop };
  const host = parseNextHop(nextHop.replace(/^inet:/, ''), 24);
  return host === undefined ? { kind: 'other', name: text } : { kind: 'lmtp', to: host.host };
}
