/** What a list permits, evaluated for all mail at once, against the same list walked for one mail at a time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ipv4, parseIp } from '../../std/mod.ts';
import type { IpAddress } from '../../std/mod.ts';
import { NOBODY, setOf } from '../networks.ts';
import type { Remark } from '../types.ts';
import { holdsAddress } from './clients.ts';
import { evaluate } from './evaluate.ts';
import type { Judging } from './evaluate.ts';
import { NO_MAILBOX, holdsMailbox } from './mailboxSet.ts';
import type { Piece } from './pieces.ts';
import { readTable } from './tables.ts';

const MY_NETWORKS = setOf([{ family: 4, first: 0, last: 3 }]);
const OURS = { ...NO_MAILBOX, domains: new Map([['ours.t', true]]), below: new Map([['relay.t', true]]) };

interface Mail {
  readonly client: IpAddress;
  readonly sender: string;
  readonly recipient: string;
}

const MAILS: readonly Mail[] = [0, 3, 4, 5, 6].flatMap((client) =>
  ['', 'a@x.t', 'a@sub.x.t', 'b@y.t'].flatMap((sender) =>
    ['u@ours.t', 'u@sub.relay.t', 'u@x.t', 'v@x.t', 'u@z.t'].map((recipient) => ({
      client: ipv4(client),
      sender,
      recipient,
    })),
  ),
);

type Verdict = 'permit' | 'refuse' | undefined;

/** A restriction, and what it says of one mail. */
interface Restriction {
  readonly text: string;
  readonly verdict: (mail: Mail, signedIn: boolean) => Verdict;
}

const ours = (recipient: string): boolean => recipient === 'u@ours.t' || recipient.endsWith('.relay.t');
const domainOf = (address: string): string => address.slice(address.indexOf('@') + 1);
const under = (address: string, domain: string): boolean =>
  domainOf(address) === domain || domainOf(address).endsWith(`.${domain}`);

const RESTRICTIONS: readonly Restriction[] = [
  { text: 'permit', verdict: () => 'permit' },
  { text: 'reject', verdict: () => 'refuse' },
  { text: 'warn_if_reject reject', verdict: () => undefined },
  { text: 'warn_if_reject check_client_access cidr:{{0.0.0.0/0 REJECT}}', verdict: () => undefined },
  { text: 'permit_mynetworks', verdict: ({ client }) => (client.value <= 3 ? 'permit' : undefined) },
  { text: 'permit_sasl_authenticated', verdict: (_, signedIn) => (signedIn ? 'permit' : undefined) },
  { text: 'permit_auth_destination', verdict: ({ recipient }) => (ours(recipient) ? 'permit' : undefined) },
  { text: 'reject_unauth_destination', verdict: ({ recipient }) => (ours(recipient) ? undefined : 'refuse') },
  {
    text: 'check_client_access cidr:{{0.0.0.4 OK} {0.0.0.5 reject_unauth_destination} {0.0.0.0/31 DUNNO} {0.0.0.0/30 REJECT}}',
    verdict: ({ client, recipient }) => {
      if (client.value === 4) return 'permit';
      if (client.value === 5) return ours(recipient) ? undefined : 'refuse';
      return client.value === 3 ? 'refuse' : undefined;
    },
  },
  {
    text: 'check_sender_access inline:{ x.t=OK, y.t=554, <>=permit_mynetworks }',
    verdict: ({ client, sender }) => {
      if (sender === '') return client.value <= 3 ? 'permit' : undefined;
      if (under(sender, 'x.t')) return 'permit';
      return under(sender, 'y.t') ? 'refuse' : undefined;
    },
  },
  {
    text: 'check_recipient_access inline:{ u@x.t=DUNNO, x.t=REJECT, z.t=allowed }',
    verdict: ({ recipient, client }) => {
      if (recipient === 'v@x.t') return 'refuse';
      return recipient === 'u@z.t' && client.value <= 3 ? 'permit' : undefined;
    },
  },
];

function walk(list: readonly Restriction[], mail: Mail, signedIn: boolean): boolean {
  for (const { verdict } of list) {
    const said = verdict(mail, signedIn);
    if (said !== undefined) return said === 'permit';
  }
  return true;
}

function judging(signedIn: boolean, tell: (remark: Remark) => void = () => undefined): Judging {
  const files = { read: () => ({ problem: 'there are no files' }), nameOf: (path: string) => path };
  return {
    networks: { clients: MY_NETWORKS, broken: NOBODY, named: [] },
    destinations: OURS,
    signedIn,
    list: { name: 'smtpd_recipient_restrictions', where: { file: 'main.cf', line: 1 } },
    knows: { sender: true, recipient: true },
    parents: true,
    table: (spec, where) => readTable(spec, where, { files, tell }),
    restrictionClass: (name) =>
      name === 'allowed' ? ['permit_mynetworks'] : name === 'again' ? ['again'] : undefined,
    tell,
  };
}

function permits(pieces: readonly Piece[], { client, sender, recipient }: Mail): boolean {
  return pieces.some(
    (piece) =>
      holdsAddress(piece.clients, client) &&
      holdsMailbox(piece.senders, sender) &&
      holdsMailbox(piece.recipients, recipient),
  );
}

test('evaluate() permits exactly the mail that the list permits one by one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...RESTRICTIONS), { maxLength: 6 }),
      fc.boolean(),
      (list, signedIn) => {
        const pieces = evaluate(list.map(({ text }) => text).join(', '), judging(signedIn));
        for (const mail of MAILS)
          assert.equal(
            permits(pieces, mail),
            walk(list, mail, signedIn),
            `${mail.client.text} <${mail.sender}> ${mail.recipient}`,
          );
      },
    ),
    { numRuns: 300 },
  );
});

test('evaluate() leaves a doubt on what comes behind that which cannot be judged, and tells of it', () => {
  const unjudged = [
    'reject_rbl_client list.example',
    'check_policy_service inet:127.0.0.1:10023',
    'check_client_access pcre:/x',
    'check_client_access inline:{ host.example=REJECT }',
    'check_sender_access inline:{ spam@=REJECT }',
    'check_recipient_access inline:{ x.t=HOLD }',
    'reject_unknown_client_hostname',
    'again',
  ];
  for (const text of unjudged) {
    const told: Remark[] = [];
    const pieces = evaluate(
      `${text}, permit_mynetworks, reject`,
      judging(false, (remark) => told.push(remark)),
    );
    assert.ok(told.length > 0, text);
    assert.ok(
      pieces.some(({ doubts }) => doubts.length > 0),
      text,
    );
  }
  const [certain] = evaluate('permit_mynetworks, reject_rbl_client list.example', judging(false));
  assert.deepEqual(certain?.doubts, []);
});

test('evaluate() permits nothing by what it does not know', () => {
  const stranger = { client: parseIp('203.0.113.9') ?? ipv4(0), sender: 'a@x.t', recipient: 'u@z.t' };
  for (const text of [
    'permit_mx_backup',
    'permit_tls_all_clientcerts',
    'permit_naked_ip_address',
    'permit_dnswl_client list.example',
    'check_client_access inline:{ host.example=OK }',
    'check_helo_access inline:{ x=OK }',
    'check_client_access pcre:/x',
    'no_such_restriction',
  ])
    assert.equal(permits(evaluate(`${text}, reject`, judging(false)), stranger), false, text);
});
