import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DnsFacts } from '../facts/mod.ts';
import { domain, mailbox } from '../policy/testing/mod.ts';
import {
  asksDns,
  asksNetwork,
  compileScreen,
  describeScreenRule,
  judgeNetwork,
  type ClientSource,
  type ScreenRules,
} from './mod.ts';
import { screenSource } from './testing/kit.ts';

const GOOD: DnsFacts = { name: { kind: 'confirmed', name: 'mx.out.test' }, lists: [] };

function rules(parts: Partial<ClientSource>): ScreenRules {
  return compileScreen(screenSource({ clients: { ...screenSource().clients, ...parts } }));
}

const LISTS = [
  { zone: domain('hard.test'), action: 'refuse' },
  { zone: domain('soft.test'), action: 'record' },
] as const;
const ALL = rules({ dnsLists: LISTS, reverseName: 'require', helo: 'require' });

function judge(
  screen: ScreenRules,
  dns: Partial<DnsFacts>,
  heloIsPlausible = true,
  to = 'bob@in.test',
): string {
  const verdict = judgeNetwork(screen, { dns: { ...GOOD, ...dns }, heloIsPlausible, recipient: mailbox(to) });
  return verdict.kind === 'pass' ? 'pass' : `${verdict.kind} ${describeScreenRule(verdict.rule)}`;
}

function listed(list: string, verdict: DnsFacts['lists'][number]['verdict']): Partial<DnsFacts> {
  return { lists: [{ list, verdict, answers: [], reason: undefined }] };
}

test('judgeNetwork() refuses for lists that are to refuse, and only for those', () => {
  assert.equal(judge(ALL, listed('hard.test', 'listed')), 'refuse dnsList:hard.test');
  assert.equal(judge(ALL, listed('soft.test', 'listed')), 'pass');
  assert.equal(judge(ALL, listed('other.test', 'listed')), 'pass');
  assert.equal(judge(ALL, listed('hard.test', 'clear')), 'pass');
});

test('judgeNetwork() refuses for names only where they are required', () => {
  for (const kind of ['none', 'unconfirmed'] as const) {
    const name = kind === 'none' ? { kind } : { kind, name: 'x.out.test' };
    assert.equal(judge(ALL, { name }), 'refuse clients.reverseName');
    assert.equal(judge(rules({ reverseName: 'record' }), { name }), 'pass');
    assert.equal(judge(rules({}), { name }), 'pass');
  }
  assert.equal(judge(ALL, {}, false), 'refuse clients.helo');
  assert.equal(judge(rules({ helo: 'record' }), {}, false), 'pass');
});

test('judgeNetwork() refuses nobody for what is not known, and lets everybody write to postmaster', () => {
  assert.equal(judge(ALL, { ...listed('hard.test', 'unknown'), name: { kind: 'unknown' } }), 'pass');
  const worst = { ...listed('hard.test', 'listed'), name: { kind: 'none' } } as const;
  assert.equal(judge(ALL, worst, false, 'Postmaster@in.test'), 'pass');
  assert.equal(judge(ALL, worst, false, 'postmaster2@in.test'), 'refuse dnsList:hard.test');
});

test('asksDns() and asksNetwork() say what is to be looked up', () => {
  assert.deepEqual([asksDns(rules({})), asksNetwork(rules({}))], [false, false]);
  assert.deepEqual(
    [asksDns(rules({ helo: 'record' })), asksNetwork(rules({ helo: 'record' }))],
    [false, true],
  );
  for (const parts of [{ reverseName: 'record' }, { dnsLists: LISTS }] as const)
    assert.deepEqual([asksDns(rules(parts)), asksNetwork(rules(parts))], [true, true]);
});
