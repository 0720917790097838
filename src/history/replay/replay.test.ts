import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compilePolicy, decide, formatReplyCode, formatRule, locate, replyFor } from '../../policy/mod.ts';
import type { Decision, Facts, MailboxFact, Policy, RefusalReason } from '../../policy/mod.ts';
import { facts, sources } from '../../policy/testing/arbitraries.ts';
import { factsOf, mailbox, policySource, ranges, route, place } from '../../policy/testing/mod.ts';
import { packRecords } from '../batch.ts';
import { openHistory } from '../read/history.ts';
import {
  ALWAYS,
  NOW,
  decision as recordOf,
  openStore,
  pageOf,
  standingClock,
  temporaryFolder,
  write,
} from '../testing/kit.ts';
import type { AcceptedAs, DecisionRecord } from '../types.ts';
import { effectOf, isAccepted } from './effect.ts';
import { createJudge } from './judge.ts';
import { Memo } from './memo.ts';
import { coverOf, siteOf } from './network.ts';
import { createReplay } from './replay.ts';
import type { Replayed } from './replay.ts';
import { makeStatements } from './statement.ts';
import { Tally } from './tally.ts';
import type { Changed } from './tally.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What the session would have asked the directory, and recorded. */
function live(given: Facts, policy: Policy, session = 'w1-1'): DecisionRecord {
  const inbound = locate(given.recipient, policy).route?.kind === 'inbound';
  const answer = given.mailbox === 'notAsked' ? 'unavailable' : given.mailbox;
  const asked: Facts = { ...given, mailbox: inbound ? answer : 'notAsked' };
  const decision = decide(asked, policy);
  const reply = replyFor(decision);
  return {
    kind: 'decision',
    at: asked.at,
    session,
    transaction: 1,
    client: asked.client.text,
    localAddress: asked.localAddress.text,
    listener: asked.listener,
    helo: 'client.example',
    account: asked.account ?? null,
    sender: asked.sender?.address ?? '',
    recipient: asked.recipient.address,
    address: decision.recipient.address,
    mailbox: asked.mailbox,
    outcome: outcomeOf(decision),
    rule: formatRule(decision.rule),
    reply: `${formatReplyCode(reply)} ${reply.text}`,
    restrained: null,
  };
}

function outcomeOf(decision: Decision): AcceptedAs | RefusalReason {
  return decision.verdict === 'accepted' ? decision.as : decision.reason;
}

/** The directory of today: knows local parts that begin with u. */
const lookup = ({ localKey }: { readonly localKey: string }): MailboxFact =>
  localKey.startsWith('u') ? 'known' : 'unknown';

function replayed(records: readonly DecisionRecord[], policy: Policy, find = lookup): Replayed {
  const replay = createReplay(policy, { lookup: find, until: NOW + DAY });
  for (const record of records) replay.add(pageOf([record]));
  return replay.result();
}

test('createReplay() finds no change under the policy that decided, and never asks the directory for it', () => {
  fc.assert(
    fc.property(sources, fc.array(facts, { maxLength: 20 }), (source, given) => {
      const policy = compilePolicy(source);
      const records = given.map((one) => live(one, policy));
      const result = replayed(records, policy, () => assert.fail('the mailbox was asked for then'));
      assert.equal(result.same, records.length);
      assert.deepEqual([result.statements, result.otherRules, result.reasons, result.today], [[], [], [], 0]);
    }),
    { numRuns: 150 },
  );
});

test('createReplay() counts exactly those decisions whose effect decide() changes, whatever the policies', () => {
  fc.assert(
    fc.property(sources, sources, fc.array(facts, { maxLength: 20 }), (before, after, given) => {
      const [old, candidate] = [compilePolicy(before), compilePolicy(after)];
      const records = given.map((one, index) => live(one, old, `w1-${index}`));
      const changed = records.filter((record, index) => {
        const one = given[index];
        assert.ok(one !== undefined);
        const { route: found, mailbox: end } = locate(one.recipient, candidate);
        const fact =
          record.mailbox !== 'notAsked' && end.address === record.address ? record.mailbox : lookup(end);
        const decision = decide(
          { ...one, mailbox: found?.kind === 'inbound' ? fact : 'notAsked' },
          candidate,
        );
        return effectOf(outcomeOf(decision)) !== effectOf(record.outcome);
      });
      const result = replayed(records, candidate);
      assert.equal(result.changed, changed.length);
      assert.equal(result.same, records.length - changed.length);
      assert.equal(
        sumOf(result, ({ recipients }) => recipients),
        changed.length,
      );
      assert.equal(
        sumOf(result, ({ mails }) => mails),
        changed.length,
        'each is a mail of its own',
      );
      for (const { kind, before: from, after: to, example } of result.statements) {
        assert.equal(kind === 'opens', !isAccepted(from) && isAccepted(to));
        assert.equal(kind === 'closes', isAccepted(from) && !isAccepted(to));
        assert.ok(changed.includes(example.record));
        assert.equal(effectOf(outcomeOf(example.decision)), to);
      }
    }),
    { numRuns: 200 },
  );
});

