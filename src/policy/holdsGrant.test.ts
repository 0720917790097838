import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inRange } from '../std/mod.ts';
import type { IpAddress, IpRange } from '../std/mod.ts';
import { compilePatterns, compilePolicy, fitsPatterns, grantFor, holdsGrant } from './mod.ts';
import type { Facts, PolicySource } from './mod.ts';
import { facts as anyFacts, sources } from './testing/arbitraries.ts';

const holds = (ranges: readonly IpRange[] | undefined, address: IpAddress): boolean =>
  ranges === undefined || ranges.some((range) => inRange(address, range));

/** The same by a scan of the configuration. */
function scanned(facts: Facts, { reroute, never, allow }: PolicySource): boolean {
  if (!reroute || never.some(({ from }) => holds(from, facts.client))) return false;
  return allow.some(
    ({ authenticated, from, connectingTo, senders, until }) =>
      authenticated === undefined &&
      holds(from, facts.client) &&
      holds(connectingTo, facts.localAddress) &&
      (senders === undefined || fitsPatterns(compilePatterns(senders), facts.sender)) &&
      (until === undefined || facts.at < until),
  );
}

test('holdsGrant() is true of exactly those whom a grant names without an account, whatever the recipient', () => {
  const seen = { true: 0, false: 0 };
  fc.assert(
    fc.property(sources, fc.array(anyFacts, { minLength: 5, maxLength: 20 }), (source, asked) => {
      const policy = compilePolicy(source);
      for (const facts of asked) {
        const holder = holdsGrant(facts, policy);
        assert.equal(holder, scanned(facts, source));
        seen[`${holder}`] += 1;
        const anonymous = { ...facts, account: undefined };
        if (grantFor(anonymous, policy) !== undefined) assert.equal(holder, true);
      }
    }),
    { numRuns: 500 },
  );
  assert.ok(seen.true > 100 && seen.false > 100, JSON.stringify(seen));
});
