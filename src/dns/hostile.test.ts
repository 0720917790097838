import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { describe, it } from 'node:test';
import * as packet from 'dns-packet';
import * as fc from 'fast-check';
import { interpret, MAX_RECORDS } from './answer.ts';
import { createResolver, type DnsEvents, type Resolver, type ResolverOptions } from './mod.ts';
import { A, AAAA, MX, PTR, TXT } from './readers.ts';
import { startDnsServer, type DnsServer, type SeenQuery } from './testing/mod.ts';
import { readPacket } from './wire.ts';
import { ipv4, type EventOf } from '../std/mod.ts';

const never = new AbortController().signal;
const CLIENT = ipv4(0xc0000201);

interface Setup extends AsyncDisposable {
  readonly server: DnsServer;
  readonly resolver: Resolver;
  readonly told: EventOf<DnsEvents>[];
}

async function setup(options: ResolverOptions = {}): Promise<Setup> {
  const server = await startDnsServer();
  const told: EventOf<DnsEvents>[] = [];
  const resolver = createResolver({
    servers: [server.address],
    timeoutMs: 5000,
    attempts: 1,
    emit: (...event) => told.push(event),
    ...options,
  });
  return {
    server,
    resolver,
    told,
    async [Symbol.asyncDispose]() {
      await resolver[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function answerTo(query: SeenQuery, data: string): Buffer {
  return packet.encode({
    type: 'response',
    id: query.id,
    questions: [{ name: query.name, type: 'A', class: 'IN' }],
    answers: [{ name: query.name, type: 'A', class: 'IN', ttl: 60, data }],
  });
}

async function addressesOf(resolver: Resolver, name = 'host.test'): Promise<readonly string[]> {
  const answer = await resolver.addresses(name, never, 4);
  if (answer.kind !== 'found') assert.fail(JSON.stringify(answer));
  return answer.addresses.map(({ text }) => text);
}

/** Sends octets to the port a query came from, from an address and port that are not the server's. */
async function sendFrom(host: string, octets: Buffer, to: SeenQuery): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  await new Promise((resolve) => socket.send(octets, to.port, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => socket.close(() => resolve()));
}

describe('an answer that fits in everything', () => {
  for (const host of ['127.0.0.1', '127.0.0.2']) {
    it(`is not believed from another port of ${host}`, async () => {
      await using t = await setup();
      t.server.behave(() => 'silent');
      const asked = addressesOf(t.resolver);
      await t.server.seen(1);
      const [query] = t.server.queries;
      if (query === undefined) assert.fail();
      await sendFrom(host, answerTo(query, '192.0.2.66'), query);
      t.server.send(answerTo(query, '192.0.2.1'), query);
      assert.deepEqual(await asked, ['192.0.2.1']);
    });
  }

  it('is not believed with a second question', () => {
    const query = { id: 7, name: 'host.test', type: 'A' } as const;
    const questions = ['host.test', 'other.test'].map((name) => ({ name, type: 'A', class: 'IN' }) as const);
    const read = (count: number) =>
      readPacket(packet.encode({ type: 'response', id: 7, questions: questions.slice(0, count) }), query)
        .kind;
    assert.deepEqual([read(1), read(2)], ['answer', 'foreign']);
  });
});

describe('a server that folds case', () => {
  const folded = (query: SeenQuery) => answerTo({ ...query, name: query.name.toLowerCase() }, '192.0.2.1');

  it('and has no TCP is asked again in one case', async () => {
    await using t = await setup({ random: (below) => below - 1 });
    t.server.behave((query) => (query.transport === 'tcp' ? 'hangUp' : { packets: [folded(query)] }));
    assert.deepEqual(await addressesOf(t.resolver), ['192.0.2.1']);
    assert.deepEqual(
      t.server.queries.map(({ transport, name }) => `${transport} ${name}`),
      ['udp HOST.TEST', 'tcp HOST.TEST', 'udp host.test'],
    );
  });

  it('is not believed with the id of before', async () => {
    let draws = 0;
    // The id is drawn first, then one for each letter.
    await using t = await setup({ random: (below) => (below === 2 ? 1 : (draws += 1)), timeoutMs: 1500 });
    t.server.behave((query) => {
      if (query.transport === 'tcp') return 'hangUp';
      return { packets: [folded(query.name === 'host.test' ? { ...query, id: 1 } : query)] };
    });
    assert.equal((await t.resolver.addresses('host.test', never, 4)).kind, 'temporary');
    const over = t.server.queries.filter(({ transport }) => transport === 'udp');
    assert.equal(new Set(over.map(({ id }) => id)).size, 2);
  });

  it('is not asked in one case because answers are cut short', async () => {
    await using t = await setup();
    t.server.behave((query) =>
      query.transport === 'tcp' ? 'hangUp' : { packet: { flags: packet.TRUNCATED_RESPONSE } },
    );
    assert.equal((await t.resolver.addresses('host.test', never, 4)).kind, 'temporary');
    assert.equal(t.server.queries.length, 2);
  });
});

describe('answers without end', () => {
  it(`give ${MAX_RECORDS} records`, async () => {
    await using t = await setup();
    for (let index = 0; index < 2000; index += 1)
      t.server.add('host.test', { type: 'A', data: `10.0.${index >> 8}.${index & 255}` });
    assert.equal((await addressesOf(t.resolver)).length, MAX_RECORDS);
  });

  it('take as much of the cache as they have records', async () => {
    await using t = await setup({ cacheRecords: 4 });
    const add = (name: string, count: number): void => {
      for (let index = 1; index <= count; index += 1)
        t.server.add(name, { type: 'A', data: `192.0.2.${index}` });
    };
    add('one.test', 1);
    add('two.test', 1);
    add('many.test', 4);
    for (const name of ['one.test', 'two.test', 'one.test', 'two.test']) await addressesOf(t.resolver, name);
    assert.equal(t.server.queries.length, 2);
    await addressesOf(t.resolver, 'many.test');
    for (const name of ['one.test', 'two.test']) await addressesOf(t.resolver, name);
    assert.equal(t.server.queries.length, 5);
  });

  it('give 2,048 octets of a text', async () => {
    await using t = await setup();
    const strings = Array.from({ length: 200 }, () => Buffer.alloc(255, 0x61));
    t.server.behave(({ name }) => ({
      packet: { answers: [{ name, type: 'TXT', class: 'IN', ttl: 60, data: strings }] },
    }));
    const answer = await t.resolver.texts('host.test', never);
    assert.deepEqual(answer.kind === 'found' && answer.records, ['a'.repeat(2048)]);
  });
});

describe('names()', () => {
  it('gives what PTR records say, folded', async () => {
    await using t = await setup();
    t.server.add('1.2.0.192.in-addr.arpa', { type: 'PTR', data: 'Mail.Contoso.TEST' });
    const answer = await t.resolver.names(CLIENT, never);
    assert.deepEqual(answer.kind === 'found' && answer.records, ['mail.contoso.test']);
    assert.deepEqual(await t.resolver.names(ipv4(0xc0000202), never), { kind: 'nxDomain' });
  });

  it('follows the alias of a delegated range, by a further question too (RFC 2317)', async () => {
    await using t = await setup();
    t.server.add('1.0/25.2.0.192.in-addr.arpa', { type: 'PTR', data: 'mail.contoso.test' });
    t.server.behave(({ name }) =>
      name.includes('/')
        ? undefined
        : {
            packet: {
              answers: [{ name, type: 'CNAME', class: 'IN', ttl: 60, data: '1.0/25.2.0.192.in-addr.arpa' }],
            },
          },
    );
    const answer = await t.resolver.names(CLIENT, never);
    assert.deepEqual(answer.kind === 'found' && answer.records, ['mail.contoso.test']);
    assert.equal(t.server.queries.length, 2);
  });
});

describe('texts()', () => {
  it('makes one text of the strings of a record', async () => {
    await using t = await setup();
    const data = [Buffer.from('one, '), Buffer.from([0xe9, 0])];
    t.server.behave(({ name }) => ({
      packet: { answers: [{ name, type: 'TXT', class: 'IN', ttl: 60, data }] },
    }));
    const answer = await t.resolver.texts('host.test', never);
    assert.deepEqual(answer.kind === 'found' && answer.records, ['one, \u00e9\0']);
  });
});

describe('more questions than may wait', () => {
  it('are temporary at once, and that is not remembered', async () => {
    await using t = await setup({ concurrency: 1, waiting: 1 });
    t.server.add('host.test', { type: 'A', data: '192.0.2.1' });
    t.server.behave(({ name }) => (/^slow/i.test(name) ? 'silent' : undefined));
    const slow = new AbortController();
    const first = t.resolver.addresses('slow.test', slow.signal, 4);
    const second = t.resolver.addresses('slow2.test', slow.signal, 4);
    assert.deepEqual(await t.resolver.addresses('host.test', never, 4), {
      kind: 'temporary',
      text: 'too many questions at once',
    });
    slow.abort();
    await Promise.all([first, second]);
    assert.deepEqual(await addressesOf(t.resolver), ['192.0.2.1']);
  });
});

describe('servers that do not answer', () => {
  it('are told of after five questions in a row, and when one answers', async () => {
    await using t = await setup({ timeoutMs: 30 });
    t.server.behave(() => 'silent');
    for (let index = 0; index < 6; index += 1) await t.resolver.addresses(`host${index}.test`, never, 4);
    // That it refuses is an answer.
    t.server.behave(() => ({ rcode: 5 }));
    await t.resolver.addresses('host.test', never, 4);
    assert.deepEqual(
      t.told.map(([name, { questions }]) => `${name} ${questions}`),
      ['dns.unreachable 5', 'dns.reachable 6'],
    );
    assert.deepEqual(t.told[0]?.[1].servers, [t.server.address]);
  });

  it('are not told of when those who asked gave up', async () => {
    await using t = await setup();
    t.server.behave(() => 'silent');
    for (let index = 0; index < 6; index += 1) {
      const impatient = new AbortController();
      const asked = t.resolver.addresses(`host${index}.test`, impatient.signal, 4);
      await t.server.seen(index + 1);
      impatient.abort();
      await asked;
    }
    assert.deepEqual(t.told, []);
  });
});

describe('whatever a server says', () => {
  const name = fc.constantFrom(
    'host.test',
    'a.test',
    'b.test',
    '.',
    `${'x'.repeat(63)}.test`,
    'with space.test',
    'é.test',
  );
  const ttl = fc.constantFrom(0, 1, 60, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff);
  const text = fc.constantFrom('192.0.2.1', '10.0.0.1');
  const record: fc.Arbitrary<packet.Answer> = fc.oneof(
    fc.record({ name, ttl, type: fc.constant('A' as const), class: fc.constantFrom('IN', 'CH'), data: text }),
    fc.record({
      name,
      ttl,
      type: fc.constantFrom('CNAME', 'PTR', 'NS'),
      class: fc.constant('IN' as const),
      data: name,
    }),
    fc.record({
      name,
      ttl,
      type: fc.constant('MX' as const),
      class: fc.constant('IN' as const),
      data: fc.record({ preference: fc.nat(0xffff), exchange: name }),
    }),
    fc.record({
      name,
      ttl,
      type: fc.constant('TXT' as const),
      class: fc.constant('IN' as const),
      data: fc.array(
        fc.uint8Array({ maxLength: 255 }).map((octets) => Buffer.from(octets)),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  );

  it('interpret() has a meaning for it, within the bounds', () => {
    const flags = fc
      .tuple(fc.constantFrom(0, packet.AUTHORITATIVE_ANSWER), fc.nat(15))
      .map(([a, b]) => a | b);
    const response = fc.record({
      flags,
      answers: fc.array(record, { maxLength: 20 }),
      authorities: fc.array(record, { maxLength: 2 }),
    });
    const reader = fc.constantFrom(A, AAAA, MX, PTR, TXT);
    fc.assert(
      fc.property(response, reader, (parts, chosen) => {
        const decoded = packet.decode(packet.encode({ type: 'response', ...parts }));
        const meaning = interpret<unknown>(decoded, 'host.test', chosen, 0);
        if (meaning.kind === 'found')
          assert.ok(meaning.records.length > 0 && meaning.records.length <= MAX_RECORDS);
        if (meaning.kind !== 'temporary') assert.ok(meaning.ttl >= 0);
      }),
      { numRuns: 500 },
    );
  });

  it('the resolver answers, and its own question can be asked next', async () => {
    await using t = await setup({ timeoutMs: 20 });
    t.server.add('host.test', { type: 'A', data: '192.0.2.1' });
    const rest = fc.oneof(
      fc.uint8Array({ maxLength: 80 }).map((octets) => Buffer.from(octets)),
      fc
        .array(record, { maxLength: 4 })
        .map((answers) => packet.encode({ type: 'response', answers }).subarray(12)),
    );
    let index = 0;
    await fc.assert(
      fc.asyncProperty(rest, fc.nat(8), async (octets, counts) => {
        index += 1;
        // A header and question that fit, and anything behind.
        t.server.behave((query) => {
          const head = packet.encode({
            type: 'response',
            id: query.id,
            questions: [{ name: query.name, type: 'A', class: 'IN' }],
          });
          head.writeUInt16BE(counts, 6);
          return { packets: [Buffer.concat([head, octets])] };
        });
        const answer = await t.resolver.addresses(`n${index}.test`, never, 4);
        assert.ok(['found', 'noData', 'nxDomain', 'temporary'].includes(answer.kind));
      }),
      { numRuns: 60 },
    );
    t.server.behave(() => undefined);
    assert.deepEqual(await addressesOf(t.resolver), ['192.0.2.1']);
  });
});
