/**
 * What a live session decides and what `explain()` says of it are the same: the tricks and the grants are tried on a running daemon, and
 * then every decision that its history holds is explained, with nothing known of it but what was recorded.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadConfig, policySource } from '../../src/config/mod.ts';
import { createJudge, openHistory } from '../../src/history/mod.ts';
import type { DecisionRecord } from '../../src/history/mod.ts';
import { compilePolicy, explain, formatReplyCode, formatRule } from '../../src/policy/mod.ts';
import type { Policy } from '../../src/policy/mod.ts';
import { DATA_FOLDER } from '../../src/std/mod.ts';
import type { Client, ServerReply } from '../kit/client.ts';
import { until } from '../kit/until.ts';
import { cell, octets, readTable } from './table.ts';
import type { Row } from './table.ts';
import { HOST, PASSWORD, STRANGER, TRUSTED, World } from './world.ts';

const NAMES = { host: HOST, ip: '127.0.0.1', trusted: TRUSTED, pass: PASSWORD };

let world: World;
/** What clients were told by the policy, as one line. */
const told: string[] = [];

before(async () => {
  world = await World.open();
});
after(async () => {
  await world[Symbol.asyncDispose]();
});

/** A refusal by the policy ends in the name of the session; what is not well formed never comes to it. */
function noteReply({ code, lines }: ServerReply): void {
  const line = `${code} ${lines.join(' ')}`;
  if (code === 250 || /\[[^\]]+\]$/.test(line)) told.push(line);
}

async function ask(client: Client, sender: string, recipient: string): Promise<void> {
  const mail = await client.command(`MAIL FROM:<${sender}>`);
  if (mail.code === 250) noteReply(await client.command(`RCPT TO:${recipient}`));
}

async function tryTrick(row: Row): Promise<void> {
  const kind = cell(row, 'kind');
  if (kind === 'command') return;
  const fill = (column: string): string => octets(cell(row, column), NAMES);
  using client = await world.client(STRANGER, 'main', kind === 'hello' ? undefined : 'EHLO probe.test');
  if (kind === 'hello' && (await client.command(fill('sender'))).code !== 250) await client.ehlo();
  const recipient = fill('recipient');
  await ask(
    client,
    kind === 'hello' ? 'a@outside.test' : fill('sender'),
    kind === 'raw' ? recipient : `<${recipient}>`,
  );
}

async function tryGrant(row: Row): Promise<void> {
  const listener = cell(row, 'listener');
  assert.ok(listener === 'main' || listener === 'internal' || listener === 'submission');
  using client = await world.client(cell(row, 'client'), listener, `${cell(row, 'hello')} probe.test`);
  if (cell(row, 'login') !== '-') {
    await client.startTls();
    await client.ehlo();
    for (const line of cell(row, 'login').split(' '))
      await client.command(octets(line.replaceAll('_', ' '), NAMES));
  }
  await ask(client, cell(row, 'sender'), `<${cell(row, 'recipient')}>`);
}

function recorded(): readonly DecisionRecord[] {
  using history = openHistory(join(world.site.folder, 'data', DATA_FOLDER.history));
  const decisions: DecisionRecord[] = [];
  // A page can only be asked for its records before the next one is taken.
  for (const page of history.pages({ since: 0, until: Number.MAX_SAFE_INTEGER }))
    decisions.push(...(page.records([...page.cases.keys()]) ?? []));
  assert.deepEqual(history.problems, []);
  return decisions;
}

async function policyInForce(): Promise<Policy> {
  const loaded = await loadConfig(world.site.configPath);
  assert.ok('config' in loaded);
  return compilePolicy(policySource(loaded.config));
}

test('recorded: the tricks and the grants are tried', async () => {
  for (const row of readTable('tricks.tsv')) await tryTrick(row);
  for (const row of readTable('grants.tsv')) await tryGrant(row);
  assert.ok(told.length > 100);
});

test('recorded: the history holds every decision, with the reply as the client got it', async () => {
  await until(() => recorded().length >= told.length, 'every decision in the history');
  const replies = recorded().map(({ reply }) => reply);
  assert.deepEqual(replies.toSorted(), told.toSorted());
});

test('recorded: explain() gives every decision the verdict, the rule and the reply of the live session', async () => {
  const policy = await policyInForce();
  const judge = createJudge(policy, ({ address }) => assert.fail(`${address} was asked for then`));
  const outcomes = new Set<string>();
  for (const record of recorded()) {
    const about = JSON.stringify(record);
    const judgement = judge(record);
    assert.ok(judgement.kind === 'judged', about);
    const { decision, reply, steps } = explain(judgement.decision.facts, policy);
    assert.equal(decision.verdict === 'accepted' ? decision.as : decision.reason, record.outcome, about);
    assert.equal(formatRule(decision.rule), record.rule, about);
    assert.equal(decision.recipient.address, record.address, about);
    const reference = decision.verdict === 'accepted' ? '' : ` [${record.session}]`;
    assert.equal(`${formatReplyCode(reply)} ${reply.text}${reference}`, record.reply, about);
    assert.ok(steps.length > 0);
    outcomes.add(record.outcome);
  }
  // The tables lead to every kind of decision that their configuration has.
  assert.deepEqual([...outcomes].sort(), [
    'forward',
    'inbound',
    'neverRule',
    'noGrant',
    'relay',
    'routingCharacters',
    'unknownMailbox',
  ]);
});
