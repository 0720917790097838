/** The limits of time and patience, each at n and n+1. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCommand, NO_COMPAT } from '../smtp/mod.ts';
import { ContentPace, Counts, errorDelay, isJunk, longestAge } from './pacing.ts';
import { SETTINGS } from './testing/services.ts';

test('errorDelay() delays nothing up to the soft limit, then more with each error, and never more than 8 seconds', () => {
  assert.deepEqual(
    [0, 4, 5, 6, 7, 8, 9, 10, 1000].map((errors) => errorDelay(errors, 5)),
    [0, 0, 0, 1000, 2000, 4000, 8000, 8000, 8000],
  );
  fc.assert(
    fc.property(fc.nat(5000), fc.nat(100), (errors, soft) => {
      const delay = errorDelay(errors, soft);
      assert.ok(delay >= 0 && delay <= 8000);
      assert.ok(errorDelay(errors + 1, soft) >= delay);
    }),
  );
});

test('Counts.dueDelay() asks for a delay once for the errors since it was asked last', () => {
  const counts = new Counts();
  counts.errors = 6;
  assert.equal(counts.dueDelay(5), 1000);
  assert.equal(counts.dueDelay(5), 0);
  counts.errors = 8;
  assert.equal(counts.dueDelay(5), 4000);
});

test('longestAge() is short before TLS and before AUTH where both are required, and only there', () => {
  const settings = { ...SETTINGS, auth: 'required', authWithoutTls: false } as const;
  const tls = { protocol: 'TLSv1.3', cipher: 'x' };
  const { session, beforeTls, beforeAuth } = SETTINGS.timeouts;
  assert.equal(longestAge({ phase: 'connected', tls: undefined, account: undefined }, settings), beforeTls);
  assert.equal(longestAge({ phase: 'connected', tls, account: undefined }, settings), beforeAuth);
  assert.equal(longestAge({ phase: 'connected', tls, account: 'a@b.test' }, settings), session);
  assert.equal(
    longestAge(
      { phase: 'connected', tls: undefined, account: undefined },
      { ...settings, authWithoutTls: true },
    ),
    beforeAuth,
  );
  assert.equal(
    longestAge(
      { phase: 'connected', tls: undefined, account: undefined },
      { ...settings, tlsAvailable: false },
    ),
    beforeAuth,
  );
  for (const auth of ['optional', 'off'] as const)
    assert.equal(
      longestAge({ phase: 'connected', tls: undefined, account: undefined }, { ...settings, auth }),
      session,
    );
});

test('longestAge() gives a client that is refused by its address a minute for its QUIT', () => {
  assert.equal(longestAge({ phase: 'barred', tls: undefined, account: undefined }, SETTINGS), 60_000);
});

test('longestAge() is never longer than the session may last', () => {
  const short = { ...SETTINGS, auth: 'required' as const, timeouts: { ...SETTINGS.timeouts, session: 5 } };
  assert.equal(longestAge({ phase: 'connected', tls: undefined, account: undefined }, short), 5);
});

test('isJunk() counts what brings no message nearer', () => {
  const junk = (line: string): boolean =>
    isJunk(parseCommand(Buffer.from(line), NO_COMPAT), {
      phase: 'connected',
      tls: undefined,
      account: undefined,
    });
  for (const line of ['NOOP', 'RSET', 'VRFY a', 'EXPN a', 'HELP', 'EHLO a', 'HELO a', 'BDAT 0'])
    assert.ok(junk(line), line);
  for (const line of ['MAIL FROM:<>', 'RCPT TO:<a@b.test>', 'DATA', 'QUIT', 'BDAT 1', 'BDAT 0 LAST'])
    assert.ok(!junk(line), line);
});

const RATE = { octetsPerSecond: 64, window: 60_000 };

test('ContentPace.tooSlow() says so after a window with fewer octets than the rate, to the octet', () => {
  const exact = new ContentPace(0);
  exact.add(64 * 60);
  assert.equal(exact.tooSlow(60_000, RATE), false);
  const one = new ContentPace(0);
  one.add(64 * 60 - 1);
  assert.equal(one.tooSlow(59_999, RATE), false);
  assert.equal(one.tooSlow(60_000, RATE), true);
});

test('ContentPace.tooSlow() judges every window on its own: what came in one does not help the next', () => {
  const pace = new ContentPace(0);
  pace.add(1_000_000);
  assert.equal(pace.tooSlow(60_000, RATE), false);
  pace.add(1);
  assert.equal(pace.tooSlow(120_000, RATE), true);
});

test('ContentPace.skip() takes out of the window what the server itself needed', () => {
  const pace = new ContentPace(0);
  pace.add(64 * 60);
  pace.skip(30_000);
  assert.equal(pace.tooSlow(89_999, RATE), false);
  assert.equal(pace.tooSlow(90_000, RATE), false);
});

test('ContentPace.tooSlow() permits every rate when there is none', () => {
  assert.equal(new ContentPace(0).tooSlow(1e9, { octetsPerSecond: 0, window: 1 }), false);
});
