/** A resolver of our own: MX, addresses, names and texts, with every kind of "no answer" told apart. */
export * from './types.ts';
export type { DnsEvents } from './events.ts';
export { createResolver } from './resolver.ts';
export type { ResolverOptions } from './resolver.ts';
export { reversedAddress, reverseName } from './reverse.ts';
export { parseNameServer, systemNameServers } from './server.ts';
export type { NameServer } from './server.ts';
