/** Connections that are shared, reused and closed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import {
  makeAttempt,
  smtpSetup,
  startPeer,
  summary,
  type Answer,
  type Peer,
  type Setup,
} from './testing/mod.ts';
import type { Attempt, Outcome } from './types.ts';

const never = new AbortController().signal;

function attemptTo(peer: Peer): Attempt {
  return makeAttempt({ kind: 'smtp', to: { host: peer.host, port: peer.port } });
}

async function sendOne(t: Setup, peer: Peer, signal: AbortSignal = never): Promise<readonly Outcome[]> {
  return await t.courier.attempt(attemptTo(peer), signal);
}

const delivered = ['delivered 2.0.0'];

describe('connections', () => {
  it('are reused one message after the other', async () => {
    await using peer = await startPeer();
    await using t = await smtpSetup();
    for (let count = 0; count < 20; count += 1) assert.deepEqual(summary(await sendOne(t, peer)), delivered);
    assert.equal(peer.sessions.length, 1);
    assert.equal(peer.messages.length, 20);
    assert.ok(!peer.sessions[0]?.lines.includes('RSET'));
  });

  it('are never more than allowed, and everybody gets a turn', async () => {
    await using peer = await startPeer();
    await using t = await smtpSetup({ connectionsPerHost: 3 });
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => sendOne(t, peer)));
    for (const outcome of outcomes) assert.deepEqual(summary(outcome), delivered);
    assert.equal(peer.sessions.length, 3);
    assert.equal(peer.messages.length, 50);
  });

  it('are closed with QUIT after so many messages', async () => {
    await using peer = await startPeer();
    await using t = await smtpSetup({ messagesPerConnection: 2 });
    for (let count = 0; count < 5; count += 1) await sendOne(t, peer);
    assert.deepEqual(
      peer.sessions.map(({ messages }) => messages.length),
      [2, 2, 1],
    );
    await peer.until(
      () => peer.sessions[0]?.lines.at(-1) === 'QUIT' && peer.sessions[1]?.lines.at(-1) === 'QUIT',
    );
  });

  it('are closed with QUIT when they have rested long enough', async () => {
    await using peer = await startPeer();
    await using t = await smtpSetup({ idleMs: 20 });
    await sendOne(t, peer);
    await peer.until(() => peer.sessions[0]?.closed === true);
    assert.equal(peer.sessions[0]?.lines.at(-1), 'QUIT');
    assert.deepEqual(summary(await sendOne(t, peer)), delivered);
    assert.equal(peer.sessions.length, 2);
  });

  it('are closed even when nobody answers QUIT', async () => {
    await using peer = await startPeer({
      onCommand: (line) => (line === 'QUIT' ? { silent: true } : undefined),
    });
    await using t = await smtpSetup({ idleMs: 20, timeouts: { quit: 20 } });
    await sendOne(t, peer);
    await peer.until(() => peer.sessions[0]?.closed === true);
  });

  it('are not used again when the server closed them', async () => {
    for (const farewell of [undefined, '421 4.4.2 Idle too long']) {
      await using peer = await startPeer();
      await using t = await smtpSetup();
      await sendOne(t, peer);
      const [first] = peer.sessions;
      if (farewell !== undefined) first?.say(farewell);
      first?.hangUp();
      await peer.until(() => first?.closed === true);
      assert.deepEqual(summary(await sendOne(t, peer)), delivered);
      assert.equal(peer.sessions.length, 2);
      assert.equal(t.tellings('outbound.lost').length, 0);
    }
  });

  for (const [what, answer] of [
    ['close at MAIL', { hangUp: true }],
    ['say 421 at MAIL', { hangUp: true, saying: '421 4.4.2 Idle too long' }],
  ] as const) {
    it(`that rested and ${what} are made anew once, without a word`, async () => {
      await using peer = await startPeer({
        onCommand: (line, { lines }) =>
          line.startsWith('MAIL') && lines.filter((one) => one.startsWith('MAIL')).length > 1
            ? answer
            : undefined,
      });
      await using t = await smtpSetup();
      for (let count = 0; count < 3; count += 1) assert.deepEqual(summary(await sendOne(t, peer)), delivered);
      assert.equal(peer.sessions.length, 3);
      assert.equal(t.tellings('outbound.lost').length, 0);
    });
  }

  it('that rested and are lost after the content are not repeated', async () => {
    await using peer = await startPeer({
      onMessage: ({ session }) => (session.messages.length === 2 ? { hangUp: true } : undefined),
    });
    await using t = await smtpSetup();
    assert.deepEqual(summary(await sendOne(t, peer)), delivered);
    assert.deepEqual(summary(await sendOne(t, peer)), ['deferred 4.4.2']);
    assert.equal(peer.messages.length, 2);
    assert.equal(peer.sessions.length, 1);
  });

  it('are tried afresh at most once', async () => {
    let accept = true;
    await using peer = await startPeer({
      onCommand: (line) => (line.startsWith('MAIL') && !accept ? { hangUp: true } : undefined),
    });
    await using t = await smtpSetup();
    assert.deepEqual(summary(await sendOne(t, peer)), delivered);
    accept = false;
    assert.deepEqual(summary(await sendOne(t, peer)), ['deferred 4.4.2']);
    assert.equal(peer.sessions.length, 2);
  });

  it('are made anew even when all places are taken by dead ones', async () => {
    let accept = true;
    await using peer = await startPeer({
      onCommand: (line, { number }) =>
        line.startsWith('MAIL') && !accept && number <= 2 ? { hangUp: true } : undefined,
    });
    await using t = await smtpSetup({ connectionsPerHost: 2 });
    const two = await Promise.all([sendOne(t, peer), sendOne(t, peer)]);
    for (const outcomes of two) assert.deepEqual(summary(outcomes), delivered);
    assert.equal(peer.sessions.length, 2);
    accept = false;
    assert.deepEqual(summary(await sendOne(t, peer)), delivered);
  });

  it('are not shared by different logins or hosts', async () => {
    await using peer = await startPeer();
    await using t = await smtpSetup();
    t.dns.add('one.test', { type: 'A', data: '127.0.0.1' });
    for (const host of ['127.0.0.1', 'one.test', 'localhost']) {
      const attempt = makeAttempt({ kind: 'smtp', to: { host, port: peer.port } });
      assert.deepEqual(summary(await t.courier.attempt(attempt, never)), delivered);
    }
    assert.equal(peer.sessions.length, 3);
  });

  it('leave the line to others when the signal of one aborts', async () => {
    await using peer = await startPeer({
      onMessage: ({ session }) => (session.number === 1 ? { silent: true } : undefined),
    });
    await using t = await smtpSetup({ connectionsPerHost: 1 });
    const stuck = new AbortController();
    const impatient = new AbortController();
    const first = sendOne(t, peer, stuck.signal);
    await peer.until(() => peer.messages.length === 1);
    const second = sendOne(t, peer, impatient.signal);
    const third = sendOne(t, peer);
    impatient.abort();
    assert.deepEqual(summary(await second), ['deferred 4.3.2']);
    stuck.abort();
    assert.deepEqual(summary(await first), ['deferred 4.3.2']);
    assert.deepEqual(summary(await third), delivered);
  });

  it('that cannot be made do not use up the places', async () => {
    let welcome = false;
    await using peer = await startPeer({
      onCommand: (line) => (line === 'CONNECT' && !welcome ? '421 4.3.2 Busy' : undefined),
    });
    await using t = await smtpSetup({ connectionsPerHost: 2 });
    const refused = await Promise.all(Array.from({ length: 6 }, () => sendOne(t, peer)));
    for (const outcomes of refused) assert.deepEqual(summary(outcomes), ['deferred 4.3.2']);
    welcome = true;
    assert.deepEqual(summary(await sendOne(t, peer)), delivered);
  });
});

describe('commands sent ahead', () => {
  const offers = [['PIPELINING'], []] as const;

  it('come from those in line while the last reply is due, where PIPELINING is offered', async () => {
    for (const offer of offers) {
      await using peer = await startPeer({
        offers: offer,
        onMessage: ({ session }) => (session.number === 1 ? { silent: true } : undefined),
      });
      await using t = await smtpSetup({ connectionsPerHost: 1 });
      const attempts = [sendOne(t, peer), sendOne(t, peer), sendOne(t, peer)];
      await peer.until(() => peer.messages.length === 1);
      const [first] = peer.sessions;
      const ahead = offer.length > 0 ? 2 : 1;
      await peer.until(() => first?.lines.filter((line) => line.startsWith('MAIL')).length === ahead);
      first?.hangUp();
      // The one whose content was sent may arrive twice; the one behind it is repeated, and nobody hears of it.
      assert.deepEqual(summary((await attempts[0]) ?? []), ['deferred 4.4.2']);
      for (const attempt of attempts.slice(1)) assert.deepEqual(summary(await attempt), delivered);
      assert.equal(peer.messages.length, 3);
      assert.equal(t.tellings('outbound.lost').length, 1);
    }
  });

  it('are repeated elsewhere when the one before ends the connection', async () => {
    for (const answer of ['421 4.7.0 Enough for one connection', '354 What?']) {
      await using peer = await startPeer({
        onMessage: ({ session }) =>
          session.number === 1 && session.messages.length === 1 ? answer : undefined,
      });
      await using t = await smtpSetup({ connectionsPerHost: 1 });
      const [first, ...others] = await Promise.all([1, 2, 3].map(() => sendOne(t, peer)));
      assert.equal(first?.[0]?.kind, 'deferred');
      for (const outcomes of others) assert.deepEqual(summary(outcomes), delivered);
      assert.equal(peer.messages.length, 3);
    }
  });

  it('have no time limit of their own before it is their turn', async () => {
    await using peer = await startPeer({ onMessage: () => ({ silent: true }) });
    await using t = await smtpSetup({ connectionsPerHost: 1, timeouts: { mail: 20, final: 200 } });
    const controller = new AbortController();
    const first = sendOne(t, peer);
    const second = sendOne(t, peer, controller.signal);
    const [outcome] = await first;
    assert.match(outcome?.reply ?? '', /no reply to the end of the message in time/);
    controller.abort();
    assert.deepEqual(summary(await second), ['deferred 4.3.2']);
  });

  it('are not ended by the signal of the one before', async () => {
    await using peer = await startPeer({
      onMessage: ({ session }) => (session.number === 1 ? { silent: true } : undefined),
    });
    await using t = await smtpSetup({ connectionsPerHost: 1 });
    const controller = new AbortController();
    const first = sendOne(t, peer, controller.signal);
    const second = sendOne(t, peer);
    await peer.until(() => peer.sessions[0]?.lines.filter((line) => line === 'DATA').length === 2);
    controller.abort();
    assert.deepEqual(summary(await first), ['deferred 4.3.2']);
    assert.deepEqual(summary(await second), delivered);
  });

  it('survive servers that end each connection after a few messages', async () => {
    await using peer = await startPeer({
      onCommand: (line, { messages }) =>
        line.startsWith('MAIL') && messages.length >= 5
          ? { hangUp: true, saying: '421 4.7.0 Enough for one connection' }
          : undefined,
    });
    await using t = await smtpSetup({ connectionsPerHost: 3 });
    const all = await Promise.all(Array.from({ length: 200 }, () => sendOne(t, peer)));
    for (const outcomes of all) assert.deepEqual(summary(outcomes), delivered);
    assert.equal(peer.messages.length, 200);
  });
});

describe('an unreliable server', () => {
  const happenings: readonly (readonly [number, Answer | undefined])[] = [
    [30, undefined],
    [1, { hangUp: true }],
    [1, { hangUp: true, saying: '421 4.3.2 Going down' }],
    [2, '450 4.2.0 Not now'],
    [2, '550 5.7.1 Never'],
  ];
  const happening = fc.oneof(
    ...happenings.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })),
  );

  it('makes no difference to the count: everybody gets one outcome, and it is the true one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(happening, { noHistory: true }),
        fc.constantFrom(['PIPELINING'], []),
        fc.integer({ min: 1, max: 4 }),
        async (stream, offer, connectionsPerHost) => {
          const next = (): Answer | undefined => stream.next().value;
          const kept = new Map<string, number>();
          await using peer = await startPeer({
            offers: offer,
            onCommand: (line) => (/^(?:MAIL|RCPT|DATA)/.test(line) ? next() : undefined),
            onMessage(_message, recipient) {
              const answer = next();
              if (answer === undefined) kept.set(recipient, (kept.get(recipient) ?? 0) + 1);
              return answer;
            },
          });
          await using t = await smtpSetup({ connectionsPerHost });
          const target = { kind: 'smtp', to: { host: peer.host, port: peer.port } } as const;
          const attempts = Array.from({ length: 40 }, async (_, place) => {
            const to = `r${place}@x.test`;
            const outcomes = await t.courier.attempt(makeAttempt(target, { to: [to] }), never);
            assert.equal(outcomes.length, 1);
            assert.equal(
              outcomes[0]?.kind === 'delivered',
              kept.get(to) === 1,
              `${to} ${outcomes[0]?.reply ?? ''}`,
            );
          });
          await Promise.all(attempts);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('[Symbol.asyncDispose]()', () => {
  it('says QUIT on resting connections', async () => {
    await using peer = await startPeer();
    const t = await smtpSetup();
    await Promise.all([sendOne(t, peer), sendOne(t, peer)]);
    await t[Symbol.asyncDispose]();
    await peer.until(() => peer.sessions.every(({ closed }) => closed));
    for (const session of peer.sessions) assert.equal(session.lines.at(-1), 'QUIT');
  });

  it('defers what is under way, being connected or waiting', async () => {
    await using peer = await startPeer({ onMessage: () => ({ silent: true }) });
    await using quiet = await startPeer({ onCommand: () => ({ silent: true }) });
    const t = await smtpSetup({ connectionsPerHost: 1 });
    const attempts = [sendOne(t, peer), sendOne(t, peer), sendOne(t, quiet)];
    await peer.until(() => peer.messages.length === 1);
    await quiet.until(() => quiet.sessions.length === 1);
    await t[Symbol.asyncDispose]();
    for (const attempt of attempts) assert.deepEqual(summary(await attempt), ['deferred 4.3.2']);
    assert.deepEqual(summary(await sendOne(t, peer)), ['deferred 4.3.2']);
    await peer.until(() => peer.sessions.every(({ closed }) => closed));
    await quiet.until(() => quiet.sessions.every(({ closed }) => closed));
  });
});
