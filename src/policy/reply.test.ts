import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePolicy, decide, formatReplyCode, replyFor } from './mod.ts';
import type { Facts, PolicySource } from './mod.ts';
import { factsOf, ip, mailbox, place, policySource, ranges, route } from './testing/mod.ts';

const SOURCE = policySource({
  routes: [
    route('in.test', 'inbound'),
    route('fwd.test', 'forward inner.test'),
    route('old.test', 'rewrite secret.test'),
    route('older.test', 'rewrite in.test'),
  ],
  never: [{ name: 'guest-wifi', from: ranges('10.0.0.0/8'), place: place() }],
  allow: [{ name: 'office', from: ranges('192.168.0.0/16'), place: place() }],
});

function reply(parts: Partial<Facts>, source: PolicySource = SOURCE): string {
  const answer = replyFor(decide(factsOf(parts), compilePolicy(source)));
  return `${formatReplyCode(answer)} ${answer.text}`;
}

test('replyFor() tells a stranger that nothing matched, and no more', () => {
  assert.equal(
    reply({}),
    '550 5.7.1 Relaying to outside.test is prohibited from 203.0.113.9 (restriction: none matched)',
  );
});

test('replyFor() says never without the name of the rule', () => {
  assert.equal(
    reply({ client: ip('10.0.0.1') }),
    '550 5.7.1 Relaying to outside.test is prohibited from 10.0.0.1 (restriction: never)',
  );
});

test('replyFor() says that rerouting is off', () => {
  assert.equal(
    reply({ client: ip('192.168.0.1') }, { ...SOURCE, reroute: false }),
    '550 5.7.1 Relaying to outside.test is prohibited from 192.168.0.1 (restriction: reroute off)',
  );
});

test('replyFor() names routing characters', () => {
  assert.equal(
    reply({ recipient: mailbox('a%b@fwd.test') }),
    '550 5.7.1 Relaying to fwd.test is prohibited from 203.0.113.9 (restriction: routing characters in the local part)',
  );
});

test('replyFor() names an unknown mailbox as the client wrote it, not as it was rewritten', () => {
  assert.equal(
    reply({ recipient: mailbox('No.One@older.test'), mailbox: 'unknown' }),
    '550 5.1.1 No such mailbox here: No.One@older.test',
  );
  assert.match(reply({ recipient: mailbox('u@old.test') }), /^550 5\.7\.1 Relaying to old\.test /);
});

test('replyFor() defers while the directory does not answer', () => {
  assert.equal(
    reply({ recipient: mailbox('u@in.test'), mailbox: 'unavailable' }),
    '451 4.3.0 Mailboxes cannot be looked up now, try again later',
  );
});

test('replyFor() accepts', () => {
  assert.equal(reply({ client: ip('192.168.0.1') }), '250 2.1.5 Recipient accepted');
});

test('replyFor() never discloses a rule, a place or a destination', () => {
  const recipients = ['u@x.test', 'u@fwd.test', 'a%b@fwd.test', 'u@old.test', 'u@older.test', 'u@in.test'];
  for (const to of recipients) {
    for (const client of ['203.0.113.9', '10.0.0.1', '192.168.0.1']) {
      for (const fact of ['known', 'unknown', 'unavailable'] as const) {
        const text = reply({ client: ip(client), recipient: mailbox(to), mailbox: fact });
        assert.doesNotMatch(text, /office|guest-wifi|secret\.test|inner\.test|postern\.yaml/);
        assert.match(text, /^[ -~]+$/);
      }
    }
  }
});
