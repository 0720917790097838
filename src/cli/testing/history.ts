/** Writes a history as the daemon does, for commands that read it. */
import { join } from 'node:path';
import { HistoryStore, packRecords } from '../../history/mod.ts';
import type { DecisionRecord, HistoryRecord } from '../../history/mod.ts';
import { DATA_FOLDER } from '../../std/mod.ts';

const DAY = 86_400_000;

/** Records, in the order of time, in the data folder of the site in `cwd`. */
export function record(cwd: string, records: readonly HistoryRecord[]): void {
  let now = 0;
  using store = new HistoryStore({
    folder: join(cwd, 'data', DATA_FOLDER.history),
    retention: { days: 10_000, bytes: 2 ** 40 },
    clock: { now: () => now },
    emit: (name, fields) => {
      throw new Error(`${name} ${JSON.stringify(fields)}`);
    },
    freeBytes: () => 2 ** 40,
  });
  for (const [day, some] of Map.groupBy(records, ({ at }) => Math.floor(at / DAY))) {
    now = day * DAY;
    store.add(packRecords(some));
    store.commit();
  }
}

/** A decision: a stranger to other.example, refused; `given` says what is different. */
export function decided(given: Partial<DecisionRecord> & Pick<DecisionRecord, 'at'>): DecisionRecord {
  const recipient = given.recipient ?? 'b@other.example';
  return {
    kind: 'decision',
    session: 'w1test-1',
    transaction: 1,
    client: '203.0.113.9',
    localAddress: '192.0.2.1',
    listener: 'internet',
    helo: 'client.example',
    account: null,
    sender: 'a@sender.example',
    recipient,
    address: recipient,
    mailbox: 'notAsked',
    outcome: 'noGrant',
    rule: 'none',
    reply: '550 5.7.1 Relaying is prohibited [w1test-1]',
    restrained: null,
    ...given,
  };
}
