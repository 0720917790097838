/** The routing table as a whole: one route for a domain, rewrites that end somewhere, a postmaster who gets mail. */
import { isLiteral, postmasterAt } from '../../mail/mod.ts';
import type { Domain } from '../../mail/mod.ts';
import { compilePolicy, locate, validatePolicy } from '../../policy/mod.ts';
import type { Policy } from '../../policy/mod.ts';
import type { Config } from '../config.ts';
import type { ConfigProblem } from '../problem.ts';
import { policySource } from '../resolve.ts';
import { suggest } from '../suggest.ts';
import { quoted, textProblem } from '../text/problem.ts';
import { problemAt } from './context.ts';
import type { CheckContext } from './context.ts';

/** What the policy itself finds, in our form: two routes for one domain, rewrites in a circle. */
export function policyProblems(config: Config, isComplete: boolean): readonly ConfigProblem[] {
  return validatePolicy(policySource(config))
    .filter(({ kind }) => isComplete || kind === 'duplicateRoute')
    .map(({ place, message }) => ({ place, message: message.replace(/\.$/, '').replace(/^The /, 'the ') }));
}

/** The compiled policy, when there is nothing to say against it. */
export function policyOf(config: Config, isComplete: boolean): Policy | undefined {
  const source = policySource(config);
  return isComplete && validatePolicy(source).length === 0 ? compilePolicy(source) : undefined;
}

export function* checkRouting(context: CheckContext): Generator<ConfigProblem> {
  const { config, policy } = context;
  yield* checkFolders(context);
  if (policy === undefined) return;
  for (const [index, { action, domain }] of config.routing.domains.entries()) {
    if (action.kind !== 'rewrite' || isRouted(action.to, policy)) continue;
    const what = `${domain} would be rewritten to ${action.to}, which has no route: its mail would be refused as relaying`;
    yield problemAt(
      context,
      ['routing', 'domains', index, 'rewrite'],
      textProblem(what, addRoute(action.to, config)),
    );
  }
  yield* checkPostmaster(context, policy);
  yield* checkAccounts(context, policy);
}

function isRouted(domain: Domain, policy: Policy): boolean {
  return locate(postmasterAt(domain), policy).route !== undefined;
}

function addRoute(domain: Domain, config: Config): string {
  const meant = near(domain, config);
  return meant === '' ? `Add a route for ${domain}.` : `${meant}Else add a route for ${domain}.`;
}

/** `Did you mean contoso.example? ` when such a domain is in the table. */
function near(domain: string, { routing }: Config): string {
  const known = suggest(
    domain,
    routing.domains.map((route) => route.domain),
  );
  return known === undefined || known === domain ? '' : `Did you mean ${known}? `;
}

function* checkPostmaster(context: CheckContext, policy: Policy): Generator<ConfigProblem> {
  const { config, positions } = context;
  const { address, domain } = config.postmaster;
  const ours = locate(config.postmaster, policy).route?.kind === 'inbound';
  // A default can only be wrong because nothing is inbound, and then there is no mailbox that it could name.
  if (ours || !positions.has(['postmaster']) || !context.complete('postmaster')) return;
  const remedy = isLiteral(domain)
    ? 'Name a mailbox at a domain of ours.'
    : `${near(domain, config)}Name a mailbox at an inbound domain.`;
  yield problemAt(
    context,
    ['postmaster'],
    textProblem(`${address} is not in an inbound domain, so it could not be delivered here`, remedy),
  );
}

function* checkAccounts(context: CheckContext, policy: Policy): Generator<ConfigProblem> {
  const { defaultDomain, ntDomains } = context.config.accounts;
  const first = new Map<string, string>();
  for (const [name, domain] of ntDomains) {
    const path = ['accounts', 'ntDomains', name];
    const folded = name.toUpperCase();
    const earlier = first.get(folded);
    if (earlier !== undefined) {
      yield {
        place: context.positions.keyAt(path),
        message: `${quoted(name)} is the same Windows domain as ${quoted(earlier)}`,
        remedy: 'Keep one of them.',
      };
    }
    first.set(folded, name);
    if (domain === defaultDomain || isRouted(domain, policy)) continue;
    const what = `${domain} is not a domain of this server: no route fits it, and it is not accounts.defaultDomain`;
    yield problemAt(
      context,
      path,
      textProblem(what, `${near(domain, context.config)}Write a domain that accounts have.`),
    );
  }
}

/** Mail that nobody here has asked for must not lie among that of our users. */
function* checkFolders(context: CheckContext): Generator<ConfigProblem> {
  const { inbound, outbound } = context.config.routing;
  if (inbound.kind !== 'maildir' || outbound.kind !== 'maildir' || inbound.folder !== outbound.folder) return;
  const what = 'mail for other domains would lie among the mail of your users';
  yield problemAt(
    context,
    ['routing', 'outbound', 'maildir'],
    textProblem(what, 'Name another folder than that of routing.inbound.'),
  );
}
