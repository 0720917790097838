/** The authentication guard and the guard against probing, as a client meets them. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import type { Guard, LoginVerdict } from './mod.ts';
import { Harness, SETTINGS } from './testing/harness.ts';
import { PERMISSIVE_GUARD, type World } from './testing/services.ts';

const b64 = (text: string): string => Buffer.from(text).toString('base64');
const plain = (login: string, password: string, identity = ''): string =>
  `AUTH PLAIN ${b64(`${identity}\0${login}\0${password}`)}\r\n`;
const ALICE = 'alice@inbound.test';

/** A guard that writes down what it is asked and told. */
class Watch implements Guard {
  readonly told: string[] = [];
  delayMs = 0;
  refuses = false;
  unknown: ReturnType<Guard['unknownRecipient']> = { delayMs: 0, end: false };

  readonly before: Guard['before'] = ({ client, login }) => {
    this.told.push(`before ${client.text} ${login}`);
    return Promise.resolve(this.refuses ? { kind: 'refused' } : { kind: 'try', delayMs: this.delayMs });
  };

  readonly after: Guard['after'] = ({ client, login, accepted }) => {
    this.told.push(`after ${client.text} ${login} ${accepted ? 'accepted' : 'refused'}`);
  };

  readonly unknownRecipient: Guard['unknownRecipient'] = (client) => {
    this.told.push(`unknown ${client.text}`);
    return this.unknown;
  };
}

async function greeted(world: Partial<World>): Promise<Harness> {
  const harness = new Harness(world);
  await harness.send('EHLO a.test\r\n');
  harness.replies();
  return harness;
}

function refusals(harness: Harness): object[] {
  return harness.events.filter(({ name }) => name === 'auth.refused').map(({ fields }) => fields);
}

test('AUTH: the guard is asked before every verification and told of what came out', async () => {
  const guard = new Watch();
  const harness = await greeted({ guard });
  await harness.send(plain(ALICE, 'wrong') + plain('nobody', 'wrong') + plain(ALICE, 'secret'));
  assert.equal(harness.codes(), '535,535,235');
  assert.deepEqual(guard.told, [
    `before 127.0.0.66 ${ALICE}`,
    `after 127.0.0.66 ${ALICE} refused`,
    'before 127.0.0.66 nobody',
    'after 127.0.0.66 nobody refused',
    `before 127.0.0.66 ${ALICE}`,
    `after 127.0.0.66 ${ALICE} accepted`,
  ]);
});

for (const verdict of ['busy', 'unavailable'] as const) {
  test(`AUTH: a verification that is ${verdict} is no failure of the client for the guard`, async () => {
    const guard = new Watch();
    const harness = await greeted({ guard, verify: () => Promise.resolve(verdict) });
    await harness.send(plain(ALICE, 'secret'));
    assert.equal(harness.codes(), '454');
    assert.deepEqual(guard.told, [`before 127.0.0.66 ${ALICE}`]);
  });
}

test('AUTH: whom the guard refuses is told 421 without a look at the password', async () => {
  const guard = new Watch();
  guard.refuses = true;
  const harness = await greeted({ guard, verify: () => assert.fail('the password is not looked at') });
  await harness.send(`${plain(ALICE, 'secret')}NOOP\r\n`);
  assert.deepEqual(harness.replies(), ['421 4.7.0 Too many failed logins, try again later']);
  assert.equal(harness.ended, true);
  assert.deepEqual(guard.told, [`before 127.0.0.66 ${ALICE}`]);
  assert.deepEqual(refusals(harness), [
    {
      session: 'T1',
      client: '127.0.0.66',
      listener: 'internet',
      login: ALICE,
      mechanism: 'PLAIN',
      cause: 'guard',
    },
  ]);
});

/** Answers after so many milliseconds of the harness's time. */
function slowly(ms: number, verdict: LoginVerdict, clock: () => Harness | undefined): World['verify'] {
  return async () => {
    const harness = clock();
    if (harness !== undefined) harness.now += ms;
    return Promise.resolve(verdict);
  };
}

test('AUTH: failures are alike in words and in time, whatever they are and whatever they took', async () => {
  const account = { account: ALICE };
  const attempts: readonly [number, LoginVerdict, string][] = [
    [0, 'rejected', plain('nobody', 'x')],
    [80, 'rejected', plain(ALICE, 'x')],
    [999, 'rejected', plain('disabled@inbound.test', 'x')],
    [5, account, plain(ALICE, 'secret', 'boss@inbound.test')],
    [7, account, `AUTH LOGIN ${b64(ALICE)}\r\n${b64('x')}\r\n`],
  ];
  const answers = new Set<string>();
  for (const [ms, verdict, octets] of attempts) {
    const guard = new Watch();
    guard.delayMs = 1000;
    let harness: Harness | undefined;
    const right = octets.startsWith('AUTH LOGIN') ? 'rejected' : verdict;
    const verify = slowly(ms, right, () => harness);
    harness = await greeted({ guard, verify });
    const from = harness.now;
    await harness.send(octets);
    const early = harness.replies().filter((reply) => !reply.startsWith('334'));
    assert.deepEqual(early, [], 'nothing is said before the delay is over');
    await harness.advance(from + 999 - harness.now);
    assert.equal(harness.output, '');
    await harness.advance(1);
    answers.add(`${harness.replies().join()} after ${harness.now - from} ms`);
    assert.match(guard.told.at(-1) ?? '', /refused$/);
  }
  assert.deepEqual([...answers], ['535 5.7.8 Authentication credentials invalid after 1000 ms']);
});

