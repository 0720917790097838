/**
 * Configurations of Postfix, imported, against a Postfix that runs on them: for a grid of clients, senders and recipients
 * the verdicts are the same, or the import names what differs and exactly that differs. Nowhere does the imported policy
 * relay what Postfix refuses.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { needs } from '../kit/peers.ts';
import { Postfix } from '../kit/postfix.ts';
import { askPostfix, describe, importValid, policyJudge } from './judges.ts';
import type { Question } from './judges.ts';

interface Case {
  readonly folder: string;
  readonly services?: readonly string[];
  readonly clients: readonly string[];
  /** Whether the clients also sign in. */
  readonly signIn?: true;
  readonly senders?: readonly string[];
  readonly recipients: readonly string[];
  /** Where Postfix accepts and the policy refuses, or the reverse for mail to a domain of ours. */
  readonly differs?: (question: Question) => boolean;
  /** What the import says of it. */
  readonly says?: readonly RegExp[];
}

const STRANGERS = ['203.0.113.9', '2001:db8:ffff::9'];
const OUTSIDE = ['someone@elsewhere.example'];

const CASES: readonly Case[] = [
  {
    folder: 'debian',
    clients: ['127.0.0.1', '127.255.255.254', '::1', '10.0.0.1', '192.168.1.1', ...STRANGERS],
    recipients: [
      'bob@contoso.example',
      'bob@mail.contoso.example',
      'bob@sub.contoso.example',
      'bob@localhost',
      ...OUTSIDE,
    ],
  },
  {
    folder: 'office',
    clients: [
      '127.0.0.1',
      '127.0.0.7',
      '127.0.0.8',
      '127.9.255.255',
      '127.10.0.0',
      '127.10.255.255',
      '127.11.0.0',
      '10.1.0.0',
      '10.1.255.255',
      '10.2.0.0',
      '198.51.100.25',
      '198.51.100.26',
      '::1',
      '2001:db8:1:ffff::1',
      '2001:db8:2::',
      ...STRANGERS,
    ],
    recipients: [
      'bob@contoso.example',
      'bob@localhost.contoso.example',
      'bob@sub.contoso.example',
      ...OUTSIDE,
    ],
  },
  {
    folder: 'gateway',
    clients: ['127.0.0.1', '127.0.0.2', '127.20.0.255', '127.20.1.0', ...STRANGERS],
    recipients: [
      'bob@contoso.example',
      'bob@deep.sub.contoso.example',
      'bob@notcontoso.example',
      'bob@branch.example',
      'bob@x.branch.example',
      'bob@backup.example',
      'bob@partner.example',
      ...OUTSIDE,
    ],
  },
  {
    folder: 'submission',
    services: ['smtp', 'submission', 'smtps'],
    signIn: true,
    clients: ['127.0.0.1', '127.0.0.9', ...STRANGERS],
    recipients: ['bob@contoso.example', 'bob@fabrikam.example', 'bob@sub.contoso.example', ...OUTSIDE],
  },
  {
    folder: 'exclusions',
    clients: [
      '127.30.0.65',
      '127.30.0.66',
      '127.30.0.67',
      '127.30.4.255',
      '127.30.5.0',
      '127.30.5.9',
      '127.30.6.0',
      '127.31.127.255',
      '127.31.128.0',
      '127.32.0.127',
      '127.32.0.128',
      '127.33.0.7',
      '127.33.0.8',
      ...STRANGERS,
    ],
    recipients: ['bob@contoso.example', ...OUTSIDE],
  },
  {
    folder: 'virtual',
    clients: ['127.0.0.1', '127.0.0.2', ...STRANGERS],
    recipients: [
      'bob@contoso.example',
      'bob@fabrikam.example',
      'bob@alias.example',
      'sales@alias.example',
      'bob@old.example',
      'bob@sub.contoso.example',
      'bob@sub.alias.example',
      ...OUTSIDE,
    ],
  },
  {
    folder: 'oldstyle',
    clients: [
      '127.40.0.1',
      '127.40.9.1',
      '127.41.0.1',
      '127.41.0.128',
      '198.51.100.1',
      '198.51.100.128',
      '203.0.113.66',
      '192.0.2.5',
      ...STRANGERS,
    ],
    senders: ['a@elsewhere.example', 'bob@contoso.example'],
    recipients: [
      'bob@contoso.example',
      'nobody@contoso.example',
      'bob@branch.example',
      'bob@sub.branch.example',
      'bob@partner.example',
      ...OUTSIDE,
    ],
    // Mail to our own domains that Postfix refuses by the client, or by an address without a mailbox here.
    differs: ({ client, recipient }) =>
      recipient === 'nobody@contoso.example'
        ? !['127.40.0.1', '127.41.0.1', '192.0.2.5'].includes(client)
        : recipient.endsWith('@contoso.example') &&
          ['127.40.9.1', '198.51.100.128', '203.0.113.66'].includes(client),
    says: [/mail for .*contoso\.example.*127\.40\.9\.0\/24.*to nobody@contoso\.example/],
  },
  {
    folder: 'satellite',
    clients: ['127.0.0.1', '127.0.0.3', '127.0.0.4', ...STRANGERS],
    recipients: ['bob@contoso.example', 'bob@web1.contoso.example', ...OUTSIDE],
  },
  {
    folder: 'classes',
    clients: [
      '127.50.0.1',
      '127.51.0.1',
      '127.52.0.1',
      '127.52.0.2',
      '127.52.1.9',
      '127.53.0.1',
      '127.53.0.2',
      '2001:db8:51::1',
      ...STRANGERS,
    ],
    senders: [
      '',
      'scan@contoso.example',
      'x@copy.contoso.example',
      'x@sub.copy.contoso.example',
      'a@elsewhere.example',
    ],
    recipients: [
      'bob@contoso.example',
      'bob@partner.example',
      'bob@sub.partner.example',
      'boss@secret.example',
      'bob@secret.example',
      ...OUTSIDE,
    ],
    differs: ({ client, sender, recipient }) =>
      recipient === 'bob@contoso.example' &&
      ['127.52.0.1', '127.52.1.9'].includes(client) &&
      ['', 'a@elsewhere.example'].includes(sender),
    says: [/mail for contoso\.example\. .*127\.52\.0\.1/],
  },
  {
    folder: 'doubts',
    clients: ['127.60.0.1', '127.61.0.1', ...STRANGERS],
    senders: ['', 'spammer@elsewhere.example', 'a@elsewhere.example'],
    recipients: ['bob@contoso.example', ...OUTSIDE],
    // The grants are left out, since they have an exception; and mail to us is taken from every sender.
    differs: ({ client, sender, recipient }) =>
      recipient === 'bob@contoso.example'
        ? sender === 'spammer@elsewhere.example'
        : client.startsWith('127.') && sender !== 'spammer@elsewhere.example',
    says: [
      /mail for contoso\.example.*from the senders spammer@elsewhere\.example/,
      /left out: it is for all senders but some/,
    ],
  },
  {
    folder: 'hostbits',
    clients: [
      '127.71.0.1',
      '127.70.0.1',
      '127.70.9.9',
      '127.72.0.1',
      '127.74.0.1',
      '2001:db8:71::1',
      ...STRANGERS,
    ],
    recipients: ['bob@contoso.example', ...OUTSIDE],
    // Mail to us, which Postfix defers for them all.
    differs: ({ client, recipient }) =>
      recipient === 'bob@contoso.example' && !client.startsWith('127.71.') && !client.includes(':'),
    says: [/127\.70\.0\.1\/16\. .*host bits.*\(451\)/],
  },
];

