import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { DecisionRecord } from '../../history/mod.ts';
import { EXIT } from '../exit.ts';
import { decided, record } from '../testing/history.ts';
import { NOW, assertFailed, site } from '../testing/kit.ts';
import type { Ran } from '../testing/kit.ts';

const CONFIG = `hostname: mail.contoso.example
listeners:
  internet: { bind: ["127.0.0.1:2525"] }
routing:
  domains:
    - { domain: contoso.example, inbound: true }
    - { domain: new.example, rewrite: contoso.example }
relay:
  never:
    - { name: guests, from: [10.9.0.0/16] }
  allow:
    - { name: office, from: [192.168.10.0/24] }
`;

async function recorded(t: TestContext, ...records: readonly DecisionRecord[]) {
  const made = await site(t, CONFIG);
  record(made.cwd, records);
  const explain = (...argv: string[]): Promise<Ran> => made.run(['explain', ...argv]);
  return { ...made, explain };
}

test('explain --session explains a refusal by its facts, as the client was told, and what would have allowed it', async (t) => {
  const reply =
    '550 5.7.1 Relaying to other.example is prohibited from 203.0.113.9 (restriction: none matched) [w1test-1]';
  const { explain } = await recorded(t, decided({ at: NOW - 1000, reply }));
  for (const id of ['w1test-1', '[w1test-1]']) {
    const ran = await explain('--session', id);
    assert.equal(ran.code, EXIT.no, ran.stderr);
    const [verdict, facts, then] = ran.stdout.split('\n');
    assert.equal(verdict, 'Refused: 550 5.7.1.');
    assert.equal(
      facts,
      'Session w1test-1, 2026-11-24 12:29:59 UTC: 203.0.113.9 (client.example) on internet, not signed in; from a@sender.example, as claimed, to b@other.example.',
    );
    assert.equal(then, `The same then: ${reply}`);
    assert.match(ran.stdout, /✕ No grant fits 203\.0\.113\.9/);
    assert.match(ran.stdout, /It would have been relayed by office from 192\.168\.10\.0\/24/);
  }
});

test('explain --session tells what was decided then when the policy of now decides otherwise', async (t) => {
  const { explain } = await recorded(
    t,
    decided({ at: NOW, client: '192.168.10.7', reply: '550 5.7.1 Prohibited [w1test-1]' }),
  );
  const ran = await explain('--session', 'w1test-1', '<B@other.example>');
  assert.equal(ran.code, EXIT.yes, ran.stderr);
  assert.match(ran.stdout, /^Accepted for relay by grant office/);
  assert.match(
    ran.stdout,
    /\nThen it was decided otherwise: refused, since no grant fitted \(550 5\.7\.1 Prohibited \[w1test-1\]\)\.\n/,
  );
});

test('explain --session tells of another rule, and of what held a recipient back all the same', async (t) => {
  const { explain } = await recorded(
    t,
    decided({
      at: NOW,
      client: '192.168.10.7',
      outcome: 'relay',
      rule: 'grant:old-office',
      reply: '450 4.7.1 Too many recipients for now [w1test-1]',
      restrained: 'limit',
    }),
  );
  const ran = await explain('--session', 'w1test-1');
  assert.equal(ran.code, EXIT.yes, ran.stderr);
  assert.match(ran.stdout, /\nThe same then, by another rule: accepted for relay by grant old-office/);
  assert.match(
    ran.stdout,
    /\nAll the same it was refused then, since the limit of the grant was reached: 450/,
  );
});

test('explain --session never calls a refusal for the limit the same as what the policy accepts', async (t) => {
  const { explain } = await recorded(
    t,
    decided({
      at: NOW,
      client: '192.168.10.7',
      outcome: 'relay',
      rule: 'grant:office',
      reply: '450 4.7.1 Too many recipients for now [w1test-1]',
      restrained: 'limit',
    }),
  );
  const ran = await explain('--session', 'w1test-1');
  assert.equal(ran.code, EXIT.yes, ran.stderr);
  assert.match(
    ran.stdout,
    /\nThe same then, by the policy\.\nAll the same it was refused then, since the limit of the grant was reached: 450/,
  );
});

test('explain --session explains every recipient of a session, and --json too, and the worst counts', async (t) => {
  const { explain } = await recorded(
    t,
    decided({
      at: NOW - 2,
      client: '192.168.10.7',
      recipient: 'one@other.example',
      outcome: 'relay',
      rule: 'grant:office',
      reply: '250 2.1.5 Recipient accepted',
    }),
    decided({
      at: NOW - 1,
      client: '10.9.0.1',
      recipient: 'two@other.example',
      outcome: 'neverRule',
      rule: 'never:guests',
    }),
  );
  const ran = await explain('--session', 'w1test-1', '--json');
  assert.equal(ran.code, EXIT.no);
  const answer = JSON.parse(ran.stdout);
  assert.equal(answer.schema, 'postern.explain-session/1');
  assert.deepEqual(
    answer.decisions.map(
      (one: { verdict: string; rule: string; changed: boolean; recorded: { rule: string } }) => [
        one.verdict,
        one.rule,
        one.changed,
        one.recorded.rule,
      ],
    ),
    [
      ['accepted', 'grant:office', false, 'grant:office'],
      ['refused', 'never:guests', false, 'never:guests'],
    ],
  );
  assert.equal((await explain('--session', 'w1test-1', 'one@other.example')).code, EXIT.yes);
  assert.equal(
    (await explain('--session', 'w1test-1', 'two@other.example', '--expect', 'refused')).code,
    EXIT.yes,
  );
});

test('explain --session asks for a mailbox today that nobody asked for then, and says so', async (t) => {
  const { run, explain } = await recorded(t, decided({ at: NOW, recipient: 'alice@new.example' }));
  const unread = await explain('--session', 'w1test-1');
  assert.equal(unread.code, EXIT.cannotTell);
  assert.match(
    unread.stdout,
    /^Cannot tell: nobody asked for that mailbox then, and the accounts cannot be read now/,
  );
  await run(['account', 'add', 'alice@contoso.example']);
  const ran = await explain('--session', 'w1test-1');
  assert.match(ran.stdout, /^Accepted for a mailbox here/, ran.stderr);
  assert.match(
    ran.stdout,
    /\nBy the mailboxes of today: nobody asked for that of alice@new\.example then\.\n/,
  );
});

test('explain --session refuses facts that the session has already', async (t) => {
  const { explain } = await recorded(t, decided({ at: NOW }));
  for (const option of ['--from', '--to-address', '--listener', '--account', '--sender', '--at']) {
    const ran = await explain('--session', 'w1test-1', option, '192.0.2.7');
    assertFailed(ran, EXIT.usage, /'--session <id>' cannot be used with option/);
  }
  assertFailed(await explain('--from', '192.0.2.7', '--data', 'x', 'b@other.example'), EXIT.usage, /--data/);
  assertFailed(await explain('--from', '192.0.2.7'), EXIT.usage, /the recipient is missing/);
});

test('explain --session says that it does not know a session, how far back it knows, and whom a session was for', async (t) => {
  const { explain } = await recorded(t, decided({ at: NOW }));
  assertFailed(
    await explain('--session', 'w9none-1'),
    EXIT.cannotTell,
    /no decision of a session w9none-1 is recorded/,
    /goes back to 2026-11-24 12:30:00 UTC/,
  );
  assertFailed(
    await explain('--session', 'w1test-1', 'x@other.example'),
    EXIT.cannotTell,
    /no recipient x@other\.example, but b@other\.example/,
  );
});
