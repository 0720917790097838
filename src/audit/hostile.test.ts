/** Servers that mean harm, or are broken beyond holes: the audit ends by itself, in bounded time and memory, with an honest answer. */
import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { PROBES } from './probes/all.ts';
import type { AuditLimits, AuditReport } from './run.ts';
import { auditOf } from './testing/audit.ts';

/** What is done with each connection; `all` is how many there were, this one included. */
type Behaviour = (socket: Socket, all: number) => void;

interface Hostile extends AsyncDisposable {
  readonly port: number;
  readonly count: { all: number };
}

async function start(behaviour: Behaviour): Promise<Hostile> {
  const sockets = new Set<Socket>();
  const count = { all: 0 };
  const server = createServer((socket) => {
    sockets.add(socket);
    count.all += 1;
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    behaviour(socket, count.all);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: portOf(server.address()),
    count,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

/** For those who do not answer. */
const QUICK = { connectMs: 200, replyMs: 50, totalMs: 5000 };

/** The first of each family: what is tested here is the connection. */
const SOME = PROBES.filter(
  (probe) => PROBES.filter(({ family }) => family === probe.family).indexOf(probe) < 1,
);

function audit(port: number, limits: Partial<AuditLimits> = QUICK): Promise<AuditReport> {
  return auditOf({ port, ways: ['ehlo', 'ehlo-fresh'], probes: SOME, limits });
}

const REPLIES: ReadonlyMap<string, string> = new Map([
  ...['EHLO', 'HELO', 'MAIL', 'RSET', 'NOOP'].map((verb) => [verb, '250 ok\r\n'] as const),
  ['RCPT', '550 5.7.1 no\r\n'],
]);

/** A server that is in order until `broken` answers a line; it may answer nothing. */
function upTo(broken: (line: string, socket: Socket) => boolean): Behaviour {
  return (socket) => {
    let buffer = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      buffer += text;
      const lines = buffer.split('\r\n');
      buffer = lines.pop() ?? '';
      for (const line of lines) {
        if (broken(line, socket)) return;
        const verb = line.slice(0, 4).toUpperCase();
        if (verb === 'QUIT') socket.end('221 bye\r\n');
        else socket.write(REPLIES.get(verb) ?? '502 5.5.1 unknown\r\n');
      }
    });
    socket.write('220 mx.hostile.test\r\n');
  };
}

const UNREACHABLE: readonly (readonly [string, Behaviour, RegExp])[] = [
  ['never answers', () => undefined, /no reply within 0\.5 s/],
  ['closes at once', (socket) => void socket.end(), /closed the connection|cut the connection off/],
  [
    'resets the connection',
    (socket) => void socket.resetAndDestroy(),
    /closed the connection|cut the connection off/,
  ],
  [
    'turns us away',
    (socket) => void socket.end('554 5.7.1 go away\r\n'),
    /turned us away: 554 5\.7\.1 go away/,
  ],
  ['is busy', (socket) => void socket.end('421 4.3.2 come again\r\n'), /421 4\.3\.2 come again/],
  ['is no mail server', (socket) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n'), /no reply/],
  ['says half a line', (socket) => void socket.write('220 mx.hos'), /no reply within/],
  ['greets without end', (socket) => flood(socket, '220-and so on\r\n'.repeat(5000)), /no reply/],
  ['sends a line without end', (socket) => flood(socket, 'x'.repeat(65_536)), /no reply/],
  [
    'sends a long line that looks like a reply',
    (socket) => void socket.write(`220 ${'x'.repeat(5000)}\r\n`),
    /no reply/,
  ],
  [
    'greets a thousand times',
    (socket) => void socket.write('220 hello\r\n'.repeat(1000)),
    /does not stop answering|nobody had asked for/,
  ],
];

/** Sends the same until the other side had enough. */
function flood(socket: Socket, text: string): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(text, 'latin1'));
  };
  socket.on('drain', more);
  more();
}

for (const [name, behaviour, reason] of UNREACHABLE) {
  test(`runAudit() gives up on a server that ${name}`, async () => {
    await using server = await start(behaviour);
    const report = await audit(server.port, { connectMs: 500, replyMs: 500 });
    assert.equal(report.verdict, 'unreachable');
    assert.match(report.halted ?? '', reason);
    assert.deepEqual(report.results, []);
  });
}

