/** What the tests of the spool share: folders that go away, messages, waiting for a condition. Not part of the package. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { TestContext } from 'node:test';
import { NOTHING_ASKED } from '../fresh.ts';
import { openSpool, type SpoolOptions } from '../open.ts';
import type { SpoolEvents } from '../events.ts';
import type { Body, Envelope, NewMessage, NewRecipient, Spool, SpoolId } from '../types.ts';

/** A folder for one test. */
export async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-spool-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Everything a spool emitted, as `[name, fields]`. */
export interface EventLog {
  readonly seen: (readonly [keyof SpoolEvents, unknown])[];
  readonly emit: SpoolOptions['emit'];
  named(name: keyof SpoolEvents): unknown[];
}

export function eventLog(): EventLog {
  const seen: (readonly [keyof SpoolEvents, unknown])[] = [];
  return {
    seen,
    emit: (name, fields) => void seen.push([name, fields]),
    named: (name) => seen.filter(([seenName]) => seenName === name).map(([, fields]) => fields),
  };
}

export const silent: SpoolOptions['emit'] = () => undefined;

/** Opens a spool with the reserve off, so that a nearly full disk of the tester changes nothing. */
export function open(folder: string, options: Partial<SpoolOptions> = {}): Promise<Spool> {
  return openSpool({ folder, name: 'w1', emit: silent, reserveBytes: 0, ...options });
}

export const ENVELOPE: Envelope = {
  sender: 'sender@client.example',
  eightBit: false,
  ...NOTHING_ASKED.envelope,
  receivedAt: 1_700_000_000_000,
  origin: { client: '192.0.2.7', listener: 'internet', account: null, helo: 'client.example' },
};

export interface MessageParts {
  readonly id: SpoolId;
  readonly body?: Buffer | Body;
  readonly recipients?: readonly string[];
  readonly envelope?: Partial<Envelope>;
  /** What was asked for every recipient. */
  readonly asked?: Partial<NewRecipient>;
  readonly quarantine?: string;
}

export function message({ id, body, recipients, envelope, asked, quarantine }: MessageParts): NewMessage {
  return {
    id,
    envelope: { ...ENVELOPE, ...envelope },
    recipients: (recipients ?? ['one@inbound.example']).map((address) => ({
      address,
      original: address,
      by: 'route:inbound.example',
      ...NOTHING_ASKED.recipient,
      ...asked,
    })),
    quarantine,
    body: Buffer.isBuffer(body) || body === undefined ? memory(body ?? Buffer.from('Hello\r\n')) : body,
  };
}

export function memory(bytes: Buffer): Body {
  return { kind: 'memory', bytes };
}

/** Appends one message and resolves to its id when it is durable. */
export async function append(spool: Spool, parts: Omit<MessageParts, 'id'> = {}): Promise<SpoolId> {
  const id = spool.newId();
  await spool.commit([{ kind: 'append', message: message({ id, ...parts }) }]);
  return id;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Waits for a condition that comes true by itself; the test runner's limit is the deadline. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}