/** Recorded under a policy: some texts are unreadable, and some decisions are of one session. */
const records = fc
  .array(
    fc.tuple(facts, fc.constantFrom('', '', '', 'client', 'localAddress', 'sender', 'recipient'), fc.nat(3)),
    {
      maxLength: 25,
    },
  )
  .map(
    (all) => (policy: Policy) =>
      all.map(([given, unreadable, session], index): DecisionRecord => {
        const record = { ...live(given, policy, `w1-${session}`), at: NOW + index * HOUR };
        return unreadable === '' ? record : { ...record, [unreadable]: 'no address' };
      }),
  );

test('createReplay() makes of a written history what it makes of the records, however they lie in segments and pages', (t) => {
  const size = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(sources, fc.option(sources), records, size, size, (before, after, recorded, page, batch) => {
      const all = recorded(compilePolicy(before));
      const policy = compilePolicy(after ?? before);
      const options = { lookup, until: NOW + 2 * DAY };
      const plain = createReplay(policy, options);
      for (const record of all) plain.add(pageOf([record]));

      const folder = temporaryFolder(t);
      const clock = standingClock();
      using store = openStore(folder, { clock });
      // An hour apart: midnight begins another segment.
      for (let at = 0; at < all.length; at += batch) {
        clock.set(all[at]?.at ?? NOW);
        store.add(packRecords(all.slice(at, at + batch)));
      }
      store.commit();
      using history = openHistory(folder, { page });
      const written = createReplay(policy, options);
      for (const one of history.pages(ALWAYS)) written.add(one);
      assert.deepEqual(history.problems, []);
      assert.deepEqual(summary(written.result()), summary(plain.result()));
    }),
    { numRuns: 100 },
  );
});

/** Without the decisions, which refer to what they were made from. */
function summary({ statements, ...rest }: Replayed): unknown {
  return {
    ...rest,
    statements: statements.map(({ example, ...statement }) => ({
      ...statement,
      record: example.record,
      reply: replyFor(example.decision),
      sender: example.decision.facts.sender,
    })),
  };
}

test('createReplay() does not count a page whose records are damaged', (t) => {
  const folder = temporaryFolder(t);
  write(folder, [recordOf({ outcome: 'relay', mailbox: 'notAsked' }), recordOf({ helo: 'lost.example' })]);
  const [name = ''] = readdirSync(folder).filter((file) => file.endsWith('.db'));
  {
    using segment = new DatabaseSync(join(folder, name));
    segment.exec("DELETE FROM text WHERE text = 'lost.example'");
  }
  using history = openHistory(folder, { page: 1 });
  const replay = createReplay(compilePolicy(policySource({})), { lookup, until: NOW + DAY });
  for (const page of history.pages(ALWAYS)) replay.add(page);
  const { total, changed, statements } = replay.result();
  assert.deepEqual([total, changed, statements.length], [1, 1, 1]);
  assert.deepEqual(history.problems, [{ path: join(folder, name), error: 'damaged: a text is missing' }]);
});

function sumOf(result: Replayed, what: (statement: Replayed['statements'][number]) => number): number {
  return result.statements.reduce((sum, statement) => sum + what(statement), 0);
}

