/** What holds for every message whatever its couriers answer, whatever the limits are, and wherever the process dies. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Attempt } from '../deliver/mod.ts';
import type { NewMessage, Notify, SpoolChange } from '../spool/mod.ts';
import { ACCEPTED, LATER, REFUSED, SILENCE, type Answer, type Script } from './testing/courier.ts';
import { createRig, openTestSpool, START, type Rig, type Submission, until } from './testing/rig.ts';
import { manualTime } from './testing/time.ts';

const MINUTE = 60_000;
const RETRY = { delaysMs: [MINUTE, 2 * MINUTE], expireMs: 10 * MINUTE, warnAfterMs: 4 * MINUTE } as const;
/** Long enough for a message that comes last to expire, and for the notification about it to expire as well. */
const LONG_ENOUGH = 45 * MINUTE;

const ANSWERS = [ACCEPTED, LATER, SILENCE, REFUSED, 'throw', 'forget'] as const satisfies readonly Answer[];

type Message = Pick<Submission, 'sender' | 'recipients' | 'envelope' | 'asked'>;

interface Scenario {
  readonly messages: readonly Message[];
  readonly answers: readonly Answer[];
  /** The domain at which nobody answers, ever. */
  readonly dead: boolean;
  readonly total: number;
  readonly perDestination: number;
  readonly room: number;
  readonly octets: number;
}

const domains = fc.constantFrom('a.test', 'b.test', 'dead.test', 'none.test');

const notify = fc.constantFrom<Notify | undefined>(
  undefined,
  undefined,
  'never',
  ['success'],
  ['failure'],
  ['delay', 'failure'],
);
const moment = fc.integer({ min: 0, max: 12 * MINUTE }).map((ms) => START + ms);
const envelope = fc.record(
  {
    deliverBy: fc.record({
      at: moment,
      mode: fc.constantFrom('return' as const, 'notify' as const),
      trace: fc.boolean(),
    }),
    holdUntil: moment,
  },
  { requiredKeys: [] },
);

const scenario: fc.Arbitrary<Scenario> = fc.record({
  messages: fc
    .array(
      fc.record({
        sender: fc.constantFrom('', 'alice@home.test', 'alice@home.test', 'alice@none.test'),
        domains: fc.array(domains, { minLength: 1, maxLength: 5 }),
        envelope: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, envelope),
        notify,
      }),
      { minLength: 1, maxLength: 8 },
    )
    .map((messages) =>
      messages.map(({ sender, domains, envelope: said, notify: wanted }, at) => ({
        sender,
        envelope: said,
        asked: { notify: wanted },
        recipients: domains.map((domain, number) => `${at}-${number}@${domain}`),
      })),
    ),
  answers: fc.array(fc.constantFrom(...ANSWERS), { minLength: 1, maxLength: 30 }),
  dead: fc.boolean(),
  total: fc.integer({ min: 1, max: 4 }),
  perDestination: fc.integer({ min: 1, max: 3 }),
  room: fc.integer({ min: 1, max: 12 }),
  octets: fc.constantFrom(0, 60, 1 << 20),
});

/** Answers one after the other and over again; notifications always get through. */
function scriptOf({ answers, dead }: Scenario, assertInTime: (attempt: Attempt) => void): Script {
  let next = 0;
  return ({ address }, attempt) => {
    if (address.endsWith('@home.test')) return ACCEPTED;
    assertInTime(attempt);
    if (dead && address.endsWith('@dead.test')) return SILENCE;
    const answer = answers[next % answers.length] ?? ACCEPTED;
    next += 1;
    return answer;
  };
}

function settingsOf({ total, perDestination, room, octets }: Scenario) {
  const concurrency = { total, perDestination };
  return { retry: RETRY, concurrency, active: { messages: room, bytes: octets } };
}

