import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { describe, it } from 'node:test';
import * as packet from 'dns-packet';
import { createResolver, type ResolverOptions } from './mod.ts';
import { startDnsServer, type DnsServer, type SeenQuery } from './testing/mod.ts';

const never = new AbortController().signal;
const SERVFAIL = 2;
const REFUSED = 5;

interface Setup extends AsyncDisposable {
  readonly server: DnsServer;
  readonly resolver: ReturnType<typeof createResolver>;
  readonly clock: { time: number };
}

async function setup(options: ResolverOptions = {}): Promise<Setup> {
  const server = await startDnsServer();
  const clock = { time: 1_000_000 };
  const resolver = createResolver({
    servers: [server.address],
    timeoutMs: 5000,
    attempts: 1,
    clock: { now: () => clock.time },
    ...options,
  });
  return {
    server,
    resolver,
    clock,
    async [Symbol.asyncDispose]() {
      await resolver[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** A port of this host that nobody listens to. */
async function deadServer(): Promise<string> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return `127.0.0.1:${port}`;
}

function texts(answer: Awaited<ReturnType<Setup['resolver']['addresses']>>): readonly string[] {
  assert.equal(answer.kind, 'found');
  return answer.kind === 'found' ? answer.addresses.map((address) => address.text) : [];
}

function answerTo(query: SeenQuery, change: Partial<packet.Packet>): Buffer {
  return packet.encode({
    type: 'response',
    id: query.id,
    questions: [{ name: query.name, type: 'A', class: 'IN' }],
    answers: [{ name: query.name, type: 'A', class: 'IN', ttl: 60, data: '192.0.2.66' }],
    ...change,
  });
}

describe('addresses()', () => {
  it('returns both families, IPv6 first', async () => {
    await using t = await setup();
    t.server.add('host.test', { type: 'A', data: '192.0.2.1' }, { type: 'AAAA', data: '2001:db8::1' });
    assert.deepEqual(texts(await t.resolver.addresses('host.test', never)), ['2001:db8::1', '192.0.2.1']);
  });

  it('returns one family when asked for it', async () => {
    await using t = await setup();
    t.server.add('host.test', { type: 'A', data: '192.0.2.1' }, { type: 'AAAA', data: '2001:db8::1' });
    assert.deepEqual(texts(await t.resolver.addresses('host.test', never, 4)), ['192.0.2.1']);
    assert.deepEqual(texts(await t.resolver.addresses('host.test', never, 6)), ['2001:db8::1']);
  });

  it('folds case and the final dot', async () => {
    await using t = await setup();
    t.server.add('host.test', { type: 'A', data: '192.0.2.1' });
    assert.deepEqual(texts(await t.resolver.addresses('HOST.Test.', never, 4)), ['192.0.2.1']);
    assert.deepEqual(texts(await t.resolver.addresses('host.test', never, 4)), ['192.0.2.1']);
    assert.equal(t.server.queries.length, 1);
  });

  it('tells "no record" from "no such name"', async () => {
    await using t = await setup();
    t.server.add('empty.test');
    assert.deepEqual(await t.resolver.addresses('empty.test', never), { kind: 'noData' });
    assert.deepEqual(await t.resolver.addresses('absent.test', never), { kind: 'nxDomain' });
  });

  it('says noData when only one family claims that the name does not exist', async () => {
    await using t = await setup();
    t.server.add('host.test');
    t.server.behave((query) => (query.type === 'AAAA' ? { rcode: 3, soa: true } : undefined));
    assert.deepEqual(await t.resolver.addresses('host.test', never), { kind: 'noData' });
  });

  it('uses the family that answered when the other cannot be known', async () => {
    await using t = await setup();
    t.server.add('host.test', { type: 'A', data: '192.0.2.1' });
    t.server.behave((query) => (query.type === 'AAAA' ? { rcode: SERVFAIL } : undefined));
    assert.deepEqual(texts(await t.resolver.addresses('host.test', never)), ['192.0.2.1']);
  });

  it('is temporary when one family has nothing and the other cannot be known', async () => {
    await using t = await setup();
    t.server.add('host.test');
    t.server.behave((query) => (query.type === 'AAAA' ? { rcode: SERVFAIL } : undefined));
    const answer = await t.resolver.addresses('host.test', never);
    assert.equal(answer.kind, 'temporary');
  });

  for (const [rcode, text] of [
    [SERVFAIL, /SERVFAIL/],
    [REFUSED, /refused/],
    [9, /response code 9/],
  ] as const) {
    it(`is temporary on response code ${rcode}`, async () => {
      await using t = await setup();
      t.server.behave(() => ({ rcode }));
      const answer = await t.resolver.addresses('host.test', never, 4);
      assert.equal(answer.kind, 'temporary');
      assert.match(answer.kind === 'temporary' ? answer.text : '', text);
    });
  }

  it('is temporary when nobody answers in time', async () => {
    await using t = await setup({ timeoutMs: 20 });
    t.server.behave(() => 'silent');
    const answer = await t.resolver.addresses('host.test', never, 4);
    assert.equal(answer.kind, 'temporary');
    assert.match(answer.kind === 'temporary' ? answer.text : '', /no answer within 20 ms/);
  });

  it('asks the next server when one cannot be reached', async () => {
    const dead = await deadServer();
    await using server = await startDnsServer();
    server.add('host.test', { type: 'A', data: '192.0.2.1' });
    await using resolver = createResolver({ servers: [dead, server.address], timeoutMs: 5000, attempts: 1 });
    assert.deepEqual(texts(await resolver.addresses('host.test', never, 4)), ['192.0.2.1']);
  });

  it('asks first the server that answered last', async () => {
    await using silent = await startDnsServer();
    silent.behave(() => 'silent');
    await using server = await startDnsServer();
    const servers = [silent.address, server.address];
    await using resolver = createResolver({ servers, timeoutMs: 50, attempts: 1 });
    for (const name of ['a.test', 'b.test', 'c.test']) {
      assert.deepEqual(await resolver.addresses(name, never, 4), { kind: 'nxDomain' });
    }
    assert.equal(silent.queries.length, 1);
    assert.equal(server.queries.length, 3);
  });

  it('tries again after silence, with a new id and a new port', async () => {
    await using t = await setup({ attempts: 3, timeoutMs: 50 });
    t.server.add('host.test', { type: 'A', data: '192.0.2.1' });
    t.server.behave(() => (t.server.queries.length < 3 ? 'silent' : undefined));
    assert.deepEqual(texts(await t.resolver.addresses('host.test', never, 4)), ['192.0.2.1']);
    assert.equal(new Set(t.server.queries.map((query) => query.port)).size, 3);
    assert.ok(new Set(t.server.queries.map((query) => query.id)).size > 1);
  });

  it('never asks for what cannot be a name', async () => {
    await using t = await setup();
    const label = 'a'.repeat(64);
    for (const name of [
      '',
      '.',
      'a..b',
      '192.0.2.1',
      'a b.test',
      'bücher.test',
      `${label}.test`,
      `${'a.'.repeat(126)}ab`,
    ]) {
      assert.deepEqual(await t.resolver.addresses(name, never), { kind: 'nxDomain' }, name);
    }
    assert.equal(t.server.queries.length, 0);
    await t.resolver.addresses(`${'a'.repeat(63)}.test`, never, 4);
    await t.resolver.addresses(`${'a.'.repeat(126)}a`, never, 4);
    assert.equal(t.server.queries.length, 2);
  });
});

describe('forged answers', () => {
  it('are ignored when id, question or direction differ', async () => {
    await using t = await setup();
    t.server.behave((query) => ({
      packets: [
        Buffer.from('rubbish'),
        answerTo(query, { id: (query.id + 1) % 65_536 }),
        answerTo(query, { type: 'query' }),
        answerTo(query, { questions: [{ name: 'other.test', type: 'A', class: 'IN' }] }),
        answerTo(query, { questions: [{ name: query.name, type: 'AAAA', class: 'IN' }] }),
        answerTo(query, { questions: [] }),
        answerTo(query, {
          answers: [{ name: query.name, type: 'A', class: 'IN', ttl: 60, data: '192.0.2.1' }],
        }),
      ],
    }));
    assert.deepEqual(texts(await t.resolver.addresses('host.test', never, 4)), ['192.0.2.1']);
  });

  it('in great number send the question to TCP', async () => {
    await using t = await setup();
    t.server.add('host.test', { type: 'A', data: '192.0.2.1' });
    t.server.behave((query) =>
      query.transport === 'udp'
        ? { packets: Array.from({ length: 9 }, () => answerTo(query, { id: (query.id + 1) % 65_536 })) }
        : undefined,
    );
    assert.deepEqual(texts(await t.resolver.addresses('host.test', never, 4)), ['192.0.2.1']);
    assert.deepEqual(
      t.server.queries.map((query) => query.transport),
      ['udp', 'tcp'],
    );
  });

  it('are not believed over UDP when the case of letters is not kept', async () => {
    // Every letter of the query is upper case, so a lower-case answer never fits by chance.
    await using t = await setup({ random: (below) => below - 1 });
    t.server.add('host.test', { type: 'A', data: '192.0.2.1' });
    t.server.behave((query) =>
      query.transport === 'udp'
        ? { packets: [answerTo(query, { questions: [{ name: 'host.test', type: 'A', class: 'IN' }] })] }
        : undefined,
    );
    assert.deepEqual(texts(await t.resolver.addresses('host.test', never, 4)), ['192.0.2.1']);
    assert.deepEqual(
      t.server.queries.map((query) => query.name),
      ['HOST.TEST', 'HOST.TEST'],
    );
    assert.deepEqual(
      t.server.queries.map((query) => query.transport),
      ['udp', 'tcp'],
    );
  });

  it('for other names in a true answer are not used', async () => {
    await using t = await setup();
    t.server.behave((query) => ({
      packet: {
        answers: [
          { name: 'elsewhere.test', type: 'A', class: 'IN', ttl: 60, data: '192.0.2.66' },
          { name: query.name, type: 'A', class: 'IN', ttl: 60, data: '192.0.2.1' },
        ],
      },
    }));
    assert.deepEqual(texts(await t.resolver.addresses('host.test', never, 4)), ['192.0.2.1']);
  });
});

describe('long answers', () => {
  it('come over TCP', async () => {
    await using t = await setup();
    for (let index = 1; index <= 100; index += 1)
      t.server.add('host.test', { type: 'A', data: `192.0.2.${index}` });
    assert.equal(texts(await t.resolver.addresses('host.test', never, 4)).length, 100);
    assert.deepEqual(
      t.server.queries.map((query) => query.transport),
      ['udp', 'tcp'],
    );
  });

  it('up to 1232 octets come over UDP', async () => {
    await using t = await setup();
    for (let index = 1; index <= 40; index += 1)
      t.server.add('host.test', { type: 'A', data: `192.0.2.${index}` });
    assert.equal(texts(await t.resolver.addresses('host.test', never, 4)).length, 40);
    assert.deepEqual(
      t.server.queries.map((query) => query.transport),
      ['udp'],
    );
  });

  it('are temporarily unknown when TCP is cut', async () => {
    await using t = await setup();
    t.server.behave((query) =>
      query.transport === 'udp' ? { packet: { flags: packet.TRUNCATED_RESPONSE } } : 'hangUp',
    );
    assert.equal((await t.resolver.addresses('host.test', never, 4)).kind, 'temporary');
  });

  it('are temporarily unknown when TCP stays silent', async () => {
    await using t = await setup({ timeoutMs: 50 });
    t.server.behave((query) =>
      query.transport === 'udp' ? { packet: { flags: packet.TRUNCATED_RESPONSE } } : 'silent',
    );
    assert.equal((await t.resolver.addresses('host.test', never, 4)).kind, 'temporary');
  });
});

describe('EDNS', () => {
  it('is left out for a server that refuses it', async () => {
    await using t = await setup();
    t.server.add('host.test', { type: 'A', data: '192.0.2.1' });
    t.server.behave((query) => (query.edns ? { packet: { flags: 1, questions: [] } } : undefined));
    assert.deepEqual(texts(await t.resolver.addresses('host.test', never, 4)), ['192.0.2.1']);
    assert.deepEqual(
      t.server.queries.map((query) => query.edns),
      [true, false],
    );
  });
});

describe('aliases', () => {
  it('are followed within an answer', async () => {
    await using t = await setup();
    t.server.add('www.test', { type: 'CNAME', data: 'Real.Test' });
    t.server.add('real.test', { type: 'A', data: '192.0.2.1' });
    assert.deepEqual(texts(await t.resolver.addresses('www.test', never, 4)), ['192.0.2.1']);
    assert.equal(t.server.queries.length, 1);
  });

  it('are followed by a further question when the answer stops at one', async () => {
    await using t = await setup();
    t.server.add('real.test', { type: 'A', data: '192.0.2.1' });
    t.server.behave((query) =>
      query.name.toLowerCase() === 'www.test'
        ? {
            packet: {
              answers: [{ name: query.name, type: 'CNAME', class: 'IN', ttl: 60, data: 'real.test' }],
            },
          }
        : undefined,
    );
    assert.deepEqual(texts(await t.resolver.addresses('www.test', never, 4)), ['192.0.2.1']);
    assert.equal(t.server.queries.length, 2);
  });

  it('to a missing name say nxDomain', async () => {
    await using t = await setup();
    t.server.add('www.test', { type: 'CNAME', data: 'absent.test' });
    assert.deepEqual(await t.resolver.addresses('www.test', never), { kind: 'nxDomain' });
  });

  it('to what is no name say nxDomain', async () => {
    await using t = await setup();
    t.server.behave((query) => ({
      packet: { answers: [{ name: query.name, type: 'CNAME', class: 'IN', ttl: 60, data: 'not a name' }] },
    }));
    assert.deepEqual(await t.resolver.addresses('www.test', never), { kind: 'nxDomain' });
  });

  for (const [count, kind] of [
    [8, 'found'],
    [9, 'temporary'],
  ] as const) {
    it(`in a chain of ${count}: ${kind}`, async () => {
      await using t = await setup();
      for (let link = 0; link < count; link += 1) {
        t.server.add(`a${link}.test`, { type: 'CNAME', data: `a${link + 1}.test` });
      }
      t.server.add(`a${count}.test`, { type: 'A', data: '192.0.2.1' });
      assert.equal((await t.resolver.addresses('a0.test', never, 4)).kind, kind);
    });
  }

  it('in a loop over several answers end as temporary', async () => {
    await using t = await setup();
    t.server.behave((query) => ({
      packet: {
        answers: [
          {
            name: query.name,
            type: 'CNAME',
            class: 'IN',
            ttl: 60,
            data: query.name.toLowerCase() === 'a.test' ? 'b.test' : 'a.test',
          },
        ],
      },
    }));
    assert.equal((await t.resolver.addresses('a.test', never, 4)).kind, 'temporary');
    assert.ok(t.server.queries.length <= 9);
  });
});

describe('referrals', () => {
  it('are not taken for "no record"', async () => {
    await using t = await setup();
    t.server.behave(() => ({
      packet: { authorities: [{ name: 'test', type: 'NS', class: 'IN', ttl: 60, data: 'ns.test' }] },
    }));
    assert.equal((await t.resolver.addresses('host.test', never, 4)).kind, 'temporary');
  });
});

describe('keeping answers', () => {
  it('lasts for their time to live and no longer', async () => {
    await using t = await setup();
    t.server.add('host.test', { type: 'A', data: '192.0.2.1', ttl: 100 });
    const ttls: (number | undefined)[] = [];
    for (const time of [0, 60_000, 99_999, 100_000]) {
      t.clock.time = 1_000_000 + time;
      const answer = await t.resolver.addresses('host.test', never, 4);
      ttls.push(answer.kind === 'found' ? answer.ttl : undefined);
    }
    assert.deepEqual(ttls, [100, 40, 1, 100]);
    assert.equal(t.server.queries.length, 2);
  });

  it('takes the shortest time of a chain', async () => {
    await using t = await setup();
    t.server.add('www.test', { type: 'CNAME', data: 'real.test', ttl: 10 });
    t.server.add('real.test', { type: 'A', data: '192.0.2.1', ttl: 100 });
    const answer = await t.resolver.addresses('www.test', never, 4);
    assert.equal(answer.kind === 'found' && answer.ttl, 10);
  });

  it('lasts at most a day, and at least a second', async () => {
    await using t = await setup();
    t.server.add('long.test', { type: 'A', data: '192.0.2.1', ttl: 10_000_000 });
    t.server.add('short.test', { type: 'A', data: '192.0.2.1', ttl: 0 });
    await t.resolver.addresses('long.test', never, 4);
    await t.resolver.addresses('short.test', never, 4);
    t.clock.time += 999;
    await t.resolver.addresses('short.test', never, 4);
    assert.equal(t.server.queries.length, 2);
    t.clock.time += 1;
    await t.resolver.addresses('short.test', never, 4);
    assert.equal(t.server.queries.length, 3);
    t.clock.time = 1_000_000 + 86_400_000 - 1;
    await t.resolver.addresses('long.test', never, 4);
    assert.equal(t.server.queries.length, 3);
    t.clock.time += 1;
    await t.resolver.addresses('long.test', never, 4);
    assert.equal(t.server.queries.length, 4);
  });

  it('that say no lasts for the SOA minimum', async () => {
    await using t = await setup();
    t.server.negativeTtl = 30;
    t.server.add('empty.test');
    await t.resolver.addresses('absent.test', never, 4);
    await t.resolver.addresses('empty.test', never, 4);
    t.clock.time += 29_999;
    await t.resolver.addresses('absent.test', never, 4);
    await t.resolver.addresses('empty.test', never, 4);
    assert.equal(t.server.queries.length, 2);
    t.clock.time += 1;
    await t.resolver.addresses('absent.test', never, 4);
    await t.resolver.addresses('empty.test', never, 4);
    assert.equal(t.server.queries.length, 4);
  });

  it('that say no without SOA is not done', async () => {
    await using t = await setup();
    t.server.behave(() => ({ rcode: 3 }));
    await t.resolver.addresses('absent.test', never, 4);
    await t.resolver.addresses('absent.test', never, 4);
    assert.equal(t.server.queries.length, 2);
  });

  it('remembers a failure for five seconds', async () => {
    await using t = await setup();
    t.server.behave(() => ({ rcode: SERVFAIL }));
    await t.resolver.addresses('host.test', never, 4);
    t.clock.time += 4999;
    await t.resolver.addresses('host.test', never, 4);
    assert.equal(t.server.queries.length, 1);
    t.clock.time += 1;
    await t.resolver.addresses('host.test', never, 4);
    assert.equal(t.server.queries.length, 2);
  });

  it('drops the answer not used for longest when full', async () => {
    await using t = await setup({ cacheRecords: 2 });
    for (const name of ['a.test', 'b.test', 'c.test']) t.server.add(name, { type: 'A', data: '192.0.2.1' });
    for (const name of ['a.test', 'b.test', 'a.test', 'c.test', 'a.test'])
      await t.resolver.addresses(name, never, 4);
    assert.equal(t.server.queries.length, 3);
    await t.resolver.addresses('b.test', never, 4);
    assert.equal(t.server.queries.length, 4);
  });
});

describe('questions at the same time', () => {
  it('for the same name are asked once', async () => {
    await using t = await setup();
    t.server.add('host.test', { type: 'A', data: '192.0.2.1' });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => t.resolver.addresses('host.test', never, 4)),
    );
    for (const answer of answers) assert.deepEqual(texts(answer), ['192.0.2.1']);
    assert.equal(t.server.queries.length, 1);
  });

  it('never are more than allowed', async () => {
    await using t = await setup({ concurrency: 3 });
    let running = 0;
    let most = 0;
    t.server.behave(() => {
      running += 1;
      most = Math.max(most, running);
      return undefined;
    });
    const asked = Array.from({ length: 12 }, async (_, index) => {
      await t.resolver.addresses(`host${index}.test`, never, 4);
      running -= 1;
    });
    await Promise.all(asked);
    assert.equal(t.server.queries.length, 12);
    assert.ok(most <= 3, `${most} at once`);
  });

  it('end for the caller who gives up, and go on for the others', async () => {
    await using t = await setup();
    t.server.add('host.test', { type: 'A', data: '192.0.2.1' });
    const impatient = new AbortController();
    t.server.behave(() => 'silent');
    const left = t.resolver.addresses('host.test', impatient.signal, 4);
    const stayed = t.resolver.addresses('host.test', never, 4);
    await t.server.seen(1);
    impatient.abort();
    assert.deepEqual(await left, { kind: 'temporary', text: 'cancelled' });
    const [query] = t.server.queries;
    if (query !== undefined) t.server.send(answerTo(query, {}), query);
    assert.deepEqual(texts(await stayed), ['192.0.2.66']);
  });

  it('are asked afresh after everybody gave up, and the failure is not remembered', async () => {
    await using t = await setup();
    t.server.add('host.test', { type: 'A', data: '192.0.2.1' });
    const impatient = new AbortController();
    t.server.behave(() => (t.server.queries.length === 1 ? 'silent' : undefined));
    const left = t.resolver.addresses('host.test', impatient.signal, 4);
    await t.server.seen(1);
    impatient.abort();
    assert.equal((await left).kind, 'temporary');
    assert.deepEqual(texts(await t.resolver.addresses('host.test', never, 4)), ['192.0.2.1']);
  });

  it('are not asked at all with a signal that is aborted', async () => {
    await using t = await setup();
    assert.equal((await t.resolver.addresses('host.test', AbortSignal.abort(), 4)).kind, 'temporary');
    assert.equal(t.server.queries.length, 0);
  });
});

describe('mx()', () => {
  it('sorts by preference', async () => {
    await using t = await setup();
    for (const preference of [30, 10, 20]) {
      t.server.add('contoso.test', {
        type: 'MX',
        data: { preference, exchange: `MX${preference}.contoso.test` },
      });
    }
    const answer = await t.resolver.mx('contoso.test', never);
    assert.deepEqual(answer, {
      kind: 'found',
      hosts: [10, 20, 30].map((preference) => ({ preference, host: `mx${preference}.contoso.test` })),
      implicit: false,
      ttl: 300,
    });
  });

  it('puts hosts of one preference in the order of the draw, each time anew', async () => {
    const draws: number[] = [];
    await using t = await setup({
      random: (below) => (below === 0x7fff_ffff ? (draws.shift() ?? 0) : below - 1),
    });
    for (const host of ['a', 'b', 'c']) {
      t.server.add('contoso.test', { type: 'MX', data: { preference: 5, exchange: `${host}.test` } });
    }
    for (const [values, expected] of [
      [[3, 2, 1], 'cba'],
      [[2, 1, 3], 'bac'],
    ] as const) {
      draws.splice(0, draws.length, ...values);
      const answer = await t.resolver.mx('contoso.test', never);
      const order = answer.kind === 'found' ? answer.hosts.map((host) => host.host.charAt(0)).join('') : '';
      assert.equal(order, expected);
    }
    assert.equal(t.server.queries.length, 1);
  });

  it('names the domain itself when there is no MX record', async () => {
    await using t = await setup();
    t.server.add('contoso.test', { type: 'A', data: '192.0.2.1' });
    const answer = await t.resolver.mx('Contoso.Test', never);
    assert.deepEqual(answer, {
      kind: 'found',
      hosts: [{ host: 'contoso.test', preference: 0 }],
      implicit: true,
      ttl: 60,
    });
  });

  it('knows a domain that wants no mail', async () => {
    await using t = await setup();
    t.server.add('nomail.test', { type: 'MX', data: { preference: 0, exchange: '.' } });
    assert.deepEqual(await t.resolver.mx('nomail.test', never), { kind: 'nullMx' });
  });

  it('ignores the root beside true exchanges', async () => {
    await using t = await setup();
    t.server.add('mixed.test', { type: 'MX', data: { preference: 0, exchange: '.' } });
    t.server.add('mixed.test', { type: 'MX', data: { preference: 10, exchange: 'mx.test' } });
    const answer = await t.resolver.mx('mixed.test', never);
    assert.deepEqual(answer.kind === 'found' && answer.hosts, [{ host: 'mx.test', preference: 10 }]);
  });

  it('tells a missing domain from a failing name server', async () => {
    await using t = await setup();
    assert.deepEqual(await t.resolver.mx('absent.test', never), { kind: 'nxDomain' });
    t.server.behave(() => ({ rcode: SERVFAIL }));
    assert.equal((await t.resolver.mx('failing.test', never)).kind, 'temporary');
  });

  it('follows an alias of the domain', async () => {
    await using t = await setup();
    t.server.add('alias.test', { type: 'CNAME', data: 'contoso.test' });
    t.server.add('contoso.test', { type: 'MX', data: { preference: 10, exchange: 'mx.test' } });
    const answer = await t.resolver.mx('alias.test', never);
    assert.deepEqual(answer.kind === 'found' && answer.hosts, [{ host: 'mx.test', preference: 10 }]);
  });
});

describe('[Symbol.asyncDispose]()', () => {
  it('ends questions under way, and later ones at once', async () => {
    await using t = await setup();
    t.server.behave(() => 'silent');
    const asked = t.resolver.mx('host.test', never);
    await t.server.seen(1);
    await t.resolver[Symbol.asyncDispose]();
    assert.equal((await asked).kind, 'temporary');
    assert.equal((await t.resolver.mx('host.test', never)).kind, 'temporary');
    assert.equal((await t.resolver.addresses('host.test', never)).kind, 'temporary');
    assert.equal(t.server.queries.length, 1);
  });
});

describe('createResolver()', () => {
  it('refuses a name server that is not an address', () => {
    assert.throws(() => createResolver({ servers: ['ns.test'] }), /"ns.test"/);
  });
});
