import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as packet from 'dns-packet';
import { createResolver, reverseName } from '../dns/mod.ts';
import { startDnsServer, type DnsServer } from '../dns/testing/mod.ts';
import { parseDomain } from '../mail/mod.ts';
import { parseCidr, parseIp, type EventOf, type IpAddress } from '../std/mod.ts';
import {
  createClientFacts,
  type ClientFacts,
  type ClientFactsOptions,
  type FactsEvents,
  type FactsSettings,
} from './mod.ts';

const ip = (text: string): IpAddress => parseIp(text) ?? assert.fail(text);
const domain = (text: string) => parseDomain(text) ?? assert.fail(text);
const CLIENT = ip('203.0.113.9');
const LISTED_NAME = '9.113.0.203.list.test';
/** RFC 5782 5: every list has it. */
const TEST_ENTRY = '2.0.0.127.list.test';
const TEST_ENTRY_6 = '2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.list.test';
/** Longer than any test takes; what is waited for comes before. */
const LONG = 60_000;

interface Setup extends AsyncDisposable {
  readonly server: DnsServer;
  readonly facts: ClientFacts;
  readonly told: EventOf<FactsEvents>[];
  readonly clock: { time: number };
  readonly state: { settings: FactsSettings };
}

const NAMES: FactsSettings = { lists: [], reverseName: true };
const LIST: FactsSettings = {
  lists: [{ zone: domain('list.test'), answers: undefined }],
  reverseName: false,
};
const BOTH: FactsSettings = { ...LIST, reverseName: true };

