/** Which server is meant, and whether it may be audited: one's own, or one that somebody says is. */
import { isInside, isLoopback, parseIp } from '../std/mod.ts';
import { whyUnknown } from './reason.ts';

export interface Target {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

const NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})$/;

/** Reads `HOST`, `HOST:PORT`, `192.0.2.1:25`, `[2001:db8::1]:25`; undefined when it is none of these. The port is 25 when there is none. */
export function parseTarget(text: string): Target | undefined {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text);
  if (bracketed !== null) {
    const ip = parseIp(bracketed[1] ?? '');
    return ip === undefined ? undefined : withPort(ip.text, bracketed[2]);
  }
  const bare = parseIp(text);
  if (bare !== undefined) return { host: bare.text, port: 25 };
  const match = /^([^:]+)(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1];
  if (host === undefined) return undefined;
  const ip = parseIp(host);
  // What looks like an IPv4 address and is none would be read as another one by the system.
  if (ip === undefined && (!NAME.test(host) || /^[\d.]+$/.test(host) || /^0x/i.test(host))) return undefined;
  return withPort(ip?.text ?? host, match?.[2]);
}

function withPort(host: string, digits: string | undefined): Target | undefined {
  const port = digits === undefined ? 25 : Number(digits);
  return port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

/** The addresses of a name, from the system; passed in. */
export type LookUp = (host: string) => Promise<readonly string[]>;

export interface Located {
  /** All its addresses, as text; the first that fits is audited. */
  readonly addresses: readonly string[];
  /** Those that outsiders can reach, so that it may be somebody else's. */
  readonly elsewhere: readonly string[];
  /** Nothing but this machine. */
  readonly loopback: boolean;
}

/** Where the target is; the text of the error when its name is not known. */
export async function locate(
  { host }: Target,
  lookUp: LookUp,
): Promise<Located | { readonly problem: string }> {
  const ip = parseIp(host);
  let texts: readonly string[];
  try {
    texts = ip === undefined ? await lookUp(host) : [ip.text];
  } catch (error) {
    return { problem: whyUnknown(error, host) };
  }
  const addresses = texts.flatMap((text) => parseIp(text) ?? []);
  if (addresses.length === 0) return { problem: `${host} has no address` };
  const elsewhere = addresses.filter((address) => !isInside(address));
  return {
    addresses: addresses.map(({ text }) => text),
    elsewhere: elsewhere.map(({ text }) => text),
    loopback: addresses.every(isLoopback),
  };
}
