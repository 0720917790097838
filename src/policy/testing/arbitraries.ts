/** Random policies and facts out of a small world, so that rules and facts meet often. */
import fc from 'fast-check';
import { ipv4, ipv6 } from '../../std/mod.ts';
import type { IpRange } from '../../std/mod.ts';
import { validatePolicy } from '../mod.ts';
import type { AddressPattern, Facts, GrantSource, NeverSource, PolicySource, RouteSource } from '../mod.ts';
import { domain, literal, mailbox, place } from './mod.ts';

const DOMAINS = ['t', 'a.t', 'ba.t', 'x.a.t', 'y.x.a.t', 'b.t', 'o.test'];
const LOCAL_PARTS = ['u', 'V', 'a%b', '"a@b.t"', 'IMCEAX-u'];
export const ACCOUNTS = ['alice@a.t', 'bob@a.t', 'carol@b.t'];

/** Addresses are 10.0.0.0 to 10.0.0.31 and fd00:: to fd00::1f. */
const SIZE = 32;
const BASE4 = 0x0a000000;
const BASE6 = 0xfd00n << 112n;

const addresses = fc
  .tuple(fc.boolean(), fc.nat(SIZE - 1))
  .map(([four, offset]) => (four ? ipv4(BASE4 + offset) : ipv6(BASE6 + BigInt(offset))));
const ranges = fc.tuple(fc.boolean(), fc.nat(SIZE - 1), fc.nat(SIZE - 1)).map(([four, a, b]): IpRange => {
  const [first, last] = a < b ? [a, b] : [b, a];
  return four
    ? { family: 4, first: BASE4 + first, last: BASE4 + last }
    : { family: 6, first: BASE6 + BigInt(first), last: BASE6 + BigInt(last) };
});
const domains = fc.constantFrom(...DOMAINS).map(domain);
const hosts = fc.constantFrom(...DOMAINS, 'z.y.x.a.t', '[10.0.0.1]', '[10.0.0.2]');
const mailboxes = fc
  .tuple(fc.constantFrom(...LOCAL_PARTS), hosts)
  .map(([local, host]) => mailbox(`${local}@${host}`));

function nonEmpty<T>(items: fc.Arbitrary<T>): fc.Arbitrary<[T, ...T[]]> {
  return fc.tuple(items, fc.array(items, { maxLength: 2 })).map(([first, others]) => [first, ...others]);
}

export const patterns: fc.Arbitrary<AddressPattern> = fc.oneof(
  domains.map((name): AddressPattern => ({ kind: 'domain', domain: name })),
  domains.map((name): AddressPattern => ({ kind: 'subdomains', domain: name })),
  fc
    .tuple(fc.constantFrom('u', 'v', 'a%b'), domains)
    .map(([localKey, name]): AddressPattern => ({ kind: 'address', localKey, domain: name })),
);
const senderPatterns = fc.oneof(patterns, fc.constant<AddressPattern>({ kind: 'null' }));

const actions = fc.oneof(
  fc.constantFrom<RouteSource['action']>(
    { kind: 'inbound' },
    { kind: 'alwaysRelay' },
    { kind: 'forward', to: { host: 'inner.test', port: 25 } },
  ),
  domains.map((to): RouteSource['action'] => ({ kind: 'rewrite', to })),
);

const routes = fc.uniqueArray(
  fc.record({ domain: domains, subdomains: fc.boolean(), action: actions, place: fc.constant(place(1)) }),
  { maxLength: 8, selector: (entry) => `${entry.subdomains} ${entry.domain}` },
);

export const neverRules: fc.Arbitrary<NeverSource> = fc.record({
  name: fc.constantFrom('n1', 'n2', 'n3'),
  from: nonEmpty(ranges),
  place: fc.constant(place(2)),
});

const accounts = fc.constantFrom(...ACCOUNTS);
/** Each can be added to a grant and then narrows it. */
export const narrowings: fc.Arbitrary<Partial<GrantSource>> = fc.oneof(
  fc.record({ authenticated: fc.oneof(fc.constant<'any'>('any'), nonEmpty(accounts)) }),
  fc.record({ from: nonEmpty(ranges) }),
  fc.record({ connectingTo: nonEmpty(ranges) }),
  fc.record({ senders: nonEmpty(senderPatterns) }),
  fc.record({ recipients: nonEmpty(patterns) }),
  fc.record({ until: fc.nat(3) }),
);

const grants: fc.Arbitrary<GrantSource> = fc
  .tuple(fc.array(narrowings, { minLength: 1, maxLength: 4 }), nonEmpty(ranges))
  .map(([conditions, from]): GrantSource => {
    const grant: GrantSource = Object.assign({ name: 'g', place: place(3) }, ...conditions);
    const closed = grant.authenticated ?? grant.from ?? grant.connectingTo;
    return closed === undefined ? { ...grant, from } : grant;
  });

/** Policies with so many grants. */
export function sourcesWith(grantCount: {
  readonly minLength: number;
  readonly maxLength: number;
}): fc.Arbitrary<PolicySource> {
  return fc
    .record({
      reroute: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
      routes,
      never: fc.array(neverRules, { maxLength: 2 }),
      allow: fc.array(grants, grantCount).map((all) => all.map((grant, i) => ({ ...grant, name: `g${i}` }))),
      literals: fc.constantFrom([], [{ literal: literal('[10.0.0.1]'), place: place(4) }]),
      postmasterDomain: fc.constant(domain('t')),
    })
    .map(withoutCycles);
}

const sources = sourcesWith({ minLength: 0, maxLength: 6 });

function withoutCycles(source: PolicySource): PolicySource {
  if (validatePolicy(source).length === 0) return source;
  return { ...source, routes: source.routes.filter(({ action }) => action.kind !== 'rewrite') };
}

const facts: fc.Arbitrary<Facts> = fc.record({
  client: addresses,
  localAddress: addresses,
  listener: fc.constantFrom('internet', 'submission'),
  account: fc.option(fc.constantFrom(...ACCOUNTS, 'ALICE@a.t'), { nil: undefined }),
  sender: fc.option(mailboxes, { nil: null }),
  recipient: mailboxes,
  mailbox: fc.constantFrom('known', 'unknown', 'unavailable', 'notAsked'),
  at: fc.nat(3),
});

export { facts, sources };