test('effectOf() is what the reply says', () => {
  const facts_ = factsOf();
  const reasons: readonly RefusalReason[] = [
    'unknownMailbox',
    'mailboxUnavailable',
    'routingCharacters',
    'rerouteOff',
    'neverRule',
    'noGrant',
  ];
  for (const reason of reasons) {
    const decision: Decision = {
      verdict: 'refused',
      reason,
      rule: { kind: 'none' },
      recipient: facts_.recipient,
      facts: facts_,
    };
    assert.equal(effectOf(reason), formatReplyCode(replyFor(decision)));
    assert.ok(!isAccepted(effectOf(reason)));
  }
  for (const as of ['inbound', 'forward', 'relay', 'alwaysRelay'] as const)
    assert.ok(isAccepted(effectOf(as)));
});

const INBOUND = compilePolicy(policySource({ routes: [route('inbound.example', 'inbound')] }));

test('createJudge() takes what the directory said then, and asks today only for a mailbox that nobody asked for then', () => {
  const asked: string[] = [];
  const judge = createJudge(INBOUND, ({ address }) => {
    asked.push(address);
    return 'unknown';
  });
  const then = judge(recordOf({ mailbox: 'known', outcome: 'inbound' }));
  assert.ok(then.kind === 'judged' && then.after === 'inbound' && !then.today);
  assert.deepEqual(asked, []);
  // Under the policy of then the recipient was rewritten to another mailbox.
  const other = recordOf({ mailbox: 'known', address: 'bob@elsewhere.example' });
  const never = recordOf({ mailbox: 'notAsked', outcome: 'noGrant', rule: 'none' });
  for (const record of [other, never]) {
    const now = judge(record);
    assert.ok(now.kind === 'judged' && now.after === '550 5.1.1' && now.today);
    assert.deepEqual(asked, ['bob@inbound.example'], 'asked once, and remembered');
  }
});

test('createJudge() cannot tell without the directory, or with an address that is none', () => {
  const judge = createJudge(INBOUND, () => 'unavailable');
  const missing = (parts: Partial<DecisionRecord>): unknown => {
    const judgement = judge(recordOf(parts));
    return judgement.kind === 'cannotTell' ? judgement.missing : judgement.after;
  };
  assert.equal(missing({ mailbox: 'notAsked' }), 'mailbox');
  assert.equal(
    missing({ mailbox: 'unavailable' }),
    '451 4.3.0',
    'the directory was asked then, and did not answer',
  );
  assert.equal(missing({ client: '' }), 'client');
  assert.equal(missing({ localAddress: '1.2.3' }), 'localAddress');
  assert.equal(missing({ recipient: 'nobody' }), 'recipient');
  assert.equal(missing({ sender: 'nobody' }), 'inbound', 'a sender that nothing asks for may be anything');
  const senders = compilePolicy(
    policySource({
      allow: [
        {
          name: 'scanners',
          from: ranges('192.0.2.0/24'),
          senders: [{ kind: 'address', localKey: 'scan', domain: INBOUND.postmasterDomain }],
          place: place(1),
        },
      ],
    }),
  );
  const strict = createJudge(senders, () => 'known');
  const judged = strict(recordOf({ sender: 'nobody', mailbox: 'notAsked' }));
  assert.ok(judged.kind === 'cannotTell' && judged.missing === 'sender');
});

test('Memo answers what was made of a text, whatever falls on its place', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 })), (texts) => {
      const memo = new Memo(2, (text) => `${text}!`);
      for (const text of texts) assert.equal(memo.get(text), `${text}!`);
    }),
  );
  let made = 0;
  const memo = new Memo(4, () => (made += 1));
  assert.deepEqual([memo.get('a'), memo.get('a')], [1, 1]);
});

test('siteOf() and coverOf() name networks as small as what they hold', () => {
  assert.equal(siteOf('192.0.2.77'), '192.0.2.0/24');
  assert.equal(siteOf('2001:db8::1:2:3:4'), '2001:db8::/64');
  assert.equal(siteOf('nonsense'), 'nonsense');
  assert.equal(coverOf(['10.0.8.14', '10.0.8.15']), '10.0.8.14/31');
  assert.equal(coverOf(['10.0.8.14', '10.0.9.1', '10.0.8.200']), '10.0.8.0/23');
  assert.equal(coverOf(['10.0.0.0', '10.0.255.255']), '10.0.0.0/16');
  assert.equal(coverOf(['10.0.0.0', '10.1.0.0']), undefined, 'wider than /16 says nothing');
  assert.equal(coverOf(['2001:db8::1', '2001:db8::2']), '2001:db8::/126');
  assert.equal(coverOf(['10.0.0.1', '2001:db8::2']), undefined);
  assert.equal(coverOf([]), undefined);
});