test('runAudit() takes a bounded part of a line without end', async () => {
  let sent = 0;
  const chunk = Buffer.alloc(65_536, 'x');
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  await using server = await start((socket) => {
    const more = (): void => {
      while (!socket.destroyed && sent < 1_073_741_824) {
        sent += chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on('drain', more);
    socket.on('close', resolve);
    more();
  });
  assert.equal((await audit(server.port)).verdict, 'unreachable');
  await closed;
  // What the system keeps in its buffers, and no gigabyte.
  assert.ok(sent < 67_108_864, String(sent));
});

test('runAudit() does not collect replies that it did not ask for while it waits for its turn', async () => {
  await using server = await start((socket) => flood(socket, '220 ok\r\n'.repeat(8000)));
  const report = await auditOf({ port: server.port, limits: { commandsPerSecond: 4 } });
  assert.equal(report.verdict, 'unreachable');
  assert.match(report.halted ?? '', /does not stop answering/);
});

const VERBS = ['EHLO', 'MAIL', 'RCPT', 'RSET', 'NOOP', 'QUIT'] as const;
const FAULTS: Readonly<Record<string, (socket: Socket) => void>> = {
  closes: (socket) => void socket.end(),
  resets: (socket) => void socket.resetAndDestroy(),
  'is silent': () => undefined,
  'talks nonsense': (socket) => void socket.write('\0\xFF\r\n'),
  'says 421': (socket) => void socket.end('421 4.7.0 too many\r\n'),
  'answers a hundred times': (socket) => void socket.write('250 ok\r\n'.repeat(100)),
  'answers twice': (socket) => void socket.write('250 ok\r\n250 ok\r\n'),
  'answers with lines of different codes': (socket) => void socket.write('250-a\r\n550 b\r\n'),
  'answers in single octets': (socket) => {
    for (const octet of '550 5.7.1 no\r\n') socket.write(octet);
  },
};

for (const verb of VERBS) {
  test(`runAudit() ends whatever a server does at ${verb}, and never calls it closed for it`, async () => {
    for (const [name, fault] of Object.entries(FAULTS)) {
      await using server = await start(
        upTo((line, socket) => {
          if (!line.toUpperCase().startsWith(verb)) return false;
          fault(socket);
          return true;
        }),
      );
      const report = await audit(server.port);
      const decided = report.results.filter(({ verdict }) => verdict === 'refuses').length;
      // Where RCPT is answered, and rightly, it is closed; whatever comes before must not count as a refusal.
      const harmless =
        name === 'answers in single octets' || verb === 'RSET' || verb === 'NOOP' || verb === 'QUIT';
      if (!harmless) assert.notEqual(report.verdict, 'closed', `${verb} ${name}: ${decided} refused`);
      assert.notEqual(report.verdict, 'relays');
      // It says 250 to RCPT nowhere else: a reply too many must not be taken for that.
      if (verb !== 'RCPT') assert.notEqual(report.verdict, 'accepts', `${verb} ${name}`);
    }
  });
}

test('runAudit() stops after a few connections in a row that fail', async () => {
  // The first contact is in order: greeting, EHLO, MAIL, RCPT, QUIT.
  const good = upTo(() => false);
  await using server = await start((socket, all) => {
    if (all === 1) good(socket, all);
    else socket.end('421 4.7.0 too many connections\r\n');
  });
  const report = await audit(server.port, {});
  assert.equal(report.verdict, 'cannotTell');
  assert.match(report.results[0]?.reason ?? '', /421 4\.7\.0/);
  assert.ok(server.count.all <= 7, String(server.count.all));
  assert.ok(report.results.every(({ verdict }) => verdict === 'cannotTell'));
});

test('runAudit() tries once more on another connection what was broken off', async () => {
  let broken = 0;
  await using server = await start(
    upTo((line, socket) => {
      if (line !== 'RCPT TO:<victim@outside.test>' || broken > 0) return false;
      broken += 1;
      socket.destroy();
      return true;
    }),
  );
  const report = await audit(server.port, {});
  assert.equal(broken, 1);
  assert.equal(report.verdict, 'closed');
});

test('runAudit() is over when its time is, whatever a server does', async () => {
  const now = { value: 0 };
  await using server = await start(upTo(() => false));
  const report = await auditOf({
    port: server.port,
    ways: ['ehlo'],
    limits: { totalMs: 1000 },
    system: { clock: { now: () => (now.value += 5) } },
  });
  assert.equal(report.verdict, 'cannotTell');
  assert.match(report.halted ?? '', /time or the number of commands/);
  const total = PROBES.filter((probe) => report.results.some((result) => result.probe === probe)).length;
  assert.equal(report.results.length, total);
});

const replies = fc.oneof(
  fc.constantFrom(
    '250 ok\r\n',
    '550 5.7.1 no\r\n',
    '450 later\r\n',
    '354 go\r\n',
    '220 hi\r\n',
    '421 bye\r\n',
    '334 \r\n',
    '250-a\r\n250 b\r\n',
    '',
    '\r\n',
    '999 x\r\n',
    '250\n',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

test('runAudit() ends with an answer whatever replies come, and in however many pieces', async () => {
  const probes = PROBES.filter(({ id }) =>
    [
      'plain',
      'after-ehlo',
      'pipelined',
      'proxy-header',
      'starttls-injection',
      'smuggle-lf-lf',
      'login-login-empty',
      'over-starttls',
    ].includes(id),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(replies, { minLength: 1, maxLength: 30 }), async (script) => {
      let next = 0;
      await using server = await start((socket) => {
        const say = (): void => void socket.write(script[next++ % script.length] ?? '', 'latin1');
        socket.on('data', say);
        say();
      });
      const report = await auditOf({
        port: server.port,
        ways: ['ehlo-fresh'],
        inbound: 'test@broken.test',
        probes,
        limits: { connectMs: 100, replyMs: 10, totalMs: 500 },
      });
      assert.ok(report.verdict !== 'relays');
      if (report.verdict !== 'unreachable') {
        for (const { reason } of report.results) assert.ok(reason !== '');
      }
    }),
    { numRuns: 60 },
  );
});
