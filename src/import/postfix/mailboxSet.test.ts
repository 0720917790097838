import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  ALL_MAILBOXES,
  NO_MAILBOX,
  both,
  either,
  holdsMailbox,
  isAll,
  isNone,
  not,
  patternsOf,
} from './mailboxSet.ts';
import type { MailboxSet } from './mailboxSet.ts';

const DOMAINS = ['t', 'a.t', 'x.a.t', 'y.x.a.t', 'b.t'];
const ADDRESSES = DOMAINS.flatMap((domain) => [`u@${domain}`, `v@${domain}`]);
/** A member of every class that the sets below can tell apart. */
const MEMBERS = [
  '',
  ...ADDRESSES,
  ...['z', 'z.t', 'z.a.t', 'z.x.a.t', 'z.y.x.a.t', 'z.b.t'].map((domain) => `u@${domain}`),
  ...DOMAINS.map((domain) => `w@${domain}`),
];

const entries = (keys: readonly string[]) =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...keys), fc.boolean()), { maxLength: 3, selector: ([key]) => key })
    .map((list) => new Map(list));
const sets: fc.Arbitrary<MailboxSet> = fc.record({
  others: fc.boolean(),
  null: fc.boolean(),
  domains: entries(DOMAINS),
  below: entries(DOMAINS),
  addresses: entries(ADDRESSES),
});

test('both(), either() and not() are and, or and not of every member', () => {
  fc.assert(
    fc.property(sets, sets, (one, other) => {
      for (const member of MEMBERS) {
        const [a, b] = [holdsMailbox(one, member), holdsMailbox(other, member)];
        assert.equal(holdsMailbox(both(one, other), member), a && b, `both ${member}`);
        assert.equal(holdsMailbox(either(one, other), member), a || b, `either ${member}`);
        assert.equal(holdsMailbox(not(one), member), !a, `not ${member}`);
      }
    }),
    { numRuns: 500 },
  );
});

test('isNone() and isAll() say whether any member is in, or out', () => {
  fc.assert(
    fc.property(sets, sets, (one, other) => {
      const set = both(one, other);
      if (isNone(set)) assert.ok(MEMBERS.every((member) => !holdsMailbox(set, member)));
      if (isAll(set)) assert.ok(MEMBERS.every((member) => holdsMailbox(set, member)));
      assert.ok(isNone(both(one, not(one))));
      assert.ok(isAll(either(one, not(one))));
    }),
    { numRuns: 300 },
  );
  assert.ok(isAll(ALL_MAILBOXES) && isNone(NO_MAILBOX));
});

test('patternsOf() never names more than the set holds', () => {
  fc.assert(
    fc.property(sets, (drawn) => {
      const set = { ...drawn, others: false };
      const found = patternsOf(set);
      assert.ok(found !== undefined);
      for (const member of MEMBERS)
        if (found.patterns.some((pattern) => fits(pattern, member)))
          assert.ok(holdsMailbox(set, member), member);
      if (found.without.length > 0) return;
      for (const member of MEMBERS)
        assert.equal(
          found.patterns.some((pattern) => fits(pattern, member)),
          holdsMailbox(set, member),
          member,
        );
    }),
    { numRuns: 500 },
  );
});

/** What a pattern of Postern fits. */
function fits(pattern: string, member: string): boolean {
  if (member === '' || pattern === '<>') return member === '' && pattern === '<>';
  const domain = member.slice(member.indexOf('@') + 1);
  if (pattern.startsWith('@*.')) return domain.endsWith(pattern.slice(2));
  return pattern.startsWith('@') ? domain === pattern.slice(1) : member === pattern;
}
