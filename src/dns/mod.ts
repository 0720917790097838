/** A resolver of our own: MX and address records, with every kind of "no answer" told apart. */
export * from './types.ts';
export { createResolver } from './resolver.ts';
export type { ResolverOptions } from './resolver.ts';
export { parseNameServer, systemNameServers } from './server.ts';
export type { NameServer } from './server.ts';