function changed(parts: Partial<DecisionRecord>, ruleAfter = 'none'): Changed {
  const record = recordOf({ outcome: 'relay', rule: 'grant:office', mailbox: 'notAsked', ...parts });
  const decision: Decision = {
    verdict: 'refused',
    reason: 'noGrant',
    rule: { kind: 'none' },
    recipient: mailbox(record.recipient),
    facts: factsOf({ recipient: mailbox(record.recipient) }),
  };
  const transition = {
    kind: 'closes',
    before: 'relayed',
    after: '550 5.7.1',
    ruleBefore: record.rule,
    ruleAfter,
  } as const;
  return { record, decision, transition, today: false };
}

function statementsOf(all: readonly Changed[], limits = {}): ReturnType<typeof makeStatements> {
  const tally = new Tally({ until: NOW + 1, ...limits });
  for (const one of all) tally.add(one);
  return makeStatements(tally.counted());
}

test('makeStatements() counts a mail once, however many recipients it has, and a day once', () => {
  const [statement, ...others] = statementsOf([
    changed({ recipient: 'a@one.example' }),
    changed({ recipient: 'b@two.example' }),
    changed({ transaction: 2 }),
    changed({ at: NOW - DAY, session: 'w1-2' }),
    changed({ at: NOW - 6 * DAY, session: 'w1-3' }),
  ]);
  assert.deepEqual(others, []);
  assert.deepEqual([statement?.recipients, statement?.mails, statement?.days], [5, 4, 3]);
  assert.deepEqual([statement?.first, statement?.last], [NOW - 6 * DAY, NOW]);
  // A day ends with the period: its first moment is 24 hours before.
  const [oneDay] = statementsOf([changed({}), changed({ at: NOW + 1 - DAY, session: 'w1-2' })]);
  assert.deepEqual([oneDay?.mails, oneDay?.days], [2, 1]);
  assert.deepEqual(statement?.domains, ['one.example', 'two.example', 'inbound.example']);
});

test('makeStatements() divides by what gives the fewest statements: client, account or network', () => {
  const clients = (all: readonly Changed[]): readonly (readonly string[])[] =>
    statementsOf(all).map((statement) => statement.clients);
  const by = (client: string, account: string | null = null): Changed => changed({ client, account });
  assert.deepEqual(clients([by('10.0.0.1'), by('10.7.0.1')]), [['10.0.0.1'], ['10.7.0.1']]);
  const site = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'];
  assert.deepEqual(clients(site.map((client) => by(client))), [site]);
  const spread = ['10.0.0.1', '10.1.0.1', '10.2.0.1', '10.3.0.1'];
  assert.deepEqual(clients(spread.map((client) => by(client))), [spread], 'too many parts: one statement');
  const twoAccounts = spread.map((client, index) => by(client, index < 2 ? 'a@x.example' : 'b@x.example'));
  assert.deepEqual(clients(twoAccounts), [spread.slice(0, 2), spread.slice(2)]);
});

test('makeStatements() keeps rules apart, and says the most frequent first', () => {
  const statements = statementsOf([
    changed({ rule: 'grant:a' }),
    changed({ rule: 'grant:b', session: 'w1-2' }),
    changed({ rule: 'grant:b', session: 'w1-3' }),
  ]);
  assert.deepEqual(
    statements.map(({ ruleBefore, recipients }) => [ruleBefore, recipients]),
    [
      ['grant:b', 2],
      ['grant:a', 1],
    ],
  );
});

test('Tally counts what is beyond its bounds without telling it apart', () => {
  const many = Array.from({ length: 50 }, (_, i) =>
    changed({ client: `10.${i}.0.1`, session: `w1-${i}`, recipient: `a@d${i}.example` }),
  );
  const [statement, ...others] = statementsOf(many, { cells: 10, domains: 5, mails: 4 });
  assert.deepEqual(others, []);
  assert.deepEqual([statement?.clients.length, statement?.moreClients], [10, true]);
  assert.deepEqual([statement?.moreDomains, statement?.network], [true, undefined]);
  assert.deepEqual([statement?.recipients, statement?.mails], [50, 50]);
});