function countBy(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function assertOnceEach(values: readonly string[], what: string): void {
  for (const [value, times] of countBy(values)) assert.equal(times, 1, `${value} ${what} ${times} times`);
}

test('every recipient ends exactly once, within the limits, and its sender is told when it failed', async () => {
  // One spool for all runs: each leaves it empty.
  await using shared = await openTestSpool(manualTime(START));
  await fc.assert(
    fc.asyncProperty(scenario, async (each) => {
      const time = manualTime(START);
      const script = scriptOf(each, (attempt) => assertInTime(attempt, time.clock.now(), each));
      await using rig = await createRig({ on: shared.spool, time, script, ...settingsOf(each) });
      for (const message of each.messages) await rig.submit(message);
      await rig.pass(LONG_ENOUGH);
      assert.deepEqual(await shared.spool.list({ limit: 1_000 }), []);
      const delivered = rig.told('recipient.delivered').map(({ recipient, id }) => `${id} ${recipient}`);
      const failed = rig.told('recipient.failed');
      const ended = [...delivered, ...failed.map(({ recipient, id }) => `${id} ${recipient}`)];
      assertOnceEach(ended, 'ended');
      const recipients = each.messages.flatMap((message) => message.recipients);
      const submitted = new Set(ended.map((end) => end.split(' ')[1]));
      for (const recipient of recipients) assert.ok(submitted.has(recipient), `${recipient} did not end`);
      for (const [key, times] of rig.courier.delivered)
        assert.equal(times, 1, `${key} was delivered ${times} times`);

      const toTell = failed
        .filter(({ sender }) => sender === 'alice@home.test')
        .map(({ recipient }) => recipient)
        .filter((recipient) => wants(each, recipient, 'failure'));
      const told = noticed(rig, 'failure');
      assert.deepEqual(told.toSorted(), toTell.toSorted());
      assertOnceEach(noticed(rig, 'delay'), 'was warned of');
      const notices = rig.notices.flatMap(({ recipients: about }) => about.map(({ address }) => address));
      for (const address of notices) assert.notEqual(askedOf(each, address).notify, 'never');

      assert.ok(rig.courier.most.total <= each.total);
      assert.ok(rig.courier.most.perDestination <= each.perDestination);
      assert.deepEqual(rig.failures, []);
      const { messages, bytes, ready, inFlight } = rig.scheduler.snapshot();
      assert.deepEqual([messages, bytes, ready, inFlight], [0, 0, 0, 0]);
    }),
    { numRuns: 15 },
  );
});

function askedOf({ messages }: Scenario, address: string): Message['asked'] {
  const message = messages.find(({ recipients }) => recipients.includes(address));
  return message?.asked ?? assert.fail(`nobody wrote to ${address}`);
}

function wants(each: Scenario, address: string, condition: 'failure' | 'delay'): boolean {
  const { notify: wanted } = askedOf(each, address);
  return wanted === undefined || (wanted !== 'never' && wanted.includes(condition));
}

function mayTell({ recipients }: NewMessage, key: string): boolean {
  const wanted = recipients[Number(key.split('/')[1])]?.notify;
  return wanted === undefined || (wanted !== 'never' && wanted.includes('failure'));
}

/** Neither before its sender let it go, nor after the time that its sender gave. */
function assertInTime(
  { deliverBy, recipients: [first] }: Attempt,
  now: number,
  { messages }: Scenario,
): void {
  const message = messages.find(({ recipients }) => recipients.includes(first.address));
  assert.ok(now >= (message?.envelope.holdUntil ?? 0), `${first.address} was tried before its release`);
  assert.ok(deliverBy?.mode !== 'return' || now < deliverBy.at, `${first.address} was tried too late`);
}

function noticed(rig: Rig, kind: 'failure' | 'delay'): string[] {
  return rig.notices
    .filter((notice) => notice.kind === kind)
    .flatMap(({ recipients }) => recipients.map(({ address }) => address));
}

const fuse = fc.record({ call: fc.integer({ min: 1, max: 25 }), when: fc.constantFrom('before', 'after') });

test('wherever the process dies, every recipient still ends, and nothing that ended is tried again', async () => {
  // One spool for all runs: each leaves it empty.
  await using shared = await openTestSpool(manualTime(START));
  await fc.assert(
    fc.asyncProperty(scenario, fc.array(fuse, { minLength: 1, maxLength: 4 }), async (each, fuses) => {
      const time = manualTime(START);
      const submitted = [...each.messages];
      const base = scriptOf(each, (attempt) => assertInTime(attempt, time.clock.now(), each));
      /** What the disk has been given in all lives, and what couriers were told was delivered in any. */
      const durable: (readonly SpoolChange[])[] = [];
      const delivered = new Set<string>();
      for (const blows of [...fuses, undefined]) {
        const options = { on: shared.spool, time, script: base, ...settingsOf(each) };
        await using rig = await createRig(blows === undefined ? options : { ...options, fuse: blows });
        const ended = new Set(durable.flatMap(endsIn));
        rig.courier.script = (recipient, attempt) => {
          const key = `${attempt.id}/${recipient.index}`;
          assert.ok(
            !ended.has(key) && !rig.spool.finished.has(key),
            `${key} is tried after its end was recorded`,
          );
          return base(recipient, attempt);
        };
        await submitUntilBlown(rig, submitted);
        await rig.pass(blows === undefined ? LONG_ENOUGH : 5 * MINUTE);
        // What the process had handed to the disk when it died may still get there.
        await until(() => rig.spool.underway === 0);
        durable.push(...rig.spool.durable);
        for (const [key, times] of rig.courier.delivered) {
          assert.equal(times, 1, `${key} was delivered ${times} times in one life`);
          delivered.add(key);
        }
        if (!rig.spool.blown) assert.deepEqual(rig.failures, []);
      }
      assert.deepEqual(await shared.spool.list({ limit: 1_000 }), []);
      const ends = durable.flatMap(endsIn);
      assertOnceEach(ends, 'ended');
      assert.deepEqual(ends.toSorted(), durable.flatMap(acceptedIn).toSorted());
      const senders = messagesOf(durable);
      for (const changes of durable) {
        const told = changes.some(({ kind }) => kind === 'append');
        for (const key of endsIn(changes)) {
          const sender = senders.get(key.split('/')[0] ?? '');
          const silent = sender?.envelope.sender !== 'alice@home.test' || !mayTell(sender, key);
          assert.ok(delivered.has(key) || told || silent, `nobody was told of ${key}`);
        }
      }
    }),
    { numRuns: 15 },
  );
});

/** The recipients that a transaction finishes, as `id/index`, and those that it brings. */
function endsIn(changes: readonly SpoolChange[]): string[] {
  return changes.flatMap((change) => (change.kind === 'finish' ? [`${change.id}/${change.index}`] : []));
}

function acceptedIn(changes: readonly SpoolChange[]): string[] {
  return changes.flatMap((change) =>
    change.kind === 'append'
      ? change.message.recipients.map((_, index) => `${change.message.id}/${index}`)
      : [],
  );
}

function messagesOf(commits: readonly (readonly SpoolChange[])[]): ReadonlyMap<string, NewMessage> {
  return new Map(
    commits
      .flat()
      .flatMap((change) => (change.kind === 'append' ? [[change.message.id, change.message] as const] : [])),
  );
}

/** Submits what is left to submit, until a crash makes the call hang; that message was not accepted, then. */
async function submitUntilBlown(rig: Rig, messages: Message[]): Promise<void> {
  for (let next = messages.shift(); next !== undefined; next = messages.shift()) {
    const submission = rig.submit(next);
    while (
      !rig.spool.blown &&
      (await Promise.race([submission, rig.settled().then(() => undefined)])) === undefined
    );
    if (rig.spool.blown) return;
  }
}
