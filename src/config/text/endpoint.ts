/** Addresses to listen at, and hosts to connect to. */
import { parseDomain } from '../../mail/mod.ts';
import { formatHost, parseIp } from '../../std/mod.ts';
import type { Host, IpAddress } from '../../std/mod.ts';
import { quoted, textProblem } from './problem.ts';
import type { TextProblem } from './problem.ts';

/** An address and port of ours. */
export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

interface Split {
  readonly host: string;
  readonly port: string | undefined;
}

/** `192.0.2.1:25`, `[2001:db8::1]:25`; `0.0.0.0` and `[::]` stand for every address of ours. */
export function parseBind(text: string): Endpoint | TextProblem {
  const { host, port } = split(text);
  const address = parseIp(host);
  if (address === undefined || host.includes('%')) return explainBind(text, host, port);
  if (port === undefined) return textProblem(`${quoted(text)} has no port`, `Write "${hostText(host)}:25".`);
  const number = parsePort(text, port);
  return typeof number === 'number' ? { address, port: number } : number;
}

/** How an endpoint is written; an IPv6 address in brackets. */
export function formatEndpoint(endpoint: Endpoint): string {
  return formatHost({ host: endpoint.address.text, port: endpoint.port });
}

function explainBind(text: string, host: string, port = '25'): TextProblem {
  if (host === '' || host === '*') {
    const both = `"0.0.0.0:${port}" for IPv4 and "[::]:${port}" for IPv6`;
    return textProblem(`${quoted(text)} has no address`, `Write ${both}.`);
  }
  if (host === 'localhost') {
    return textProblem(
      `${quoted(text)} has a name`,
      `Write "127.0.0.1:${port}", and "[::1]:${port}" for IPv6.`,
    );
  }
  if (/^\d{1,5}$/.test(text)) {
    return textProblem(`${quoted(text)} has no address`, `Write "127.0.0.1:${text}" or "0.0.0.0:${text}".`);
  }
  return textProblem(
    `${quoted(text)} is not an address and port to listen at`,
    'Write "192.0.2.1:25" or "[2001:db8::1]:25"; names are not looked up for this.',
  );
}

export interface HostOptions {
  /** Taken when none is written; without it a port is required. */
  readonly port?: number;
  /** The port to show in examples; 25 when absent. */
  readonly usual?: number;
  /** Only an address, no name. */
  readonly addressOnly?: boolean;
}

/** `mail.example:25`, `192.0.2.1:25`, `[2001:db8::1]:25`. */
export function parseHost(text: string, options: HostOptions = {}): Host | TextProblem {
  const { host, port } = split(text);
  const address = parseIp(host);
  const name = address === undefined && options.addressOnly !== true ? parseDomain(host) : undefined;
  const canonical = address?.text ?? name;
  if (canonical === undefined || host.includes('%')) return explainHost(text, options);
  if (port === undefined) {
    if (options.port !== undefined) return { host: canonical, port: options.port };
    return textProblem(`${quoted(text)} has no port`, `Write "${hostText(host)}:${options.usual ?? 25}".`);
  }
  const number = parsePort(text, port);
  return typeof number === 'number' ? { host: canonical, port: number } : number;
}

function explainHost(text: string, options: HostOptions): TextProblem {
  const bracketed = /^\[([^\]:]+)\](:\d+)?$/.exec(text);
  if (bracketed !== null && options.addressOnly !== true) {
    return textProblem(
      `${quoted(text)} has brackets`,
      `Write "${bracketed[1] ?? ''}${bracketed[2] ?? ':25'}"; a named host is never looked up as MX here.`,
    );
  }
  const example =
    options.addressOnly === true ? '"192.0.2.53:53"' : '"mail.example:25" or "[2001:db8::1]:25"';
  const what = options.addressOnly === true ? 'an address and port' : 'a host and port';
  return textProblem(`${quoted(text)} is not ${what}`, `Write ${example}.`);
}

/** Splits at the last colon; an IPv6 address without brackets is taken whole, since its end cannot be told. */
function split(text: string): Split {
  const bracketed = /^\[([^\][]*)\](?::(.*))?$/s.exec(text);
  if (bracketed !== null && (bracketed[1] ?? '').includes(':')) {
    return { host: bracketed[1] ?? '', port: bracketed[2] };
  }
  const colon = text.lastIndexOf(':');
  if (colon === -1 || text.indexOf(':') !== colon) return { host: text, port: undefined };
  return { host: text.slice(0, colon), port: text.slice(colon + 1) };
}

function parsePort(text: string, port: string): number | TextProblem {
  if (/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535) return Number(port);
  return textProblem(`${quoted(text)} has no valid port`, 'A port is a number from 1 to 65535.');
}

function hostText(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
