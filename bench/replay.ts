/**
 * How many recorded decisions a second `postern replay` judges, from the files to the statements.
 *
 *     node bench/replay.ts [--decisions 1000000] [--rounds 3] [--grants 200] [--domains 200] [--folder DIR]
 *
 * It writes a history with the daemon's own writer into a folder that it removes afterwards: a week of mail of an office, a few
 * strangers and spam, a handful of clients and domains more frequent than the rest. The candidate policy lacks one grant.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseConfig, policySource } from '../src/config/mod.ts';
import { createReplay, HistoryStore, openHistory, packRecords } from '../src/history/mod.ts';
import type { DecisionRecord, Replayed } from '../src/history/mod.ts';
import { compilePolicy, decide, formatReplyCode, formatRule, replyFor } from '../src/policy/mod.ts';
import type { Facts, MailboxFact, Policy } from '../src/policy/mod.ts';
import { isAddressError, parseMailbox } from '../src/mail/mod.ts';
import type { Mailbox } from '../src/mail/mod.ts';
import { parseIp } from '../src/std/mod.ts';
import type { IpAddress } from '../src/std/mod.ts';

const { values } = parseArgs({
  options: {
    decisions: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    grants: { type: 'string', default: '200' },
    domains: { type: 'string', default: '200' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const decisions = Number(values.decisions);
const grants = Number(values.grants);
const domains = Number(values.domains);

const DAY = 86_400_000;
const UNTIL = Date.UTC(2026, 10, 24);
const SINCE = UNTIL - 7 * DAY;

function policyOf(networks: number): Policy {
  const yaml = [
    'hostname: mail.contoso.example',
    'listeners: { internet: { bind: ["127.0.0.1:2525"] } }',
    'routing:',
    '  domains:',
    ...Array.from({ length: domains }, (_, i) => `    - { domain: ours${i}.example, inbound: true }`),
    'relay:',
    '  never: [{ name: guests, from: [10.255.0.0/16] }]',
    '  allow:',
    '    - { name: staff, authenticated: true }',
    ...Array.from({ length: networks }, (_, i) => `    - { name: office${i}, from: [10.0.${i % 256}.0/24] }`),
  ];
  const reading = parseConfig(yaml.join('\n'), 'bench.yaml');
  if (!('config' in reading)) throw new Error(JSON.stringify(reading.problems));
  return compilePolicy(policySource(reading.config));
}

/** A repeatable sequence of numbers from 0 to 1 (Mulberry32). */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function address(text: string): IpAddress {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function mailbox(text: string): Mailbox {
  const parsed = parseMailbox(text);
  if (isAddressError(parsed)) throw new Error(text);
  return parsed;
}

/** The week, decided by the policy that was in force. */
function* week(policy: Policy): Generator<DecisionRecord> {
  const next = sequence(1);
  // Squared: few are met often, and many are met seldom.
  const pick = (count: number): number => Math.floor(count * next() ** 2);
  const local = address('192.0.2.1');
  for (let i = 0; i < decisions; i += 1) {
    const outward = next() < 0.4;
    const client = address(
      outward ? `10.0.${pick(grants)}.${pick(250)}` : `198.18.${pick(256)}.${pick(256)}`,
    );
    const sender = mailbox(
      outward ? `user${pick(3000)}@ours${pick(domains)}.example` : `s${pick(50_000)}@d${pick(5000)}.example`,
    );
    const recipient = mailbox(
      outward ? `r${pick(50_000)}@d${pick(5000)}.example` : `user${pick(3000)}@ours${pick(domains)}.example`,
    );
    const known: MailboxFact = next() < 0.7 ? 'known' : 'unknown';
    const facts: Facts = {
      client,
      localAddress: local,
      listener: 'internet',
      account: undefined,
      sender,
      recipient,
      mailbox: outward ? 'notAsked' : known,
      at: Math.floor(SINCE + (i / decisions) * 7 * DAY),
    };
    const decision = decide(facts, policy);
    const reply = replyFor(decision);
    const session = `w1abcd-${Math.floor(i / 2).toString(36)}`;
    yield {
      kind: 'decision',
      at: facts.at,
      session,
      transaction: 1,
      client: client.text,
      localAddress: local.text,
      listener: facts.listener,
      helo: `host${client.text}`,
      account: null,
      sender: sender.address,
      recipient: recipient.address,
      address: decision.recipient.address,
      mailbox: facts.mailbox,
      outcome: decision.verdict === 'accepted' ? decision.as : decision.reason,
      rule: formatRule(decision.rule),
      reply: `${formatReplyCode(reply)} ${reply.text}${decision.verdict === 'accepted' ? '' : ` [${session}]`}`,
      restrained: null,
    };
  }
}

function write(folder: string, policy: Policy): void {
  let now = SINCE;
  using store = new HistoryStore({
    folder,
    retention: { days: 100_000, bytes: 2 ** 40 },
    clock: { now: () => now },
    emit: (name, fields) => console.error(name, fields),
  });
  let batch: DecisionRecord[] = [];
  const flush = (): void => {
    store.add(packRecords(batch));
    store.commit();
    batch = [];
  };
  for (const record of week(policy)) {
    batch.push(record);
    now = record.at;
    if (batch.length === 5000) flush();
  }
  flush();
}

function replay(folder: string, policy: Policy): Replayed {
  using history = openHistory(folder);
  const judge = createReplay(policy, { lookup: () => 'known', until: UNTIL });
  for (const page of history.pages({ since: SINCE, until: UNTIL })) judge.add(page);
  return judge.result();
}

function read(folder: string): number {
  using history = openHistory(folder);
  let count = 0;
  for (const page of history.pages({ since: SINCE, until: UNTIL })) count += page.cases.length;
  return count;
}

/**
 * Runs `work` and prints how many decisions it did a second; a second of processor time of its thread, which others on the machine
 * hardly disturb; and one of the whole process, which the collection of garbage is part of.
 */
function measure(name: string, work: () => number): void {
  const begun = performance.now();
  const [thread, whole] = [process.threadCpuUsage(), process.cpuUsage()];
  const count = work();
  const seconds = (performance.now() - begun) / 1000;
  const rate = (time: number): string => Math.round(count / time).toLocaleString('en-US');
  const ofProcessor = ({ user, system }: NodeJS.CpuUsage): string => rate((user + system) / 1e6);
  console.log(
    `${name}: ${rate(seconds)} decisions a second; of processor time ${ofProcessor(process.threadCpuUsage(thread))} in the thread, ${ofProcessor(process.cpuUsage(whole))} in the process`,
  );
}

const folder = await mkdtemp(join(values.folder, 'postern-bench-'));
try {
  const inForce = policyOf(grants);
  const candidate = policyOf(grants - 1);
  measure('written', () => {
    write(folder, inForce);
    return decisions;
  });
  for (let round = 0; round < Number(values.rounds); round += 1) {
    measure('read', () => read(folder));
    measure('replayed', () => {
      const { total, changed, statements } = replay(folder, candidate);
      if (total !== decisions) throw new Error(`${total} were read`);
      console.log(`${changed} changed, in ${statements.length} statements`);
      return total;
    });
  }
  console.log(`memory: ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
} finally {
  await rm(folder, { recursive: true });
}