async function setup(settings: FactsSettings, options: Partial<ClientFactsOptions> = {}): Promise<Setup> {
  const server = await startDnsServer();
  server.add(TEST_ENTRY, { type: 'A', data: '127.0.0.2' });
  const told: EventOf<FactsEvents>[] = [];
  const clock = { time: 1_000_000 };
  const state = { settings };
  const now = () => clock.time;
  const resolver = createResolver({
    servers: [server.address],
    timeoutMs: 5000,
    attempts: 1,
    clock: { now },
  });
  const facts = createClientFacts({
    resolver,
    settings: () => state.settings,
    emit: (...event) => told.push(event),
    clock: { now },
    ...options,
  });
  return {
    server,
    facts,
    told,
    clock,
    state,
    async [Symbol.asyncDispose]() {
      await facts[Symbol.asyncDispose]();
      await resolver[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** That there is no such name. */
function answerless(id: number, name: string): Buffer {
  return packet.encode({ type: 'response', id, flags: 3, questions: [{ name, type: 'A', class: 'IN' }] });
}

/** What was asked about clients, and not to test the list. */
const queriesOf = ({ server }: Setup) =>
  server.queries.filter(({ name }) => !/^[12]\.0\.0\.127\./.test(name));

const nameOf = async (t: Setup, client = CLIENT) => (await t.facts.look(client).settle(LONG)).name;
const listOf = async (t: Setup, client = CLIENT) => (await t.facts.look(client).settle(LONG)).lists[0];

function pointers(server: DnsServer, ...names: readonly string[]): void {
  server.add(reverseName(CLIENT), ...names.map((data) => ({ type: 'PTR' as const, data })));
}

describe('the name of a client', () => {
  it('is confirmed when it leads back', async () => {
    await using t = await setup(NAMES);
    pointers(t.server, 'Mail.Other.test');
    t.server.add('mail.other.test', { type: 'A', data: '203.0.113.1' }, { type: 'A', data: CLIENT.text });
    assert.deepEqual(await nameOf(t), { kind: 'confirmed', name: 'mail.other.test' });
  });

  it('is confirmed for IPv6', async () => {
    await using t = await setup(NAMES);
    const client = ip('2001:db8::9');
    t.server.add(reverseName(client), { type: 'PTR', data: 'mail.other.test' });
    t.server.add('mail.other.test', { type: 'AAAA', data: '2001:db8:0::9' });
    assert.deepEqual(await nameOf(t, client), { kind: 'confirmed', name: 'mail.other.test' });
  });

  it('is unconfirmed when it leads elsewhere or nowhere', async () => {
    await using t = await setup(NAMES);
    pointers(t.server, 'mail.other.test', 'absent.test');
    t.server.add('mail.other.test', { type: 'A', data: '203.0.113.1' });
    assert.deepEqual(await nameOf(t), { kind: 'unconfirmed', name: 'mail.other.test' });
  });

  it('is none when there is none', async () => {
    await using t = await setup(NAMES);
    assert.deepEqual(await nameOf(t), { kind: 'none' });
  });

  it('is unknown when either question is not answered', async () => {
    await using t = await setup(NAMES);
    t.server.behave(() => ({ rcode: 2 }));
    assert.deepEqual(await nameOf(t), { kind: 'unknown' });
    t.server.behave(({ type }) => (type === 'A' ? { rcode: 2 } : undefined));
    const other = ip('203.0.113.10');
    t.server.add(reverseName(other), { type: 'PTR', data: 'mail.other.test' });
    assert.deepEqual(await nameOf(t, other), { kind: 'unknown' });
  });

  it('is looked for among the first four, and no further', async () => {
    await using t = await setup(NAMES);
    t.server.add('five.test', { type: 'A', data: CLIENT.text });
    pointers(t.server, 'one.test', 'two.test', 'three.test', 'four.test', 'five.test');
    assert.deepEqual(await nameOf(t), { kind: 'unconfirmed', name: 'one.test' });
    t.server.add('four.test', { type: 'A', data: ip('203.0.113.10').text });
    const other = ip('203.0.113.10');
    const names = ['one.test', 'two.test', 'three.test', 'four.test'];
    t.server.add(reverseName(other), ...names.map((data) => ({ type: 'PTR' as const, data })));
    t.clock.time += 120_000;
    assert.deepEqual(await nameOf(t, other), { kind: 'confirmed', name: 'four.test' });
  });

  it('that is no name is not asked for, and printed without harm', async () => {
    await using t = await setup(NAMES);
    pointers(t.server, 'a b\r\n\u00e9.test');
    const name = await nameOf(t);
    assert.equal(name.kind, 'unconfirmed');
    assert.match(name.kind === 'unconfirmed' ? name.name : '', /^a\?b\?+\.test$/);
    assert.equal(t.server.queries.length, 1);
  });

  it('that no host can have is never confirmed', async () => {
    await using t = await setup(NAMES);
    pointers(t.server, 'a/b.test');
    t.server.add('a/b.test', { type: 'A', data: CLIENT.text });
    assert.deepEqual(await nameOf(t), { kind: 'unconfirmed', name: 'a/b.test' });
  });
});

describe('a list', () => {
  it('lists a client, with answers and reason', async () => {
    await using t = await setup(LIST);
    const reason = `See https://list.test/\u0007${'x'.repeat(230)}`;
    t.server.add(LISTED_NAME, { type: 'A', data: '127.0.0.2' }, { type: 'TXT', data: reason });
    assert.deepEqual(await listOf(t), {
      list: 'list.test',
      verdict: 'listed',
      answers: ['127.0.0.2'],
      reason: `See https://list.test/?${'x'.repeat(177)}`,
    });
  });

  it('is asked for the nibbles of IPv6', async () => {
    await using t = await setup(LIST);
    // RFC 5782 2.4.
    const name = 'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.list.test';
    t.server.add(TEST_ENTRY_6, { type: 'A', data: '127.0.0.2' });
    t.server.add(name, { type: 'A', data: '127.0.0.2' });
    assert.equal((await listOf(t, ip('2001:db8::567:89ab')))?.verdict, 'listed');
  });

  it('knows nothing of a client, and is not asked for a reason', async () => {
    await using t = await setup(LIST);
    assert.deepEqual(await listOf(t), {
      list: 'list.test',
      verdict: 'clear',
      answers: [],
      reason: undefined,
    });
    assert.deepEqual(
      queriesOf(t).map(({ name, type }) => `${type} ${name.toLowerCase()}`),
      [`A ${LISTED_NAME}`],
    );
  });

  it('that answers with an error code is unknown, and told of once', async () => {
    await using t = await setup(LIST);
    t.server.behave(({ name }) => ({
      packet: { answers: [{ name, type: 'A', class: 'IN', ttl: 60, data: '127.255.255.254' }] },
    }));
    assert.equal((await listOf(t))?.verdict, 'unknown');
    assert.equal((await listOf(t, ip('203.0.113.10')))?.verdict, 'unknown');
    assert.deepEqual(
      t.told.map(([name, fields]) => [name, 'list' in fields && fields.list]),
      [['facts.listFailed', 'list.test']],
    );
  });

  it('that fails is unknown, and does not hide what another says', async () => {
    const lists = ['dead.test', 'list.test'].map((zone) => ({ zone: domain(zone), answers: undefined }));
    await using t = await setup({ lists, reverseName: false });
    t.server.behave(({ name }) => (/dead\.test$/i.test(name) ? { rcode: 2 } : undefined));
    t.server.add(LISTED_NAME, { type: 'A', data: '127.0.0.2' }, { type: 'TXT', data: 'reason' });
    const facts = await t.facts.look(CLIENT).settle(LONG);
    assert.deepEqual(
      facts.lists.map(({ list, verdict }) => `${list} ${verdict}`),
      ['dead.test unknown', 'list.test listed'],
    );
  });
});

describe('a list that is tested before it is believed', () => {
  const LISTED = { type: 'A' as const, data: '127.0.0.2' };
  const CLEAR_ENTRY = '1.0.0.127.list.test';
  const testsOf = (t: Setup) => t.server.queries.length - queriesOf(t).length;
  const events = (t: Setup) =>
    t.told.map(([name, fields]) => `${name}: ${'error' in fields ? fields.error : ''}`);

  /** Lets time pass until the second test from now began, so that the first has ended: two questions each. */
  async function testedAgain(t: Setup): Promise<void> {
    for (const wanted = testsOf(t) + 4; testsOf(t) < wanted; t.clock.time += 600_000) await listOf(t);
  }

  it('counts for nothing when it lists everybody, and is told of once', async () => {
    await using t = await setup(LIST);
    t.server.behave(({ name }) => ({
      packet: { answers: [{ name, type: 'A', class: 'IN', ttl: 60, data: '127.0.0.2' }] },
    }));
    for (let last = 1; last <= 20; last += 1)
      assert.equal((await listOf(t, ip(`203.0.113.${last}`)))?.verdict, 'unknown');
    await testedAgain(t);
    assert.deepEqual(events(t), [
      'facts.listUnfit: it lists 127.0.0.1, which no list does: it seems to list everybody',
    ]);
  });

  // Even where somebody has made that answer count.
  for (const [answers, error] of [
    [undefined, 'it answers 192.0.2.80, as no DNS list does'],
    [['192.0.2.80'], 'it lists 127.0.0.1, which no list does: it seems to list everybody'],
  ] as const) {
    it(`counts for nothing when it answers everything with an address, as one that was sold: ${error}`, async () => {
      const ranges = answers?.map((text) => parseCidr(text) ?? assert.fail(text));
      const zone = domain('list.test');
      await using t = await setup({ lists: [{ zone, answers: ranges }], reverseName: false });
      t.server.behave(({ name }) => ({
        packet: { answers: [{ name, type: 'A', class: 'IN', ttl: 60, data: '192.0.2.80' }] },
      }));
      assert.equal((await listOf(t))?.verdict, 'unknown');
      assert.deepEqual(events(t), [`facts.listUnfit: ${error}`]);
    });
  }

  it('counts for nothing without its test entry', async () => {
    await using t = await setup({ ...LIST, lists: [{ zone: domain('gone.test'), answers: undefined }] });
    t.server.add('9.113.0.203.gone.test', LISTED);
    assert.equal((await listOf(t))?.verdict, 'unknown');
    assert.deepEqual(events(t), [
      'facts.listUnfit: it does not list 127.0.0.2, which every list does: it seems to be given up',
    ]);
  });

  it('is told of although it lists nobody', async () => {
    await using t = await setup({ ...LIST, lists: [{ zone: domain('gone.test'), answers: undefined }] });
    assert.equal((await listOf(t))?.verdict, 'clear');
    assert.equal(t.told[0]?.[0], 'facts.listUnfit');
  });

  it('is unknown as long as it could not be tested, and tried again after a minute', async () => {
    await using t = await setup(LIST);
    t.server.add(LISTED_NAME, LISTED, { type: 'TXT', data: 'reason' });
    t.server.behave(({ name }) => (name.startsWith('1.0.0.127.') ? { rcode: 2 } : undefined));
    assert.equal((await listOf(t))?.verdict, 'unknown');
    t.server.behave(() => undefined);
    t.clock.time += 59_999;
    assert.equal((await listOf(t))?.verdict, 'unknown');
    t.clock.time += 10_001;
    assert.equal((await listOf(t))?.verdict, 'listed');
    assert.deepEqual(t.told, []);
  });

  it('is unknown when the test is answered with an error code, which says nothing of the list', async () => {
    await using t = await setup(LIST);
    t.server.add(LISTED_NAME, LISTED);
    t.server.behave(({ name }) =>
      name.startsWith('2.0.0.127.')
        ? { packet: { answers: [{ name, type: 'A', class: 'IN', ttl: 60, data: '127.255.255.254' }] } }
        : undefined,
    );
    assert.equal((await listOf(t))?.verdict, 'unknown');
    assert.deepEqual(t.told, []);
  });

  it('is tested once for all clients, for an hour; what was found holds while it cannot be asked', async () => {
    await using t = await setup(LIST);
    await Promise.all([1, 2, 3, 4].map((last) => listOf(t, ip(`203.0.113.${last}`))));
    t.clock.time += 3_599_999;
    await listOf(t);
    assert.equal(testsOf(t), 2);
    t.server.add('5.113.0.203.list.test', LISTED, { type: 'TXT', data: 'reason' });
    t.server.behave(({ name }) => (/^[12]\.0\.0\.127\./.test(name) ? { rcode: 2 } : undefined));
    t.clock.time += 1;
    await testedAgain(t);
    assert.equal((await listOf(t, ip('203.0.113.5')))?.verdict, 'listed');
    assert.deepEqual(t.told, []);
  });

  it('counts again after it has recovered, and that is told', async () => {
    await using t = await setup(LIST);
    t.server.add(LISTED_NAME, LISTED, { type: 'TXT', data: 'reason' });
    t.server.add(CLEAR_ENTRY, LISTED);
    assert.equal((await listOf(t))?.verdict, 'unknown');
    t.server.remove(CLEAR_ENTRY);
    t.clock.time += 600_000;
    // What was found before holds for whoever comes while it is tested again.
    while (t.told.length < 2) {
      await listOf(t);
      t.clock.time += 10_000;
    }
    assert.equal((await listOf(t))?.verdict, 'listed');
    assert.deepEqual(
      t.told.map(([name]) => name),
      ['facts.listUnfit', 'facts.listFit'],
    );
  });

  it('is tested for IPv6 apart, when it lists a client there', async () => {
    await using t = await setup(LIST);
    const client = ip('2001:db8::567:89ab');
    assert.equal((await listOf(t, client))?.verdict, 'clear');
    assert.equal(t.server.queries.length, 1);
    t.server.behave(({ name }) => ({
      packet: { answers: [{ name, type: 'A', class: 'IN', ttl: 60, data: '127.0.0.2' }] },
    }));
    assert.equal((await listOf(t, ip('2001:db8::1')))?.verdict, 'unknown');
    assert.match(events(t)[0] ?? '', /^facts\.listUnfit: it lists ::ffff:7f00:1,/);
  });
});

describe('look()', () => {
  for (const text of ['127.0.0.1', '10.0.0.1', '192.168.1.1', '169.254.0.1', '::1', 'fe80::1', 'fd00::1']) {
    it(`asks nothing of ${text}`, async () => {
      await using t = await setup(BOTH);
      assert.deepEqual(await t.facts.look(ip(text)).settle(LONG), { name: { kind: 'unknown' }, lists: [] });
      assert.equal(t.server.queries.length, 0);
    });
  }

  it('starts at once, and says what is known so far', async () => {
    await using t = await setup(BOTH);
    t.server.behave(({ type }) => (type === 'PTR' ? 'silent' : undefined));
    t.server.add(LISTED_NAME, { type: 'A', data: '127.0.0.2' }, { type: 'TXT', data: 'reason' });
    const lookup = t.facts.look(CLIENT);
    assert.deepEqual(lookup.now.name, { kind: 'unknown' });
    assert.equal(lookup.now.lists[0]?.verdict, 'unknown');
    await t.server.seen(5);
    // The answer to the last question is on its way; the name's never comes.
    let facts = await lookup.settle(1);
    while (facts.lists[0]?.reason === undefined) facts = await lookup.settle(1);
    assert.deepEqual(facts.name, { kind: 'unknown' });
    assert.equal(facts.lists[0].verdict, 'listed');
  });

  it('asks once for clients at the same time, and for a minute', async () => {
    await using t = await setup(LIST);
    // Without SOA: the resolver may not keep it.
    t.server.behave(() => ({ rcode: 3 }));
    await Promise.all(Array.from({ length: 20 }, () => listOf(t)));
    t.clock.time += 59_999;
    await listOf(t);
    assert.equal(queriesOf(t).length, 1);
    t.clock.time += 1;
    await listOf(t);
    assert.equal(queriesOf(t).length, 2);
  });

  it('asks again after ten seconds when something stayed unknown', async () => {
    await using t = await setup(LIST);
    t.server.behave(() => ({ rcode: 2 }));
    await listOf(t);
    t.clock.time += 9_999;
    await listOf(t);
    assert.equal(queriesOf(t).length, 1);
    t.clock.time += 1;
    await listOf(t);
    assert.equal(queriesOf(t).length, 2);
  });

  it('asks anew after the settings have changed', async () => {
    await using t = await setup(NAMES);
    assert.equal(await listOf(t), undefined);
    t.state.settings = LIST;
    assert.equal((await listOf(t))?.verdict, 'clear');
  });

  it('knows nothing of clients beyond the bound, asks nothing, tells it once, and has room again afterwards', async () => {
    await using t = await setup(LIST, { lists: 2 });
    t.server.behave(({ name }) => (/^[12]\.0\.0\.127\./.test(name) ? undefined : 'silent'));
    const first = [1, 2].map((last) => t.facts.look(ip(`203.0.113.${last}`)));
    for (let last = 3; last < 200; last += 1) {
      const { now } = t.facts.look(ip(`203.0.113.${last}`));
      assert.deepEqual(now.lists, [
        { list: 'list.test', verdict: 'unknown', answers: [], reason: undefined },
      ]);
    }
    await t.server.seen(4);
    for (const query of queriesOf(t)) t.server.send(answerless(query.id, query.name), query);
    for (const lookup of first) assert.equal((await lookup.settle(LONG)).lists[0]?.verdict, 'clear');
    assert.equal(queriesOf(t).length, 2);
    assert.deepEqual(t.told, [['facts.skipped', { times: 1 }]]);
    t.server.behave(() => undefined);
    assert.equal((await listOf(t, ip('203.0.113.3')))?.verdict, 'clear');
  });

  it('asks lists although all room for names is taken', async () => {
    await using t = await setup(BOTH, { names: 1 });
    t.server.behave(({ type }) => (type === 'PTR' ? 'silent' : undefined));
    t.facts.look(ip('203.0.113.1'));
    assert.equal((await listOf(t))?.verdict, 'clear');
  });
});

describe('[Symbol.asyncDispose]()', () => {
  it('ends what is under way without blaming the lists', async () => {
    await using t = await setup(BOTH);
    t.server.behave(() => 'silent');
    const lookups = [1, 2, 3, 4, 5, 6].map((last) => t.facts.look(ip(`203.0.113.${last}`)));
    await t.server.seen(14);
    await t.facts[Symbol.asyncDispose]();
    for (const lookup of lookups) assert.equal((await lookup.settle(LONG)).name.kind, 'unknown');
    assert.deepEqual(t.told, []);
    assert.equal(t.facts.look(CLIENT).now.lists[0]?.verdict, 'unknown');
    assert.equal(queriesOf(t).length, 12);
  });
});
