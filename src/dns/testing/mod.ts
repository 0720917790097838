/** For tests of whatever asks a resolver: a name server of their own. */
export { startDnsServer } from './server.ts';
export type { Behaviour, DnsServer, SeenQuery, ZoneRecord } from './server.ts';