test('AUTH: what is pipelined behind a failure waits for its reply, and a success has no delay', async () => {
  const guard = new Watch();
  guard.delayMs = 5000;
  const harness = await greeted({ guard });
  await harness.send(`${plain(ALICE, 'wrong')}MAIL FROM:<${ALICE}>\r\nRCPT TO:<x@outside.test>\r\n`);
  assert.equal(harness.output, '');
  await harness.advance(5000);
  assert.equal(harness.codes(), '535,250,550');
  await harness.send(`RSET\r\n${plain(ALICE, 'secret')}`);
  assert.equal(harness.codes(), '250,235');
});

test('AUTH: a client that goes while its failure is delayed leaves no timer and gets nothing', async () => {
  const guard = new Watch();
  guard.delayMs = 5000;
  const harness = await greeted({ guard });
  await harness.send(plain(ALICE, 'wrong'));
  assert.equal(harness.timers, 1);
  harness.session.closed('reset');
  await harness.settle();
  assert.equal(harness.timers, 0);
  assert.equal(harness.output, '');
});

const OPEN = 'EHLO a.test\r\nMAIL FROM:<a@outside.test>\r\n';

async function open(world: Partial<World>): Promise<Harness> {
  const harness = new Harness(world);
  await harness.send(OPEN);
  harness.replies();
  return harness;
}

test('RCPT: an unknown mailbox is told to the guard, and its reply waits as long as that says', async () => {
  const guard = new Watch();
  guard.unknown = { delayMs: 3000, end: false };
  const harness = await open({ guard });
  await harness.send('RCPT TO:<nobody@inbound.test>\r\nRCPT TO:<bob@inbound.test>\r\n');
  assert.equal(harness.output, '');
  await harness.advance(2999);
  assert.equal(harness.output, '');
  await harness.advance(1);
  assert.equal(harness.codes(), '550,250');
  assert.deepEqual(guard.told, ['unknown 127.0.0.66']);
});

test('RCPT: who asks for too many unknown mailboxes is told 421, and the log has one line of it', async () => {
  const guard = new Watch();
  guard.unknown = { delayMs: 1000, end: true };
  const harness = await open({ guard });
  await harness.send('RCPT TO:<nobody@inbound.test>\r\nRCPT TO:<bob@inbound.test>\r\n');
  await harness.advance(1000);
  assert.deepEqual(harness.replies(), ['421 4.7.0 Too many unknown recipients, try again later']);
  assert.equal(harness.ended, true);
  assert.deepEqual(harness.events.find(({ name }) => name === 'client.probing')?.fields, {
    session: 'T1',
    client: '127.0.0.66',
    listener: 'internet',
    recipient: 'nobody@inbound.test',
  });
  assert.deepEqual(
    harness.kept.decided.map(({ reply }) => reply.code),
    [421],
  );
});

test('RCPT: only strangers are held for probing, and only for mailboxes that do not exist', async () => {
  const guard = new Watch();
  guard.unknown = { delayMs: 1000, end: true };
  const office = await open({ guard, client: '127.0.1.5' });
  await office.send('RCPT TO:<nobody@inbound.test>\r\n');
  assert.equal(office.codes(), '550');
  const account = await greeted({ guard });
  await account.send(`${plain(ALICE, 'secret')}MAIL FROM:<${ALICE}>\r\nRCPT TO:<nobody@inbound.test>\r\n`);
  assert.equal(account.codes(), '235,250,550');
  const stranger = await open({ guard });
  await stranger.send('RCPT TO:<x@outside.test>\r\nRCPT TO:<bob@inbound.test>\r\nRCPT TO:<y\r\n');
  assert.equal(stranger.codes(), '550,250,501');
  assert.deepEqual(
    guard.told.filter((line) => line.startsWith('unknown')),
    [],
  );
});

test('RCPT: a client that goes while an unknown mailbox is delayed leaves no timer', async () => {
  const guard: Guard = { ...PERMISSIVE_GUARD, unknownRecipient: () => ({ delayMs: 1000, end: true }) };
  const harness = await open({ guard, settings: SETTINGS });
  await harness.send('RCPT TO:<nobody@inbound.test>\r\n');
  harness.session.closed('reset');
  await harness.settle();
  assert.equal(harness.timers, 0);
  assert.equal(harness.output, '');
});
