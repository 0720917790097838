/** A scheduler over a real spool on a real disk, with time, courier and routing in the hands of a test. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from '../../deliver/mod.ts';
import {
  freshlySpooled,
  NOTHING_ASKED,
  openSpool,
  type Body,
  type Envelope,
  type NewMessage,
  type NewRecipient,
  type Spool,
  type SpooledMessage,
  type SpoolId,
  type SpoolOptions,
} from '../../spool/mod.ts';
import type { ScheduleEvents } from '../events.ts';
import { createScheduler } from '../scheduler.ts';
import type { Notice, Scheduler, Settings } from '../types.ts';
import { scriptedCourier, type ScriptedCourier, type Script } from './courier.ts';
import { watchSpool, type Fuse, type WatchedSpool } from './spool.ts';
import { manualTime, type ManualTime } from './time.ts';

export interface Told {
  readonly name: string;
  readonly fields: unknown;
}

function isCalled<Name extends keyof ScheduleEvents>(
  event: Told,
  name: Name,
): event is { readonly name: Name; readonly fields: ScheduleEvents[Name] } {
  return event.name === name;
}

export interface Rig extends AsyncDisposable {
  readonly spool: WatchedSpool;
  readonly scheduler: Scheduler;
  readonly courier: ScriptedCourier;
  readonly time: ManualTime;
  readonly events: readonly Told[];
  readonly notices: readonly Notice[];
  readonly failures: readonly unknown[];
  /** The fields of all events of that name. */
  told<Name extends keyof ScheduleEvents>(name: Name): readonly ScheduleEvents[Name][];
  /** Commits a message and offers it. */
  submit(message: Partial<Submission>): Promise<SpoolId>;
  /** The same with an id and a body that are there already. */
  submitAs(id: SpoolId, message: Partial<Submission>, body: Body): Promise<void>;
  /** Commits a message and keeps it from the scheduler. */
  spoolOnly(message: Partial<Submission>): Promise<SpoolId>;
  /** A message that is in no spool, and what an offer of it needs. */
  message(message: Partial<Submission>): NewMessage;
  unspooled(message: Partial<Submission>): [SpooledMessage, Body];
  /** Waits until everything that can be done at this time has been done; attempts may hang. */
  settled(): Promise<void>;
  /** Lets time pass, stopping wherever something is to be done. */
  pass(ms: number): Promise<void>;
}

export interface Submission {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly content: string;
  readonly envelope: Partial<Envelope>;
  readonly asked: Partial<NewRecipient>;
  readonly quarantine: string;
}

export interface RigOptions extends Partial<Settings> {
  readonly script: Script;
  /** An open spool that outlives the rig; else it has one of its own. */
  readonly on?: Spool;
  readonly fuse?: Fuse;
  readonly start?: boolean;
  readonly spool?: Partial<SpoolOptions>;
  readonly time?: ManualTime;
}

export const START = Date.UTC(2026, 10, 24, 10, 0, 0);

/** Addresses at `x.test` go to `mx:x.test`; those at `none.test` nowhere. */
export function byDomain(address: string): Target | { unroutable: string } {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return domain === 'none.test' ? { unroutable: 'nowhere' } : { kind: 'mx', domain };
}

