import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparisonOf, judge, type Evidence } from './judge.ts';
import { PROBES } from './probes/all.ts';
import type { Arrival } from './sink.ts';
import { formatReceived, isRefusal } from './talk.ts';
import { placeholders } from './template.ts';
import type { Attempt } from './transaction.ts';
import type { Names, Probe } from './types.ts';

const NAMES: Names = {
  host: 'mx.contoso.example',
  domain: 'contoso.example',
  ip: '192.0.2.7',
  literal: '[192.0.2.7]',
  client: '[127.0.0.1]',
  known: 'postmaster@contoso.example',
  inbound: '',
  outside: 'bob@other.example',
  sender: 'a@sender.example',
  helo: 'prober.example',
};

function probe(id: string): Probe {
  const found = PROBES.find((one) => one.id === id);
  assert.ok(found !== undefined, id);
  return found;
}

const TOKEN = 'postern-audit-0123456789abcdef-1-end';
const ACCEPTED: Attempt = { kind: 'accepted', reason: 'RCPT: 250 ok', token: TOKEN };

function arrival(recipient: string, sender = 'a@sender.example'): Arrival {
  return { token: TOKEN, sender, recipients: [recipient], client: '192.0.2.7' };
}

function verdictOf(id: string, attempt: Attempt, evidence: Partial<Evidence> = {}): string {
  const all = { doubt: undefined, arrivals: undefined, waited: 3, names: NAMES, ...evidence };
  return judge(probe(id), attempt, all).verdict;
}

test('judge() goes by the reply when nothing is seen', () => {
  const byReply: Attempt = { ...ACCEPTED, token: undefined };
  assert.equal(verdictOf('plain', byReply), 'accepts');
  assert.equal(verdictOf('percent-domain', byReply, { doubt: 'it accepts any' }), 'cannotTell');
  assert.equal(verdictOf('plain', { kind: 'refused', reason: '550' }), 'refuses');
  assert.equal(verdictOf('plain', { kind: 'putOff', reason: '450' }), 'cannotTell');
  assert.equal(verdictOf('plain', { kind: 'lost', loss: { cause: 'closed', text: 'gone' } }), 'cannotTell');
});

test('judge() goes by what arrives when that is seen', () => {
  assert.equal(verdictOf('plain', ACCEPTED, { arrivals: [arrival('bob@other.example')] }), 'relays');
  assert.equal(verdictOf('plain', ACCEPTED, { arrivals: [] }), 'accepts');
  assert.equal(
    verdictOf('percent-domain', ACCEPTED, {
      arrivals: [arrival('bob@other.example')],
      doubt: 'it accepts any',
    }),
    'relays',
  );
  assert.equal(verdictOf('percent-domain', ACCEPTED, { arrivals: [], doubt: 'it accepts any' }), 'refuses');
  // Passed on to an inner host as it was: that one must not follow it.
  const own = arrival('bob%other.example@CONTOSO.example');
  assert.equal(verdictOf('percent-domain', ACCEPTED, { arrivals: [own] }), 'accepts');
  assert.equal(
    verdictOf('percent-domain', ACCEPTED, { arrivals: [own], doubt: 'it accepts any' }),
    'refuses',
  );
});

test('judge() tells a bounce from relayed mail', () => {
  const bounce = arrival('a@sender.example', '');
  assert.equal(verdictOf('plain', ACCEPTED, { arrivals: [bounce] }), 'accepts');
  assert.equal(verdictOf('plain', ACCEPTED, { arrivals: [bounce, arrival('bob@other.example')] }), 'relays');
  // Mail from the null sender is relayed as such.
  assert.equal(
    verdictOf('sender-null', ACCEPTED, { arrivals: [arrival('bob@other.example', '')] }),
    'relays',
  );
});

test('judge() wants nothing outside of a message that only its header sends there', () => {
  const watched: Attempt = { kind: 'watched', reason: 'accepted', token: TOKEN };
  assert.equal(verdictOf('header-recipients', watched, { arrivals: [] }), 'refuses');
  assert.equal(
    verdictOf('header-recipients', watched, { arrivals: [arrival('test@contoso.example')] }),
    'refuses',
  );
  assert.equal(
    verdictOf('header-recipients', watched, { arrivals: [arrival('bob@other.example')] }),
    'relays',
  );
});

test('comparisonOf() compares with a local part that means nothing, at the same home and from the same sender', () => {
  const values = placeholders(NAMES);
  assert.deepEqual(comparisonOf(probe('percent-domain-local-sender'), 'nobody-1', values), {
    mail: 'MAIL FROM:<antispam@[192.0.2.7]>',
    rcpt: 'RCPT TO:<nobody-1@contoso.example>',
    home: 'contoso.example',
  });
  assert.equal(comparisonOf(probe('bang-bare'), 'nobody-1', values)?.rcpt, 'RCPT TO:<nobody-1>');
  assert.equal(comparisonOf(probe('plain'), 'nobody-1', values), undefined);
  assert.equal(comparisonOf(probe('turn'), 'nobody-1', values), undefined);
});

test("isRefusal() takes the deferral of Debian's Postfix for what it says, and greylisting not", () => {
  const reply = (code: number, status: string | undefined, text: string) => ({ code, status, lines: [text] });
  assert.equal(isRefusal(reply(550, '5.7.1', '5.7.1 no')), true);
  assert.equal(isRefusal(reply(454, '4.7.1', '4.7.1 <a@b.example>: Relay access denied')), true);
  assert.equal(isRefusal(reply(454, '4.7.0', '4.7.0 TLS not available')), false);
  assert.equal(isRefusal(reply(451, '4.7.1', '4.7.1 Greylisting in action, please come back later')), false);
  assert.equal(isRefusal(reply(250, undefined, 'relay ok')), false);
  assert.equal(formatReceived({ code: 250, status: undefined, lines: ['a', ' b '] }), '250 b');
});
