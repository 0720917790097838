/** Sender and recipient patterns of grants that can never occur, or are weaker than they look. */
import { postmasterAt } from '../../mail/mod.ts';
import type { Domain } from '../../mail/mod.ts';
import { compilePolicy, formatRange, locate } from '../../policy/mod.ts';
import type { AddressPattern, GrantSource, Policy } from '../../policy/mod.ts';
import { policySource } from '../../config/mod.ts';
import { isInsideRange } from '../../std/mod.ts';
import type { Draft, Scene } from '../types.ts';
import { most } from '../words.ts';

/** Recipients for whom no grant is ever asked: their route decides, or they are rewritten before. */
export function* recipientsWithoutEffect({ config, proof }: Scene): Generator<Draft> {
  const policy = compilePolicy(policySource(config));
  for (const { source, reached } of proof.reach) {
    // Of a grant that is not asked at all there is another finding.
    if (!reached) continue;
    const idle = domainsOf(source.recipients ?? []).flatMap((domain) => {
      const why = whyNotAsked(domain, policy);
      return why === undefined ? [] : [{ domain, why }];
    });
    const [first] = idle;
    if (first === undefined) continue;
    yield {
      place: source.place,
      message: `@${first.domain} in ${source.name} is never asked: ${first.why}`,
      remedy: `Remove ${most(
        idle.map(({ domain }) => `@${domain}`),
        3,
      )} from its recipients.`,
    };
  }
}

/** The domains that patterns name exactly; what is below a domain may have routes of its own. */
function domainsOf(patterns: readonly AddressPattern[]): readonly Domain[] {
  return patterns.flatMap((pattern) =>
    pattern.kind === 'domain' || pattern.kind === 'address' ? [pattern.domain] : [],
  );
}

/** Why no grant is asked for recipients at `domain`; undefined when one is. */
function whyNotAsked(domain: Domain, policy: Policy): string | undefined {
  const { route, rewrites } = locate(postmasterAt(domain), policy);
  const [rewrite] = rewrites;
  if (rewrite !== undefined) return `${domain} is rewritten to ${rewrite.to} first, and grants see that`;
  if (route?.destination.kind === 'inbound') return `${domain} is ours, and anyone can send to it`;
  return undefined; // forwarded and alwaysRelay: grants decide on local parts with routing characters
}

/** Senders are only claimed: from a public network the condition keeps nobody out who wants in. */
export function* claimedSenders({ config }: Scene): Generator<Draft> {
  for (const grant of config.relay.allow) {
    const outside = publicRanges(grant);
    if (grant.senders === undefined || outside.length === 0) continue;
    yield {
      place: grant.place,
      message: `the senders of ${grant.name} are only claimed: any client in ${most(outside, 3)} can write one of them`,
      remedy: 'Let these clients sign in, or name fewer addresses.',
    };
  }
}

function publicRanges({ authenticated, from }: GrantSource): readonly string[] {
  if (authenticated !== undefined || from === undefined) return [];
  return from.filter((range) => !isInsideRange(range)).map(formatRange);
}
