/** The name servers that are asked. */
import { getServers } from 'node:dns';
import { parseIp } from '../std/mod.ts';

export interface NameServer {
  readonly family: 4 | 6;
  /** An IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

const DNS_PORT = 53;

/** Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`; undefined when it is none of these. */
export function parseNameServer(text: string): NameServer | undefined {
  const parts = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>[\d.]+))(?::(?<port>\d{1,5}))?$/.exec(text)?.groups;
  const host = parts?.['v6'] ?? parts?.['v4'] ?? text;
  const port = Number(parts?.['port'] ?? DNS_PORT);
  const address = parseIp(host);
  if (address === undefined || port < 1 || port > 65_535) return undefined;
  // The text as given: it may carry the zone of a link-local address.
  return { family: address.family, host: address.family === 4 ? address.text : host, port };
}

/** The machine's own, from /etc/resolv.conf; this host when none are set (resolv.conf(5)). */
export function systemNameServers(): readonly string[] {
  const servers = getServers();
  return servers.length === 0 ? ['127.0.0.1'] : servers;
}
