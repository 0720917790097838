/** What the tests of the history share: folders that go away, a clock that is set, records. Not part of the package. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { TestContext } from 'node:test';
import type { Emit, EventOf } from '../../std/mod.ts';
import { packRecords } from '../batch.ts';
import type { HistoryEvents } from '../events.ts';
import { openHistory } from '../read/history.ts';
import type { DecisionPage, HistoryReader, Period } from '../reader.ts';
import { caseOf } from '../replay/facts.ts';
import { HistoryStore, type StoreOptions } from '../store/store.ts';
import type { AttemptRecord, DecisionRecord, HistoryRecord, MessageRecord } from '../types.ts';

export const DAY = 86_400_000;
/** A morning. */
export const NOW = Date.UTC(2026, 10, 24, 8);
export const ALWAYS: Period = { since: 0, until: Number.MAX_SAFE_INTEGER };
export const RETENTION = { days: 30, bytes: 1 << 30 };

/** A folder for one test. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'postern-history-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface EventLog {
  readonly seen: EventOf<HistoryEvents>[];
  readonly emit: Emit<HistoryEvents>;
  names(): readonly string[];
}

export function eventLog(): EventLog {
  const seen: EventOf<HistoryEvents>[] = [];
  return { seen, emit: (...event) => void seen.push(event), names: () => seen.map(([name]) => name) };
}

/** A clock that stands until it is set. */
export function standingClock(now = NOW): { now: () => number; set: (to: number) => void } {
  let current = now;
  return { now: () => current, set: (to) => (current = to) };
}

/** A store with plenty of room, whatever the disk of the tester. */
export function openStore(folder: string, options: Partial<StoreOptions> = {}): HistoryStore {
  return new HistoryStore({
    folder,
    retention: RETENTION,
    clock: standingClock(),
    emit: () => undefined,
    freeBytes: () => Infinity,
    ...options,
  });
}

/** Writes records as one session of the writer. */
export function write(folder: string, records: Iterable<HistoryRecord>): void {
  using store = openStore(folder);
  store.add(packRecords(records));
}

/** The decisions of a period, whole. */
export function recordsWithin(reader: HistoryReader, period: Period): readonly DecisionRecord[] {
  const records: DecisionRecord[] = [];
  for (const page of reader.pages(period)) records.push(...(page.records([...page.cases.keys()]) ?? []));
  return records;
}

/** A page of decisions that were never written. */
export function pageOf(records: readonly DecisionRecord[]): DecisionPage {
  return {
    cases: records.map(caseOf),
    records: (indices) => indices.flatMap((index) => records[index] ?? []),
  };
}

/** All decisions of a history. */
export function allDecisions(reader: HistoryReader): readonly DecisionRecord[] {
  return recordsWithin(reader, ALWAYS);
}

/** All decisions in a folder; fails when a segment cannot be read. */
export function decisionsIn(folder: string): readonly DecisionRecord[] {
  using reader = openHistory(folder);
  const decisions = allDecisions(reader);
  if (reader.problems.length > 0) throw new Error(JSON.stringify(reader.problems));
  return decisions;
}

/** Waits for a condition that comes true by itself; the test runner's limit is the deadline. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(5);
}

export function decision(parts: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    kind: 'decision',
    at: NOW,
    session: 'w1abcd-1',
    transaction: 1,
    client: '192.0.2.7',
    localAddress: '192.0.2.1',
    listener: 'internet',
    helo: 'client.example',
    account: null,
    sender: 'sender@client.example',
    recipient: 'bob@inbound.example',
    address: 'bob@inbound.example',
    mailbox: 'known',
    outcome: 'inbound',
    rule: 'route:inbound.example',
    reply: '250 2.1.5 Recipient accepted',
    restrained: null,
    ...parts,
  };
}

export function message(parts: Partial<MessageRecord> = {}): MessageRecord {
  return {
    kind: 'message',
    at: NOW + 10,
    id: '01HD00000000000001',
    session: 'w1abcd-1',
    transaction: 1,
    messageId: 'one@client.example',
    sender: 'sender@client.example',
    size: 1234,
    ...parts,
  };
}

export function attempt(parts: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    kind: 'attempt',
    at: NOW + 20,
    id: '01HD00000000000001',
    recipient: 'bob@inbound.example',
    outcome: 'delivered',
    remote: 'mail.inbound.example [192.0.2.9]:25',
    reply: '250 2.0.0 Queued',
    ...parts,
  };
}
