/** Defects such as have been made in relay checks before, each as one textual change of the policy code. */

export interface Mutation {
  /** What the defect is. */
  readonly defect: string;
  /** Below src/. */
  readonly file: string;
  /** Must be in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** The test file, below src/, one of whose property tests must fail. */
  readonly test: string;
}

const DECIDE = 'policy/decide.properties.test.ts';
const PROVE = 'proof/prove.properties.test.ts';
const DIFFERENCE = 'proof/difference.properties.test.ts';
const CLASSES = 'proof/classes.test.ts';

export const MUTATIONS: readonly Mutation[] = [
  {
    defect: 'wrong mask arithmetic: a range of 2^n addresses counts as a block wherever it begins',
    file: 'policy/blocks.ts',
    find: '(size & (size - 1n)) === 0n && (first & (size - 1n)) === 0n',
    replace: '(size & (size - 1n)) === 0n',
    test: PROVE,
  },
  {
    defect: 'wrong mask arithmetic: blocks are not aligned',
    file: 'policy/blocks.ts',
    find: '(first & size) === 0n && ',
    replace: '',
    test: DECIDE,
  },
  {
    defect: "off by one at a block's end",
    file: 'policy/blocks.ts',
    find: 'last: first + size - 1n }',
    replace: 'last: first + size }',
    test: PROVE,
  },
  {
    defect: 'off by one where a block closes: its last address belongs to what is around',
    file: 'policy/segments.ts',
    find: 'begin(top.last + 1n, top.block.around)',
    replace: 'begin(top.last, top.block.around)',
    test: PROVE,
  },
  {
    defect: 'off by one in the search for an IPv4 address: the first address of a range is not in it',
    file: 'policy/segments.ts',
    find: `export function segmentOf4(starts: Uint32Array, value: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = starts[middle];
    if (start !== undefined && start <= value)`,
    replace: `export function segmentOf4(starts: Uint32Array, value: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = starts[middle];
    if (start !== undefined && start < value)`,
    test: PROVE,
  },
  {
    defect: 'only the narrowest range around a client is looked at',
    file: 'policy/grants.ts',
    find: `for (let at = innermost; at !== undefined; at = at.around) {
      const filed`,
    replace: `for (let at = innermost; at !== undefined; at = undefined) {
      const filed`,
    test: PROVE,
  },
  {
    defect: 'suffix matching without a label boundary',
    file: 'policy/below.ts',
    find: 'found = below.byDomain.get(domain.slice(dot + 1)) ?? found;',
    replace: 'found = [...below.byDomain].find(([key]) => domain.endsWith(key))?.[1] ?? found;',
    test: DECIDE,
  },
  {
    defect: 'the least specific route wins',
    file: 'policy/below.ts',
    find: 'found = below.byDomain.get(domain.slice(dot + 1)) ?? found;',
    replace: 'found ??= below.byDomain.get(domain.slice(dot + 1));',
    test: DECIDE,
  },
  {
    defect: 'a route for everything below a domain beats the route of a domain itself',
    file: 'policy/route-table.ts',
    find: 'table.exact.get(domain) ?? findBelow(table.below, domain)',
    replace: 'findBelow(table.below, domain) ?? table.exact.get(domain)',
    test: DECIDE,
  },
  {
    defect: 'a never rule is asked after the grants',
    file: 'policy/decide.ts',
    find: `  if (never !== undefined) return never.rule;
  const question = questionOf(facts, recipient, policy.grants);
  const grant = firstFitting(policy.grants, question);
  trace?.grant(grant, question);
  return grant?.rule ?? NO_RULE;`,
    replace: `  const question = questionOf(facts, recipient, policy.grants);
  const grant = firstFitting(policy.grants, question);
  trace?.grant(grant, question);
  return grant?.rule ?? never?.rule ?? NO_RULE;`,
    test: PROVE,
  },
  {
    defect: 'alwaysRelay does not ask the never rules',
    file: 'policy/decide.ts',
    find: "  if (never !== undefined) return refused(facts, recipient, 'neverRule', never.rule);\n",
    replace: '',
    test: DIFFERENCE,
  },
  {
    defect: 'the conditions of a grant are not ANDed: one is enough',
    file: 'policy/grants.ts',
    find: `    if (!HOLDS[condition](grant, question)) return false;
  }
  return true;`,
    replace: `    if (HOLDS[condition](grant, question)) return true;
  }
  return false;`,
    test: PROVE,
  },
  {
    defect: 'until is inclusive',
    file: 'policy/grants.ts',
    find: 'facts.at < until',
    replace: 'facts.at <= until',
    test: DIFFERENCE,
  },
  {
    defect: 'the sender condition is ignored',
    file: 'policy/grants.ts',
    find: 'senders === undefined || fitsPatterns(senders, facts.sender)',
    replace: 'senders === undefined || facts !== undefined',
    test: DIFFERENCE,
  },
  {
    defect: 'the null sender fits every list',
    file: 'policy/patterns.ts',
    find: 'if (address === null) return patterns.null;',
    replace: 'if (address === null) return true;',
    test: DECIDE,
  },
  {
    defect: 'an IPv4-mapped client is taken for an IPv6 one',
    file: 'std/ip.ts',
    find: 'if (value >> 32n === MAPPED >> 32n) return ipv4(Number(value & 0xffffffffn));',
    replace: '',
    test: CLASSES,
  },
  {
    defect: 'only the first rewrite is followed',
    file: 'policy/locate.ts',
    find: "while (route?.kind === 'rewrite')",
    replace: "if (route?.kind === 'rewrite')",
    test: DECIDE,
  },
  {
    defect: 'recipients are compared as they were before rewriting',
    file: 'policy/decide.ts',
    find: 'const question = questionOf(facts, recipient, policy.grants);',
    replace: 'const question = questionOf(facts, facts.recipient, policy.grants);',
    test: DIFFERENCE,
  },
  {
    defect: 'routing characters at forwarded domains are not looked at',
    file: 'policy/decide.ts',
    find: "if (!routing) return accepted(facts, recipient, 'forward', route.rule, route.destination);",
    replace:
      "if (route !== undefined) return accepted(facts, recipient, 'forward', route.rule, route.destination);",
    test: DIFFERENCE,
  },
  {
    defect: 'rerouting switched off is ignored',
    file: 'policy/decide.ts',
    find: `  if (!policy.reroute) return refused(facts, recipient, 'rerouteOff', NO_RULE);
  const rule = relayRule(facts, recipient, policy, trace);`,
    replace: '  const rule = relayRule(facts, recipient, policy, trace);',
    test: PROVE,
  },
  {
    defect: 'the case of an account is not folded',
    file: 'policy/grants.ts',
    find: 'facts.account === undefined ? undefined : foldAscii(facts.account)',
    replace: 'facts.account',
    test: DECIDE,
  },
  {
    defect: 'the case of a local part is not folded',
    file: 'policy/patterns.ts',
    find: 'addressKey({ localKey, domain }',
    replace: 'addressKey({ localPart: localKey, domain }',
    test: DECIDE,
  },
  {
    defect: 'connectingTo is ignored',
    file: 'policy/grants.ts',
    find: '!grant.connectingTo || isCovered(localBlock, grant.index)',
    replace: '!grant.connectingTo || localBlock !== null',
    test: DIFFERENCE,
  },
  {
    defect: 'a list of accounts is taken for any account',
    file: 'policy/grants.ts',
    find: "authenticated === 'any' || authenticated.has(account)",
    replace: "authenticated === 'any' || authenticated.size > 0",
    test: DIFFERENCE,
  },
  {
    defect: 'nobody counts as any account',
    file: 'policy/grants.ts',
    find: "(account !== undefined && (authenticated === 'any' || authenticated.has(account)))",
    replace: "authenticated === 'any' || authenticated.has(account ?? '')",
    test: PROVE,
  },
];
