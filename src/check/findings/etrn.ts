/** `etrn` for mail that never waits for the host that may ask for it. */
import { postmasterAt } from '../../mail/mod.ts';
import { compilePolicy, locate } from '../../policy/mod.ts';
import { policySource } from '../../config/mod.ts';
import type { Domain } from '../../mail/mod.ts';
import type { Policy } from '../../policy/mod.ts';
import type { Draft, Scene } from '../types.ts';

/** An entry stands for its domain and those below; mail waits for a host when it is sent on to it. */
export function* etrnWithoutMail(scene: Scene): Generator<Draft> {
  const { config } = scene;
  if (config.etrn.length === 0) return;
  const policy = compilePolicy(policySource(config));
  for (const { domain, place } of config.etrn) {
    const why = isSentOnBelow(domain, scene) ? undefined : whyNothingWaits(domain, policy, scene);
    if (why === undefined) continue;
    yield {
      place,
      message: `ETRN for ${domain} has no use: ${why}`,
      remedy: `Give ${domain} a forward route, or remove the entry.`,
    };
  }
}

/** Whether a route that the table has for the domain or for one below sends mail on. */
function isSentOnBelow(domain: Domain, { config: { routing }, proof }: Scene): boolean {
  return routing.domains.some(
    (route) =>
      (route.domain === domain || route.domain.endsWith(`.${domain}`)) &&
      (route.action.kind === 'forward' || (route.action.kind === 'alwaysRelay' && proof.rerouting)),
  );
}

function whyNothingWaits(domain: Domain, policy: Policy, { proof }: Scene): string | undefined {
  const { route, rewrites } = locate(postmasterAt(domain), policy);
  const [rewrite] = rewrites;
  if (rewrite !== undefined) return `it is rewritten to ${rewrite.to}, so no mail waits for it`;
  if (route?.kind === 'forward') return undefined;
  if (route?.kind === 'inbound') return 'it is inbound, so its mail waits for no other host';
  const isReached = proof.rerouting && (route !== undefined || proof.reach.some(({ reached }) => reached));
  return isReached ? undefined : 'nobody can relay to it, so no mail waits for it';
}
