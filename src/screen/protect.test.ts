import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldAddresses } from '../mail/mod.ts';
import { mailbox, route } from '../policy/testing/mod.ts';
import { compileScreen, describeScreenRule, judgeFrom, type Verdict } from './mod.ts';
import { screenSource } from './testing/kit.ts';

const ROUTES = [
  { ...route('contoso.test', 'inbound'), protectFrom: 'refuse' },
  { ...route('*.contoso.test', 'inbound'), protectFrom: 'quarantine' },
  route('lists.contoso.test', 'inbound'),
  route('branch.test', 'forward inner.test'),
] as const;

function judge(from: string[] | 'unparsable', routes: readonly (typeof ROUTES)[number][] = ROUTES): string {
  const rules = compileScreen(screenSource({ routes }));
  const addresses: FieldAddresses = from === 'unparsable' ? from : from.map(mailbox);
  const verdict: Verdict = judgeFrom(rules.protection, addresses);
  return verdict.kind === 'pass' ? 'pass' : `${verdict.kind} ${describeScreenRule(verdict.rule)}`;
}

test('judgeFrom() goes by the most specific entry, whole labels and any case', () => {
  assert.equal(judge(['Boss@Contoso.TEST']), 'refuse protectFrom:contoso.test (From: Boss@contoso.test)');
  assert.equal(
    judge(['x@a.b.contoso.test']),
    'quarantine protectFrom:*.contoso.test (From: x@a.b.contoso.test)',
  );
  assert.equal(judge(['x@lists.contoso.test']), 'pass');
  assert.equal(judge(['x@notcontoso.test']), 'pass');
  assert.equal(judge(['x@branch.test']), 'pass');
  assert.equal(judge(['x@[192.0.2.1]']), 'pass');
  assert.equal(judge([]), 'pass');
});

test('judgeFrom() takes the strictest of several addresses', () => {
  assert.match(
    judge(['a@out.test', 'x@a.contoso.test', 'x@contoso.test']),
    /^refuse protectFrom:contoso.test/,
  );
  assert.match(judge(['x@contoso.test', 'x@a.contoso.test']), /^refuse/);
  assert.match(judge(['x@out.test', 'x@a.contoso.test']), /^quarantine/);
});

test('judgeFrom() takes what cannot be read for the worst, where anything is protected', () => {
  assert.equal(judge('unparsable'), 'refuse protectFrom:unreadable (From: cannot be read)');
  assert.match(judge('unparsable', ROUTES.slice(1)), /^quarantine/);
  assert.equal(judge('unparsable', ROUTES.slice(2)), 'pass');
});
