/** A backend without workers, for tests of what is in front of it: a queue in memory, and switches for what can go wrong. */
import type { ControlBackend, QueueEntry, ReloadOutcome, Status } from '../mod.ts';
import { NOTHING_ASKED, parseSpoolId } from '../../spool/mod.ts';
import type { SpoolId, SpooledRecipient } from '../../spool/mod.ts';

export interface MemoryBackend extends ControlBackend {
  readonly entries: QueueEntry[];
  /** Workers that do not answer. */
  readonly unavailable: string[];
  readonly calls: string[];
  state: Status['state'];
  readonly limits: Status['limits'];
  readonly guarded: Status['guarded'];
  readonly suspects: Status['gateways']['suspects'];
  refusesSuspects: boolean;
  outcome: ReloadOutcome;
  /** Thrown by the next status(). */
  failure: Error | undefined;
}

export const STARTED = Date.UTC(2026, 10, 24, 12);

export function memoryBackend(entries: QueueEntry[] = []): MemoryBackend {
  const backend: MemoryBackend = {
    entries,
    unavailable: [],
    calls: [],
    state: 'running',
    limits: [],
    guarded: [],
    suspects: [],
    refusesSuspects: false,
    outcome: { ok: true, summary: 'postern.yaml is in force.', changes: [], rest: [], warnings: [] },
    failure: undefined,
    status: async () => {
      if (backend.failure !== undefined) throw backend.failure;
      return statusOf(backend);
    },
    reload: async () => backend.outcome,
    queueList: async ({ limit, address = '', held, after = '' }) => ({
      unavailable: backend.unavailable,
      messages: backend.entries
        .filter(({ message }) => message.id > after && matches(message.recipients, held))
        .filter(({ message }) =>
          [message.envelope.sender, ...message.recipients.map((recipient) => recipient.address)].some(
            (text) => text.includes(address),
          ),
        )
        .slice(0, limit),
    }),
    queueShow: async (id) => ({
      unavailable: backend.unavailable,
      entry: backend.entries.find(({ message }) => message.id === id),
    }),
    queueStats: async () => ({
      unavailable: backend.unavailable,
      workers: [{ name: 'w1', ...totals(backend) }],
    }),
    queueRetry: async (ids) => {
      backend.calls.push(`retry ${String(ids)}`);
      return { unavailable: backend.unavailable, count: found(backend, ids).length };
    },
    queueHold: async (ids) => setHeld(backend, ids, true),
    queueRelease: async (ids) => setHeld(backend, ids, false),
    queueDelete: async (ids, reason) => {
      backend.calls.push(`delete ${ids.length} ${reason}`);
      const gone = found(backend, ids);
      for (const entry of gone) backend.entries.splice(backend.entries.indexOf(entry), 1);
      return { unavailable: backend.unavailable, count: gone.length };
    },
  };
  return backend;
}

function matches(recipients: readonly SpooledRecipient[], held: boolean | undefined): boolean {
  return held === undefined || recipients.some((recipient) => recipient.held) === held;
}

function found({ entries }: MemoryBackend, ids: readonly string[] | 'all'): QueueEntry[] {
  return entries.filter(({ message }) => ids === 'all' || ids.includes(message.id));
}

function setHeld(backend: MemoryBackend, ids: readonly string[], held: boolean) {
  const changed = found(backend, ids);
  for (const entry of changed) {
    const recipients = entry.message.recipients.map((recipient) => ({ ...recipient, held }));
    backend.entries[backend.entries.indexOf(entry)] = {
      ...entry,
      message: { ...entry.message, recipients },
    };
  }
  return { unavailable: backend.unavailable, count: changed.length };
}

function totals({ entries }: MemoryBackend) {
  const recipients = entries.flatMap(({ message }) => message.recipients);
  return {
    messages: entries.length,
    recipients: recipients.length,
    held: recipients.filter(({ held }) => held).length,
    bytes: entries.reduce((sum, { message }) => sum + message.size, 0),
    oldest: entries[0]?.message.envelope.receivedAt,
  };
}

function statusOf(backend: MemoryBackend): Awaited<ReturnType<ControlBackend['status']>> {
  const { oldest, ...rest } = totals(backend);
  return {
    version: '1.2.3',
    pid: 4711,
    state: backend.state,
    started: STARTED,
    uptimeSeconds: 3 * 3600,
    configuration: '/etc/postern/postern.yaml',
    configured: STARTED,
    data: '/var/lib/postern',
    workers: [
      {
        name: 'w1',
        pid: 4712,
        state: 'running',
        started: STARTED,
        restarts: 0,
        sessions: 2,
        active: 1,
        inFlight: 1,
        spool: backend.unavailable.includes('w1') ? null : { ...rest, oldest: oldest ?? null },
      },
    ],
    listeners: [
      { name: 'internet', purpose: 'transfer', addresses: ['0.0.0.0:25'], tls: 'starttls', auth: 'optional' },
    ],
    certificate: {
      selfSigned: true,
      subject: 'CN=mail.contoso.example',
      names: ['mail.contoso.example'],
      notAfter: STARTED + 800 * 86_400_000,
      fingerprint: 'AA:BB',
    },
    lastReload: { at: STARTED, ok: true, summary: 'postern.yaml is in force.' },
    limits: [...backend.limits],
    gateways: { refused: backend.refusesSuspects, suspects: [...backend.suspects] },
    guarded: [...backend.guarded],
  };
}

/** The id of the `number`th message. */
export function idOf(number: number): SpoolId {
  const id = parseSpoolId(`1M85X3JJ9000000${String(number).padStart(3, '0')}`);
  if (id === undefined) throw new Error('not an id');
  return id;
}

/** The `number`th message, arrived `number` seconds after STARTED. */
export function entryOf(number: number, recipient: Partial<SpooledRecipient> = {}): QueueEntry {
  return {
    worker: 'w1',
    message: {
      id: idOf(number),
      envelope: {
        sender: `s${number}@contoso.example`,
        eightBit: false,
        ...NOTHING_ASKED.envelope,
        receivedAt: STARTED + number * 1000,
        origin: { client: '192.0.2.7', listener: 'internet', account: null, helo: 'client.example' },
      },
      size: 4096,
      recipients: [
        {
          index: 0,
          address: 'b@other.example',
          original: 'b@other.example',
          by: 'grant:office',
          ...NOTHING_ASKED.recipient,
          attempts: 1,
          nextAttempt: STARTED + 900_000,
          held: false,
          warned: false,
          lastReply: '451 4.3.0 try later',
          ...recipient,
        },
      ],
    },
  };
}
