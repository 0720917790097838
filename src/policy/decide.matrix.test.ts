/** The matrix of relay grants: who, connected to what, signed in or not, to which kind of recipient. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, decide, locate } from './mod.ts';
import { domain, factsOf, ip, mailbox, place, policySource, ranges, route } from './testing/mod.ts';

const POLICY = compilePolicy(
  policySource({
    postmasterDomain: domain('inbound.test'),
    routes: [route('inbound.test', 'inbound'), route('relaydom.test', 'forward inner.test')],
    never: [{ name: 'never', from: ranges('127.0.1.128/25'), place: place() }],
    allow: [
      { name: 'trusted', from: ranges('127.0.1.0/24'), place: place() },
      { name: 'internal', connectingTo: ranges('127.0.0.9'), place: place() },
      { name: 'accounts', authenticated: 'any', place: place() },
    ],
  }),
);
const MAILBOXES = new Set(['bob@inbound.test', 'postmaster@inbound.test', 'alice@inbound.test']);
const ALICE = 'alice@inbound.test';

/** Client, local address (main 127.0.0.1, internal 127.0.0.9), account, recipient, verdict, what it shows. */
const MATRIX: readonly (readonly [string, 'main' | 'internal', string, string, string, string])[] = [
  ['127.0.0.66', 'main', '', 'bob@inbound.test', 'inbound', 'stranger to a mailbox'],
  ['127.0.0.66', 'main', '', 'postmaster@inbound.test', 'inbound', 'stranger to postmaster'],
  ['127.0.0.66', 'main', '', 'anyone@relaydom.test', 'forward', 'stranger to the forward domain'],
  ['127.0.0.66', 'main', '', 'victim@outside.test', 'noGrant', 'stranger refused'],
  ['127.0.0.66', 'main', '', 'nosuchuser@inbound.test', 'unknownMailbox', 'unknown mailbox'],
  ['127.0.1.5', 'main', '', 'victim@outside.test', 'relay', 'trusted address relays'],
  ['127.0.1.5', 'main', '', 'bob@inbound.test', 'inbound', 'trusted to a mailbox'],
  ['127.0.1.5', 'main', '', 'anyone@relaydom.test', 'forward', 'trusted to the forward domain'],
  [
    '127.0.1.5',
    'main',
    '',
    'nosuchuser@inbound.test',
    'unknownMailbox',
    'unknown mailbox for trusted clients, too',
  ],
  ['127.0.1.1', 'main', '', 'victim@outside.test', 'relay', 'inside the net'],
  ['127.0.1.127', 'main', '', 'victim@outside.test', 'relay', 'last address below the never net'],
  ['127.0.1.128', 'main', '', 'victim@outside.test', 'neverRule', 'first address of the never net'],
  [
    '127.0.1.200',
    'main',
    '',
    'victim@outside.test',
    'neverRule',
    'never net wins over the net that holds it',
  ],
  ['127.0.1.254', 'main', '', 'victim@outside.test', 'neverRule', 'end of the never net'],
  ['127.0.0.254', 'main', '', 'victim@outside.test', 'noGrant', 'just below the trusted net'],
  ['127.0.2.1', 'main', '', 'victim@outside.test', 'noGrant', 'just above the trusted net'],
  ['127.1.1.5', 'main', '', 'victim@outside.test', 'noGrant', 'looks alike, other net'],
  ['127.0.11.5', 'main', '', 'victim@outside.test', 'noGrant', 'a string prefix is not the net'],
  ['127.0.1.200', 'main', '', 'bob@inbound.test', 'inbound', 'never is about relaying only'],
  ['127.0.1.200', 'main', '', 'postmaster@inbound.test', 'inbound', 'the same'],
  ['127.0.1.200', 'main', '', 'anyone@relaydom.test', 'forward', 'the same, forward domain'],
  ['127.0.1.200', 'main', ALICE, 'victim@outside.test', 'neverRule', 'never wins over authentication'],
  ['127.0.1.130', 'main', ALICE, 'victim@outside.test', 'neverRule', 'the same'],
  ['127.0.1.200', 'internal', '', 'victim@outside.test', 'neverRule', 'never wins over the local address'],
  ['127.0.0.66', 'internal', '', 'victim@outside.test', 'relay', 'the internal address relays'],
  ['127.0.0.66', 'internal', '', 'bob@inbound.test', 'inbound', 'the internal address, mailbox'],
  ['127.0.1.5', 'internal', '', 'victim@outside.test', 'relay', 'trusted at the internal address'],
  [
    '127.0.0.66',
    'internal',
    '',
    'nosuchuser@inbound.test',
    'unknownMailbox',
    'unknown mailbox, internal address',
  ],
  ['127.0.0.66', 'main', ALICE, 'victim@outside.test', 'relay', 'authenticated relays'],
  ['127.0.0.66', 'main', ALICE, 'bob@inbound.test', 'inbound', 'authenticated to a mailbox'],
  ['127.0.0.66', 'main', ALICE, 'anyone@relaydom.test', 'forward', 'authenticated to the forward domain'],
  [
    '127.0.0.66',
    'main',
    ALICE,
    'nosuchuser@inbound.test',
    'unknownMailbox',
    'authenticated, unknown mailbox',
  ],
  ['127.0.0.72', 'main', '', 'victim@outside.test', 'noGrant', 'a failed login is no login'],
];

for (const [client, local, account, to, expected, shows] of MATRIX) {
  test(`decide() ${shows}: ${client} at ${local}${account && ' signed in'} to ${to} is ${expected}`, () => {
    const recipient = mailbox(to);
    const inbound = locate(recipient, POLICY).route?.kind === 'inbound';
    const known = MAILBOXES.has(recipient.address) ? 'known' : 'unknown';
    for (const sender of [mailbox('probe@outside.test'), mailbox(ALICE), null]) {
      const decision = decide(
        factsOf({
          client: ip(client),
          localAddress: ip(local === 'main' ? '127.0.0.1' : '127.0.0.9'),
          account: account === '' ? undefined : account,
          sender,
          recipient,
          mailbox: inbound ? known : 'notAsked',
        }),
        POLICY,
      );
      assert.equal(decision.verdict === 'accepted' ? decision.as : decision.reason, expected);
    }
  });
}