const skip = needs('postfix', 'postmap');

for (const each of CASES) {
  test(`import postfix: ${each.folder} decides like the Postfix that runs on it`, { skip }, async () => {
    const folder = join(import.meta.dirname, 'postfix', each.folder);
    const { imported, config } = importValid(folder);
    const questions = gridOf(each);
    await using postfix = await Postfix.start({ folder });
    const answers = await askPostfix(postfix, questions);
    const judge = policyJudge(config);
    const relayedMore: string[] = [];
    const differing: string[] = [];
    for (const question of questions) {
      const theirs = answers.get(describe(question)) ?? false;
      const ours = judge(question);
      if (ours === 'relayed' && !theirs) relayedMore.push(describe(question));
      if ((ours !== 'refused') !== theirs)
        differing.push(
          `${describe(question)}: Postfix ${theirs ? 'accepts' : 'refuses'}, the policy ${ours}`,
        );
    }
    assert.deepEqual(relayedMore, [], `the policy relays more\n${imported.yaml}`);
    const said = differing.filter(
      (line) =>
        !questions.some(
          (question) => line.startsWith(`${describe(question)}:`) && each.differs?.(question) === true,
        ),
    );
    assert.deepEqual(said, [], `a difference that nobody speaks of\n${imported.yaml}`);
    const expected = questions.filter((question) => each.differs?.(question) === true);
    assert.equal(differing.length, expected.length, 'what is said to differ differs');
    for (const pattern of each.says ?? [])
      assert.ok(
        imported.notCarried.some(({ what, why }) => pattern.test(`${what}. ${why}`)),
        String(pattern),
      );
  });
}

function gridOf({
  services = ['smtp'],
  clients,
  signIn,
  senders = ['a@elsewhere.example'],
  recipients,
}: Case): readonly Question[] {
  return services.flatMap((service) =>
    clients.flatMap((client) =>
      (signIn === true ? [false, true] : [false]).flatMap((signedIn) =>
        senders.flatMap((sender) =>
          recipients.map((recipient) => ({ service, client, signedIn, sender, recipient })),
        ),
      ),
    ),
  );
}