export async function createRig(options: RigOptions): Promise<Rig> {
  const {
    script,
    start = true,
    spool: spoolOptions = {},
    time = manualTime(START),
    on,
    fuse,
    ...changed
  } = options;
  const own = on === undefined ? await openTestSpool(time, spoolOptions) : undefined;
  const spool = watchSpool(on ?? own?.spool ?? assert.fail('no spool'), fuse);
  const courier = scriptedCourier(script);
  const events: Told[] = [];
  const notices: Notice[] = [];
  const failures: unknown[] = [];
  const compose = (notice: Notice): NewMessage => {
    notices.push(notice);
    return newMessage(spool.newId(), time, {
      sender: '',
      recipients: [notice.sender],
      content: `about ${notice.id}`,
    });
  };
  const scheduler = createScheduler({
    spool,
    courier,
    targetOf: byDomain,
    notify: { compose },
    clock: time.clock,
    timer: time.timer,
    retry: {
      delaysMs: [900_000, 1_800_000, 3_600_000, 14_400_000],
      expireMs: 432_000_000,
      warnAfterMs: undefined,
    },
    concurrency: { total: 200, perDestination: 20 },
    active: { messages: 20_000, bytes: 64 << 20 },
    emit: (name, fields) => void events.push({ name, fields }),
    onFailed: (error) => void failures.push(error),
    ...changed,
  });
  if (start) scheduler.start();

  async function spoolMessage(submission: Partial<Submission>): Promise<NewMessage> {
    const message = newMessage(spool.newId(), time, submission);
    await spool.commit([{ kind: 'append', message }]);
    return message;
  }

  async function settled(): Promise<void> {
    for (let quiet = 0; quiet < 5; quiet += 1) {
      await turn();
      if (spool.blown) return;
      if (spool.pending > 0 || courier.inFlight > courier.hanging) quiet = 0;
    }
  }

  return {
    spool,
    scheduler,
    courier,
    time,
    events,
    notices,
    failures,
    told: (name) => events.flatMap((event) => (isCalled(event, name) ? [event.fields] : [])),
    async submit(submission) {
      const message = await spoolMessage(submission);
      scheduler.offer(freshlySpooled(message), message.body);
      return message.id;
    },
    async submitAs(id, submission, body) {
      const message = { ...newMessage(id, time, submission), body };
      await spool.commit([{ kind: 'append', message }]);
      scheduler.offer(freshlySpooled(message), body);
    },
    spoolOnly: async (submission) => (await spoolMessage(submission)).id,
    message: (submission) => newMessage(spool.newId(), time, submission),
    unspooled(submission) {
      const message = newMessage(spool.newId(), time, submission);
      return [freshlySpooled(message), message.body];
    },
    settled,
    async pass(ms) {
      const until = time.clock.now() + ms;
      await settled();
      for (let next = time.next(); next !== undefined && next <= until; next = time.next()) {
        time.advance(Math.max(next - time.clock.now(), 0));
        await settled();
        if (spool.blown) return;
      }
      time.advance(until - time.clock.now());
      await settled();
    },
    async [Symbol.asyncDispose]() {
      // After a crash nothing would ever come back.
      if (!spool.blown) await scheduler[Symbol.asyncDispose]();
      await own?.[Symbol.asyncDispose]();
    },
  };
}

export interface TestSpool extends AsyncDisposable {
  readonly spool: Spool;
}

/** A spool in a folder of its own, which goes with it. */
export async function openTestSpool(
  time: ManualTime,
  options: Partial<SpoolOptions> = {},
): Promise<TestSpool> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-schedule-'));
  const spool = await openSpool({ folder, name: 'w', emit: () => undefined, clock: time.clock, ...options });
  return {
    spool,
    async [Symbol.asyncDispose]() {
      await spool[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function newMessage(id: SpoolId, time: ManualTime, submission: Partial<Submission>): NewMessage {
  const {
    sender = 'alice@home.test',
    recipients = ['bob@a.test'],
    content = 'Subject: x\r\n\r\nbody\r\n',
    envelope,
    asked,
    quarantine,
  } = submission;
  return {
    id,
    envelope: {
      sender,
      eightBit: false,
      ...NOTHING_ASKED.envelope,
      receivedAt: time.clock.now(),
      origin: { client: '127.0.0.1', listener: 'test', account: null, helo: 'test' },
      ...envelope,
    },
    recipients: recipients.map((address) => ({
      address,
      original: address,
      by: 'grant:test',
      ...NOTHING_ASKED.recipient,
      ...asked,
    })),
    quarantine,
    body: { kind: 'memory', bytes: Buffer.from(content) },
  };
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
}

/** Waits for a condition, a turn at a time. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}
