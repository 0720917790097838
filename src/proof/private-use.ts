/** Top-level domains below which nobody registers domains, so that no stranger has one there. */

/** Reserved or customary for private use: RFC 2606, RFC 6761, RFC 6762 appendix G, RFC 8375, ICANN's `internal`. */
const PRIVATE_USE: ReadonlySet<string> = new Set(
  'test example invalid localhost local internal intranet private corp home lan alt onion arpa'.split(' '),
);

export function isPrivateUse(topLevelDomain: string): boolean {
  return PRIVATE_USE.has(topLevelDomain);
}
