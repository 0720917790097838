import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Guard } from '../session/mod.ts';
import { parseIp, type IpAddress } from '../std/mod.ts';
import { guardSite, type GuardSite, type GuardSiteOptions } from './testing/guardSite.ts';

const LIMITS = { failuresPerAddress: 3, failuresPerAccount: 5, unknownRecipients: 8 };
const HOUR = 3_600_000;

function ip(text: string): IpAddress {
  const address = parseIp(text);
  assert.ok(address !== undefined);
  return address;
}

function site(t: TestContext, options: Omit<GuardSiteOptions, 'limits'> = {}): GuardSite {
  return guardSite(t, { limits: LIMITS, ...options });
}

const STRANGER = ip('192.0.2.1');

async function fail(guard: Guard, client: IpAddress, login: string): Promise<number | 'refused'> {
  const answer = await guard.before({ client, login });
  if (answer.kind === 'refused') return 'refused';
  guard.after({ client, login, accepted: false });
  return answer.delayMs;
}

test('before() delays failures longer and longer and then refuses, whichever worker they come to', async (t) => {
  const { worker } = site(t);
  const [one, two] = [worker(), worker()];
  assert.equal(await fail(one, STRANGER, 'Ann'), 1000);
  assert.equal(await fail(two, STRANGER, 'bob'), 2000);
  assert.equal(await fail(one, STRANGER, 'nobody@x.test'), 4000);
  assert.equal(await fail(two, STRANGER, 'ann'), 'refused');
  assert.equal(await fail(two, ip('192.0.2.2'), 'carl'), 1000, 'others are not concerned');
});

test('before() lets a failure run out, one in an hour divided by the limit', async (t) => {
  const world = site(t);
  const guard = world.worker();
  for (const login of ['a', 'b', 'c']) await fail(guard, STRANGER, login);
  world.now = HOUR / 3 - 1;
  assert.equal(await fail(guard, STRANGER, 'd'), 'refused');
  world.now = HOUR / 3;
  assert.equal(await fail(guard, STRANGER, 'd'), 4000);
  assert.equal(await fail(guard, STRANGER, 'd'), 'refused');
});

test('before() answers for an account that exists as for one that does not', async (t) => {
  const { worker } = site(t);
  const guard = worker();
  const answers = async (login: string, first: number): Promise<unknown[]> => {
    const all: unknown[] = [];
    for (let last = first; last < first + 7; last += 1)
      all.push(await fail(guard, ip(`192.0.2.${last}`), login));
    return all;
  };
  const known = await answers('ann', 1);
  assert.deepEqual(known, [1000, 2000, 4000, 8000, 8000, 'refused', 'refused']);
  assert.deepEqual(await answers('x'.repeat(10_000), 101), known);
});

test('before() counts an account without regard to case', async (t) => {
  const { worker } = site(t);
  const guard = worker();
  await fail(guard, ip('192.0.2.1'), 'ann@x.test');
  assert.equal(await fail(guard, ip('192.0.2.2'), 'ANN@X.TEST'), 2000);
});

test('before() counts an account once, however its login is spelled', async (t) => {
  const guard = site(t).worker();
  const spellings = ['ann', '"ann"@x.test', String.raw`"\a\n\n"@x.test`, 'ann@x.test.', String.raw`X\ann`];
  const answers: unknown[] = [];
  for (const [index, login] of spellings.entries())
    answers.push(await fail(guard, ip(`192.0.2.${index + 1}`), login));
  assert.deepEqual(answers, [1000, 2000, 4000, 8000, 8000]);
  assert.equal(await fail(guard, ip('192.0.2.9'), 'x/ANN'), 'refused');
});

test('before() does not slow down an account where it was signed in to before', async (t) => {
  const { worker } = site(t);
  const guard = worker();
  const home = ip('198.51.100.7');
  await guard.before({ client: home, login: 'ann' });
  guard.after({ client: home, login: 'ann', accepted: true });
  for (let last = 1; last <= 5; last += 1) await fail(guard, ip(`192.0.2.${last}`), 'ann');
  assert.equal(await fail(guard, ip('192.0.2.9'), 'ann'), 'refused', 'from elsewhere');
  for (const login of ['b', 'c', 'd', 'e']) await fail(guard, home, login);
  assert.equal(await fail(guard, home, 'f'), 'refused', 'others at home');
  assert.deepEqual(await guard.before({ client: home, login: 'Ann' }), { kind: 'try', delayMs: 1000 });
  guard.after({ client: home, login: 'ann', accepted: false });
  for (const delay of [2000, 4000, 'refused']) assert.equal(await fail(guard, home, 'ann'), delay);
});

test('before() asked without a supervisor says: verify, and let a failure wait', async (t) => {
  const { worker } = site(t, { deaf: true });
  assert.deepEqual(await worker().before({ client: STRANGER, login: 'ann' }), { kind: 'try', delayMs: 8000 });
});

test('the guard leaves alone whom guard.allow names', async (t) => {
  const { worker } = site(t, { allow: '192.0.2.0/24' });
  const guard = worker();
  for (let tries = 0; tries < 20; tries += 1) {
    assert.equal(await fail(guard, STRANGER, 'ann'), 0);
    assert.deepEqual(guard.unknownRecipient(STRANGER), { delayMs: 0, end: false });
  }
  assert.equal(await fail(guard, ip('198.51.100.1'), 'ann'), 1000, 'and counts nothing of them');
});

test('unknownRecipient() delays after a quarter, and ends at the limit', (t) => {
  const { worker } = site(t);
  const guard = worker();
  const answers = Array.from({ length: 10 }, () => guard.unknownRecipient(STRANGER));
  const delays = [0, 0, 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000];
  assert.deepEqual(
    answers.map(({ delayMs }) => delayMs),
    delays,
  );
  assert.deepEqual(
    answers.map(({ end }) => end),
    [...Array(8).fill(false), true, true],
  );
  assert.equal(guard.unknownRecipient(ip('192.0.2.2')).delayMs, 0);
});

test('unknownRecipient() knows what the other workers have counted', async (t) => {
  const { worker } = site(t);
  const [one, two] = [worker(), worker()];
  const network = ['2001:db8::1', '2001:db8::2'].map(ip);
  for (let count = 0; count < 8; count += 1) one.unknownRecipient(network[0] ?? STRANGER);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(two.unknownRecipient(network[1] ?? STRANGER), { delayMs: 0, end: false }, 'it asks');
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(two.unknownRecipient(network[1] ?? STRANGER), { delayMs: 8000, end: true });
});
