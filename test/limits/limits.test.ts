/**
 * The limits of docs/clients.md, each tried at its number and one above: the number is the one that is published, and the server
 * has a configuration that says nothing of limits. So neither the page nor the code can change without the other.
 *
 * A key without an attempt does not compile; a row without one, and an attempt without a row, fails.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from '../../src/config/mod.ts';
import { MEMORY_BOUND, STEPS } from '../../src/listener/stress.ts';
import { DONE, type Attempt } from './attempt.ts';
import { CONNECTIONS } from './connections.ts';
import { CONTENTS } from './contents.ts';
import { COUNTS } from './counts.ts';
import { DEFAULTS } from './defaults.ts';
import { GUESSES } from './guesses.ts';
import { amountOf, page, published } from './published.ts';
import { TIMES } from './times.ts';

type Key =
  | `limits.${keyof Config['limits']}`
  | `timeouts.${keyof Config['timeouts']}`
  | `guard.${Exclude<keyof Config['guard'], 'allow'>}`;

const ALL = { ...CONTENTS, ...COUNTS, ...TIMES, ...CONNECTIONS, ...GUESSES };
ALL satisfies Readonly<Record<Key, Attempt>>;
const attempts: ReadonlyMap<string, Attempt> = new Map(Object.entries<Attempt>(ALL));

/** One above, but for what is the least: there it is one octet fewer in the window of five minutes. */
function oneMore(name: string, amount: number): number {
  return name === 'limits.minimumRate' ? amount - 1_000 / DEFAULTS.timeouts.data : amount + 1;
}

test('docs/clients.md has a row for each limit, and no other', () => {
  const rows = published().map(({ name }) => name);
  assert.deepEqual(rows.toSorted(), [...attempts.keys()].toSorted());
});

test('docs/clients.md has the defaults of the configuration', () => {
  const { limits, timeouts, guard } = DEFAULTS;
  const { allow: _, ...guarded } = guard;
  const defaults = Object.entries({ limits, timeouts, guard: guarded }).flatMap(([section, values]) =>
    Object.entries(values).map(([key, value]) => `${section}.${key} ${value}`),
  );
  const rows = published().filter(({ name }) => /^(?:limits|timeouts|guard)\./.test(name));
  assert.deepEqual(rows.map(({ name, amount }) => `${name} ${amount}`).toSorted(), defaults.toSorted());
});

for (const { name, amount, beyond } of published()) {
  test(`${name}: ${amount} and no more`, async (context) => {
    const attempt = attempts.get(name) ?? assert.fail(`nobody tries ${name}`);
    assert.equal(await attempt(amount, context), DONE);
    const more = await attempt(oneMore(name, amount), context);
    assert.ok(more.startsWith(beyond), `${more}, not ${beyond}`);
  });
}

test('docs/clients.md says when a listener waits less, and how little at the least', () => {
  const [, memory = '', shortest = ''] =
    /\(four in five slots, or as much of (.+?) of memory, in use\).*\n?.*down to (\w+) seconds for a command/.exec(
      page,
    ) ?? assert.fail('the sentence is gone');
  assert.equal(STEPS[1].enterAt, 4 / 5);
  assert.equal(amountOf(memory), MEMORY_BOUND);
  assert.deepEqual([shortest, STEPS[2].timeouts.command], ['ten', 10_000]);
});

test('docs/clients.md shows the guard with its defaults', () => {
  const [, shown = ''] = /^ {4}guard: \{ (.*), allow: \[.*\] \}$/m.exec(page) ?? [];
  const { failuresPerAddress, failuresPerAccount, unknownRecipients } = DEFAULTS.guard;
  assert.equal(
    shown,
    `failuresPerAddress: ${failuresPerAddress}, failuresPerAccount: ${failuresPerAccount}, unknownRecipients: ${unknownRecipients}`,
  );
});
