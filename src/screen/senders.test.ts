import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldAddresses } from '../mail/mod.ts';
import type { AddressPattern, GrantSource } from '../policy/mod.ts';
import { domain, ip, mailbox, place, ranges } from '../policy/testing/mod.ts';
import {
  compileScreen,
  describeScreenRule,
  judgeAccountAuthors,
  judgeAccountSender,
  judgeGrantAuthors,
  judgeGrantSender,
  type Owns,
  type SendAsSource,
  type Verdict,
} from './mod.ts';
import { callerOf, screenSource } from './testing/kit.ts';

const ALICE = callerOf({ account: 'alice@inbound.test' });
const owns: Owns = ({ address }) => ['alice@inbound.test', 'sales@inbound.test'].includes(address);
const SALES: AddressPattern = { kind: 'domain', domain: domain('shop.test') };

function accountRules(parts: Partial<SendAsSource> = {}) {
  const accounts = { sendAs: 'own', sendAsExempt: [], mayAlsoSendAs: new Map(), ...parts } as const;
  return compileScreen(screenSource({ accounts }));
}

const addresses = (...texts: string[]): FieldAddresses => texts.map(mailbox);

/** `pass`, or what was refused and where. */
function summary(verdict: Verdict): string {
  return verdict.kind === 'pass' ? 'pass' : `${verdict.kind} ${describeScreenRule(verdict.rule)}`;
}

test('judgeAccountSender() allows own addresses and aliases, and the null reverse-path', () => {
  const rules = accountRules();
  const judge = (sender: string | null): string =>
    summary(judgeAccountSender(rules, ALICE, { sender: sender === null ? null : mailbox(sender), owns }));
  assert.equal(judge('alice@inbound.test'), 'pass');
  assert.equal(judge('sales@inbound.test'), 'pass');
  assert.equal(judge(null), 'pass');
  assert.equal(judge('bob@inbound.test'), 'refuse accounts.sendAs (envelope: bob@inbound.test)');
  assert.equal(judge('x@shop.test'), 'refuse accounts.sendAs (envelope: x@shop.test)');
});

test('judgeAccountSender() allows what mayAlsoSendAs lists for this account, in any case, and for no other', () => {
  const rules = accountRules({ mayAlsoSendAs: new Map([['Alice@inbound.test', [SALES]]]) });
  const asked = { sender: mailbox('x@shop.test'), owns };
  assert.equal(judgeAccountSender(rules, ALICE, asked).kind, 'pass');
  const bob = callerOf({ account: 'bob@inbound.test' });
  assert.equal(judgeAccountSender(rules, bob, asked).kind, 'refuse');
  const proto = callerOf({ account: '__proto__' });
  assert.equal(judgeAccountSender(rules, proto, asked).kind, 'refuse');
});

test('judgeAccountSender() asks nothing of exempt hosts, under `any`, nor of who has not signed in', () => {
  const asked = { sender: mailbox('bob@inbound.test'), owns };
  const exempt = accountRules({ sendAsExempt: ranges('203.0.113.0/28') });
  assert.equal(judgeAccountSender(exempt, ALICE, asked).kind, 'pass');
  const elsewhere = callerOf({ account: 'alice@inbound.test', client: ip('203.0.113.16') });
  assert.equal(judgeAccountSender(exempt, elsewhere, asked).kind, 'refuse');
  assert.equal(judgeAccountSender(accountRules({ sendAs: 'any' }), ALICE, asked).kind, 'pass');
  assert.equal(judgeAccountSender(accountRules(), callerOf(), asked).kind, 'pass');
});

test('judgeAccountAuthors() wants every address of From and Sender to be allowed, and readable', () => {
  const judge = (from: FieldAddresses, sender: FieldAddresses = []): string =>
    summary(judgeAccountAuthors(accountRules(), ALICE, { authors: { from, sender }, owns }));
  assert.equal(judge(addresses('alice@inbound.test')), 'pass');
  assert.equal(judge(addresses('alice@inbound.test', 'sales@inbound.test')), 'pass');
  assert.equal(judge([]), 'pass');
  assert.equal(
    judge(addresses('alice@inbound.test', 'boss@inbound.test')),
    'refuse accounts.sendAs (From: boss@inbound.test)',
  );
  assert.equal(
    judge(addresses('alice@inbound.test'), addresses('boss@inbound.test')),
    'refuse accounts.sendAs (Sender: boss@inbound.test)',
  );
  assert.equal(judge('unparsable'), 'refuse accounts.sendAs (From: cannot be read)');
  assert.equal(
    judge(addresses('alice@inbound.test'), 'unparsable'),
    'refuse accounts.sendAs (Sender: cannot be read)',
  );
});

test('judgeGrantSender() and judgeGrantAuthors() hold the senders of every grant that has such a list', () => {
  const grant = (name: string, sendAs?: GrantSource['sendAs']): GrantSource => ({
    name,
    from: ranges('10.0.0.0/8'),
    place: place(),
    ...(sendAs && { sendAs }),
  });
  const rules = compileScreen(
    screenSource({
      grants: [
        grant('scanners', [{ kind: 'address', localKey: 'scan', domain: domain('inbound.test') }, SALES]),
        grant('office'),
        grant('shop', [SALES]),
      ],
    }),
  );
  const envelope = (name: string, sender: string | null): string =>
    summary(judgeGrantSender(rules, name, sender === null ? null : mailbox(sender)));
  assert.equal(envelope('scanners', 'Scan@inbound.test'), 'pass');
  assert.equal(envelope('scanners', null), 'pass');
  assert.equal(
    envelope('scanners', 'boss@inbound.test'),
    'refuse sendAs:scanners (envelope: boss@inbound.test)',
  );
  assert.equal(envelope('office', 'boss@inbound.test'), 'pass');
  assert.equal(envelope('constructor', 'boss@inbound.test'), 'pass');
  const authors = (grants: string[], from: FieldAddresses, sender: FieldAddresses = []): string =>
    summary(judgeGrantAuthors(rules, grants, { from, sender }));
  assert.equal(authors(['scanners', 'office'], addresses('scan@inbound.test')), 'pass');
  assert.equal(authors(['scanners', 'shop'], addresses('a@shop.test')), 'pass');
  assert.equal(
    authors(['scanners', 'shop'], addresses('scan@inbound.test')),
    'refuse sendAs:shop (From: scan@inbound.test)',
  );
  assert.equal(
    authors(['shop'], addresses('a@shop.test'), 'unparsable'),
    'refuse sendAs:shop (Sender: cannot be read)',
  );
  assert.equal(authors(['office'], 'unparsable', 'unparsable'), 'pass');
  assert.equal(authors([], 'unparsable'), 'pass');
});
