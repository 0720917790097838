/** Which counters a recipient counts on. Pure. */
import { foldAscii } from '../mail/mod.ts';
import type { Facts, GrantSource, Limit } from '../policy/mod.ts';
import { ipv6, type IpAddress } from '../std/mod.ts';

/**
 * A counter and the limit it is held to. A counter is known by the name of its grant, whose it is, and the time it counts over.
 * So a reload that changes the number or the burst of a limit keeps what was used, while a grant under a new name, or a limit
 * over another time or counted for others, begins with an empty counter.
 */
export interface Counting {
  readonly grant: string;
  /** The account or client address; empty when all of the grant are counted together. */
  readonly whose: string;
  readonly limit: Limit;
}

/** One counter for each limit of the grant; plain values that can be sent to another process. */
export function countingsOf(
  { name, limits }: Pick<GrantSource, 'name' | 'limits'>,
  facts: Pick<Facts, 'account' | 'client'>,
): readonly Counting[] {
  return (limits ?? []).map((limit) => ({ grant: name, whose: WHOSE[limit.per](facts), limit }));
}

const WHOSE: Record<Limit['per'], (facts: Pick<Facts, 'account' | 'client'>) => string> = {
  grant: () => '',
  // A limit per account stands only on grants that ask for one.
  account: ({ account }) => foldAscii(account ?? ''),
  client: ({ client }) => clientNetwork(client),
};

/** An IPv6 host has a whole /64 to take addresses from (RFC 4291 2.5.4), so that is counted. */
export function clientNetwork(client: IpAddress): string {
  return client.family === 4 ? client.text : `${ipv6((client.value >> 64n) << 64n).text}/64`;
}

/** Names of grants have no blanks, so the parts cannot run into each other. */
export function counterKey({ grant, whose, limit }: Counting): string {
  return `${grant} ${limit.per} ${limit.periodMs} ${whose}`;
}
