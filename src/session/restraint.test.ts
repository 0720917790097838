/** RCPT when something restrains the grant that lets the recipient in: limits, gateways, the wait for an answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Restrained, Restraint } from './mod.ts';
import { Harness, SETTINGS } from './testing/harness.ts';

const OFFICE = '127.0.1.5';
const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const HELLO = 'EHLO desk.test\r\nMAIL FROM:<a@inbound.test>\r\n';

/** A restraint whose answers the test gives, one at a time, in its own time. */
class Slow {
  readonly asked: string[] = [];
  readonly #waiting: ((answer: Restrained | undefined) => void)[] = [];

  readonly check: Restraint['check'] = (decision, { session, helo }) => {
    this.asked.push(`${session} ${helo} ${decision.facts.recipient.address}`);
    return new Promise((resolve) => this.#waiting.push(resolve));
  };

  async answer(harness: Harness, answer?: Restrained): Promise<void> {
    this.#waiting.shift()?.(answer);
    await harness.settle();
  }
}

async function office(restrain: Restraint['check'], world: ConstructorParameters<typeof Harness>[0] = {}) {
  const harness = new Harness({ client: OFFICE, restrain, ...world });
  await harness.send(HELLO);
  harness.replies();
  return harness;
}

/** Answers at once what the local part of the recipient says. */
const byName: Restraint['check'] = ({ facts }) => {
  switch (facts.recipient.localPart) {
    case 'limit':
      return Promise.resolve({ reason: 'limit', until: NOW + 61_000 });
    case 'gateway':
      return Promise.resolve({ reason: 'suspectGateway' });
    case 'unavailable':
      return Promise.resolve({ reason: 'unavailable' });
    case 'waits':
      return Promise.resolve(undefined);
    default:
      return undefined;
  }
};

test('RCPT under a restrained grant is answered as the restraint says, and only what it lets pass is sent', async () => {
  const harness = await office(byName);
  const names = ['free', 'limit', 'gateway', 'unavailable', 'waits'];
  await harness.send(names.map((name) => `RCPT TO:<${name}@outside.test>\r\n`).join(''));
  assert.deepEqual(harness.replies(), [
    '250 2.1.5 Recipient accepted',
    '450 4.7.1 Too many recipients for now, try again after 2026-11-24 12:02 UTC (in 2 minutes) [T1]',
    '550 5.7.1 Relaying is prohibited from 127.0.1.5 without signing in [T1]',
    '451 4.3.0 Recipients cannot be counted now, try again later [T1]',
    '250 2.1.5 Recipient accepted',
  ]);
  await harness.send('DATA\r\nFrom: <a@inbound.test>\r\n\r\nx\r\n.\r\n');
  assert.deepEqual(
    harness.messages[0]?.recipients.map(({ address }) => address),
    ['free@outside.test', 'waits@outside.test'],
  );
  const refused = harness.events.filter(({ name }) => name === 'recipient.refused');
  assert.deepEqual(
    refused.map(({ fields }) =>
      ['rule', 'reason'].map((field) => Object.entries(fields).find(([name]) => name === field)?.[1]),
    ),
    [
      ['grant:office', 'limit'],
      ['grant:office', 'suspectGateway'],
      ['grant:office', 'unavailable'],
    ],
  );
  assert.deepEqual(
    harness.kept.decided.map(({ restrained, decision, reply }) => [restrained, decision.verdict, reply.code]),
    [
      [null, 'accepted', 250],
      ['limit', 'accepted', 450],
      ['suspectGateway', 'accepted', 550],
      ['unavailable', 'accepted', 451],
      [null, 'accepted', 250],
    ],
  );
});

test('a restraint is asked only when a grant lets the recipient in', async () => {
  const asked: string[] = [];
  const harness = await office(({ facts }) => {
    asked.push(facts.recipient.address);
    return Promise.resolve({ reason: 'limit', until: NOW + 1 });
  });
  const recipients = ['bob@inbound.test', 'nobody@inbound.test', 'x@relaydom.test', 'y@outside.test'];
  await harness.send(recipients.map((each) => `RCPT TO:<${each}>\r\n`).join(''));
  assert.equal(harness.codes(), '250,550,250,450');
  assert.deepEqual(asked, ['y@outside.test']);
  const stranger = new Harness({ restrain: () => assert.fail('a stranger has no grant') });
  await stranger.send(`${HELLO}RCPT TO:<y@outside.test>\r\nRCPT TO:<bob@inbound.test>\r\n`);
  assert.equal(stranger.codes(), '220,250,250,550,250');
});

test('nothing behind a waiting RCPT is looked at, and the replies keep their order', async () => {
  const slow = new Slow();
  const harness = await office(slow.check);
  await harness.send(
    'RCPT TO:<one@outside.test>\r\nRCPT TO:<two@outside.test>\r\nRCPT TO:<bob@inbound.test>\r\nNOOP\r\n',
  );
  assert.deepEqual(harness.replies(), []);
  assert.deepEqual(slow.asked, ['T1 desk.test one@outside.test']);
  await slow.answer(harness, { reason: 'limit', until: NOW + 1 });
  assert.equal(harness.codes(), '450');
  assert.equal(slow.asked.length, 2);
  await slow.answer(harness);
  assert.equal(harness.codes(), '250,250,250');
  await harness.send('DATA\r\nFrom: <a@inbound.test>\r\n\r\nx\r\n.\r\n');
  assert.deepEqual(
    harness.messages[0]?.recipients.map(({ address }) => address),
    ['two@outside.test', 'bob@inbound.test'],
  );
});

test('to be told to come back is no error of the client, to be taken for a gateway is', async () => {
  const settings = { ...SETTINGS, limits: { ...SETTINGS.limits, errors: 2 } };
  const harness = await office(byName, { settings });
  await harness.send('RCPT TO:<limit@outside.test>\r\n'.repeat(5));
  await harness.send('RCPT TO:<unavailable@outside.test>\r\n'.repeat(5));
  assert.equal(harness.codes(), [...Array(5).fill('450'), ...Array(5).fill('451')].join());
  await harness.send('RCPT TO:<gateway@outside.test>\r\n'.repeat(3));
  assert.equal(harness.codes(), '550,550,421');
});

test('recipients that had to wait count against the limit of recipients', async () => {
  const settings = { ...SETTINGS, limits: { ...SETTINGS.limits, recipients: 2 } };
  const harness = await office(byName, { settings });
  await harness.send('RCPT TO:<waits@outside.test>\r\n'.repeat(3));
  assert.equal(harness.codes(), '250,250,452');
});

test('a client that goes while its recipient waits leaves nothing behind', async () => {
  const slow = new Slow();
  const harness = await office(slow.check);
  await harness.send('RCPT TO:<one@outside.test>\r\n');
  harness.session.closed('disconnected');
  await slow.answer(harness, { reason: 'limit', until: NOW + 1 });
  assert.equal(harness.output, '');
  assert.deepEqual(harness.kept.decided, []);
  assert.deepEqual(
    harness.events.map(({ name }) => name).filter((name) => name !== 'session.opened'),
    ['session.closed'],
  );
});

test('a client that has closed its side still gets the answer it waits for', async () => {
  const slow = new Slow();
  const harness = await office(slow.check);
  await harness.send('RCPT TO:<one@outside.test>\r\nNOOP\r\n');
  harness.session.inputEnd();
  await slow.answer(harness);
  assert.equal(harness.codes(), '250,250');
  assert.equal(harness.ended, true);
});

test('a drain waits for the answer of a recipient, and no longer', async () => {
  const slow = new Slow();
  const harness = await office(slow.check);
  await harness.send('RCPT TO:<one@outside.test>\r\nNOOP\r\n');
  harness.session.drain();
  await harness.settle();
  assert.equal(harness.ended, false);
  await slow.answer(harness);
  assert.equal(harness.codes(), '250,421');
  assert.equal(harness.ended, true);
});

test('the time-out of a command does not run while a recipient waits; that of the session does', async () => {
  const slow = new Slow();
  const harness = await office(slow.check);
  await harness.send('RCPT TO:<one@outside.test>\r\n');
  harness.now += SETTINGS.timeouts.command + 1;
  harness.session.expire(harness.now);
  assert.equal(harness.ended, false);
  await slow.answer(harness);
  harness.session.expire(harness.now);
  assert.equal(harness.codes(), '250');
  await harness.send('RCPT TO:<two@outside.test>\r\n');
  harness.now += SETTINGS.timeouts.session;
  harness.session.expire(harness.now);
  assert.equal(harness.codes(), '421');
  await slow.answer(harness);
  assert.equal(harness.output, '');
});

test('a restraint that fails ends the session with a temporary failure', async () => {
  const harness = await office(() => Promise.reject(new Error('a bug')));
  await harness.send('RCPT TO:<one@outside.test>\r\nRCPT TO:<two@outside.test>\r\n');
  assert.equal(harness.codes(), '451');
  assert.equal(harness.ended, true);
  assert.ok(harness.events.some(({ name }) => name === 'session.failed'));
});

test('the history hears which MAIL of the session a recipient belongs to', async () => {
  const harness = await office(byName);
  await harness.send(
    'RCPT TO:<one@outside.test>\r\nMAIL FROM:<>\r\nRSET\r\nMAIL FROM:<\r\nMAIL FROM:<>\r\nRCPT TO:<two@outside.test>\r\n',
  );
  await harness.send(
    'DATA\r\nFrom: <a@inbound.test>\r\n\r\nx\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<nobody@inbound.test>\r\nRCPT TO:<waits@outside.test>\r\n',
  );
  assert.deepEqual(
    harness.kept.decided.map(({ transaction, session, helo, decision }) => [
      transaction,
      session,
      helo,
      decision.verdict,
    ]),
    [
      [1, 'T1', 'desk.test', 'accepted'],
      [2, 'T1', 'desk.test', 'accepted'],
      [3, 'T1', 'desk.test', 'refused'],
      [3, 'T1', 'desk.test', 'accepted'],
    ],
  );
});

test('replies are the same wherever the octets are split, also when recipients wait', async () => {
  const recipients = ['waits', 'limit', 'free', 'gateway', 'waits'].map(
    (name) => `RCPT TO:<${name}@outside.test>\r\n`,
  );
  const dialogue = `${recipients.join('')}RCPT TO:<bob@inbound.test>\r\nDATA\r\nFrom: <a@inbound.test>\r\n\r\nhello\r\n.\r\nRSET\r\nQUIT\r\n`;
  const talk = async (cuts: readonly number[]): Promise<string> => {
    const harness = await office(byName);
    const points = [0, ...[...cuts].sort((one, other) => one - other), dialogue.length];
    for (const [index, from] of points.entries()) await harness.send(dialogue.slice(from, points[index + 1]));
    return harness.codes();
  };
  const whole = await talk([]);
  assert.equal(whole, '250,450,250,550,250,250,354,250,250,221');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(dialogue.length), { maxLength: 12 }), async (cuts) => {
      assert.equal(await talk(cuts), whole);
    }),
    { numRuns: 60 },
  );
});
