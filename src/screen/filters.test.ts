import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePatterns, fitsPatterns, type AddressPattern } from '../policy/mod.ts';
import { facts as anyFacts, patterns } from '../policy/testing/arbitraries.ts';
import { domain, ip, mailbox, place, ranges } from '../policy/testing/mod.ts';
import { inRange, type IpRange } from '../std/mod.ts';
import { compileScreen, judgeSender, type FilterSource, type Verdict } from './mod.ts';
import { screenSource } from './testing/kit.ts';

const CLIENT = ip('203.0.113.9');
const BAD: AddressPattern = { kind: 'domain', domain: domain('bad.test') };

function filter(name: string, parts: Partial<FilterSource>): FilterSource {
  return { name, senders: undefined, from: undefined, action: 'refuse', place: place(), ...parts };
}

function judge(filters: readonly FilterSource[], sender: string | null, client = CLIENT): Verdict {
  const rules = compileScreen(screenSource({ filters }));
  return judgeSender(rules.filters, client, sender === null ? null : mailbox(sender));
}

function summary(verdict: Verdict): string {
  if (verdict.kind === 'pass') return 'pass';
  return `${verdict.kind} ${verdict.rule.kind === 'filter' ? verdict.rule.name : verdict.rule.kind}`;
}

test('judgeSender() meets addresses, domains, what is below them, the null reverse-path and networks', () => {
  const filters = [
    filter('user', { senders: [{ kind: 'address', localKey: 'spam', domain: domain('some.test') }] }),
    filter('domain', { senders: [BAD] }),
    filter('below', { senders: [{ kind: 'subdomains', domain: domain('worse.test') }] }),
    filter('bounces', { senders: [{ kind: 'null' }], from: ranges('198.51.100.0/24') }),
    filter('net', { from: ranges('192.0.2.0/24') }),
  ];
  const verdicts = {
    'spam@some.test': 'refuse user',
    'SPAM@Some.Test': 'refuse user',
    '"sp\\am"@some.test': 'refuse user',
    'ham@some.test': 'pass',
    'x@bad.test': 'refuse domain',
    'x@sub.bad.test': 'pass',
    'x@notbad.test': 'pass',
    'x@worse.test': 'pass',
    'x@a.b.worse.test': 'refuse below',
    '__proto__@constructor.test': 'pass',
  };
  for (const [sender, expected] of Object.entries(verdicts))
    assert.equal(summary(judge(filters, sender)), expected, sender);
  assert.equal(summary(judge(filters, null)), 'pass');
  assert.equal(summary(judge(filters, null, ip('198.51.100.1'))), 'refuse bounces');
  assert.equal(summary(judge(filters, 'a@ok.test', ip('192.0.2.77'))), 'refuse net');
});

test('judgeSender() lets a filter that refuses decide before one that sets aside, whatever their order', () => {
  const soft = filter('soft', { senders: [BAD], action: 'quarantine' });
  const hard = filter('hard', { senders: [BAD] });
  for (const filters of [
    [soft, hard],
    [hard, soft],
  ])
    assert.equal(summary(judge(filters, 'x@bad.test')), 'refuse hard');
  assert.equal(summary(judge([soft], 'x@bad.test')), 'quarantine soft');
  const again = filter('again', { senders: [BAD] });
  assert.equal(summary(judge([soft, again, hard], 'x@bad.test')), 'refuse again');
});

const network = fc.tuple(fc.nat(31), fc.nat(4)).map(([offset, bits]): IpRange => {
  const first = 0x0a000000 + (offset >> bits) * 2 ** bits;
  return { family: 4, first, last: first + 2 ** bits - 1 };
});
const anyFilters = fc.array(
  fc.record({
    senders: fc.option(fc.array(fc.oneof(patterns, fc.constant<AddressPattern>({ kind: 'null' }))), {
      nil: undefined,
    }),
    from: fc.option(fc.array(network), { nil: undefined }),
    action: fc.constantFrom('refuse' as const, 'quarantine' as const),
  }),
  { maxLength: 12 },
);

test('judgeSender() agrees with a scan of the filters', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(anyFilters, anyFacts, (parts, { client, sender }) => {
      const filters = parts
        .filter(({ senders, from }) => senders !== undefined || from !== undefined)
        .map((each, index) => filter(`f${index}`, each));
      const meets = ({ senders, from }: FilterSource): boolean =>
        (senders === undefined || fitsPatterns(compilePatterns(senders), sender)) &&
        (from === undefined || from.some((range) => inRange(client, range)));
      const met = filters.filter(meets);
      const first = met.find(({ action }) => action === 'refuse') ?? met[0];
      const rules = compileScreen(screenSource({ filters }));
      const verdict = judgeSender(rules.filters, client, sender);
      assert.equal(summary(verdict), first === undefined ? 'pass' : `${first.action} ${first.name}`);
      seen.add(verdict.kind);
    }),
    { numRuns: 2_000 },
  );
  assert.deepEqual([...seen].sort(), ['pass', 'quarantine', 'refuse']);
});
