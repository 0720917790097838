import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { DecisionRecord } from '../../history/mod.ts';
import { EXIT } from '../exit.ts';
import { decided, record } from '../testing/history.ts';
import { NOW, site } from '../testing/kit.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const CONFIG = `hostname: mail.contoso.example
listeners:
  internet: { bind: ["127.0.0.1:2525"] }
routing:
  domains:
    - { domain: contoso.example, inbound: true }
    - { domain: old.example, rewrite: contoso.example }
    - { domain: partner.example, alwaysRelay: true }
relay:
  never:
    - { name: guests, from: [10.9.0.0/16] }
  allow:
    - { name: office, from: [192.168.10.0/24] }
`;

async function recorded(t: TestContext, records: readonly DecisionRecord[], yaml = CONFIG) {
  const made = await site(t, yaml);
  record(
    made.cwd,
    records.toSorted((a, b) => a.at - b.at),
  );
  return made;
}

/** Relayed by a grant. */
function relayed(given: Parameters<typeof decided>[0]): DecisionRecord {
  return decided({ outcome: 'relay', rule: 'grant:office', reply: '250 2.1.5 Recipient accepted', ...given });
}

test('replay says that nothing changes, and exits 0', async (t) => {
  const { run } = await recorded(t, [
    relayed({ at: NOW - HOUR, client: '192.168.10.7' }),
    decided({ at: NOW - 2 * HOUR }),
  ]);
  const ran = await run(['replay']);
  assert.equal(ran.stderr, '');
  assert.equal(
    ran.stdout.split('\n')[0],
    'No difference. All 2 decisions of the last 7 days stay as they were.',
  );
  assert.equal(ran.code, EXIT.yes);
});

test('replay says whom a policy would have refused: how often, on how many days, when last, and what they would get', async (t) => {
  const days = [0.1, 0.2, 1, 2, 3, 6.5];
  const records = days.map((days_, index) =>
    relayed({
      at: NOW - days_ * DAY,
      client: '10.0.8.14',
      session: `w1test-${index}`,
      rule: 'grant:scanners',
    }),
  );
  const { run } = await recorded(t, [...records, relayed({ at: NOW - HOUR, client: '192.168.10.7' })]);
  const ran = await run(['replay', '--since', '7d']);
  assert.equal(ran.stderr, '');
  assert.equal(ran.code, EXIT.no);
});
