/** Judged by what arrives at the sink. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { openSink, waitForArrivals, type Sink } from './sink.ts';
import { auditOf, probesThat, type Trial } from './testing/audit.ts';
import { PASSWORD, startBroken, USER, type BrokenServer, type Hole } from './testing/brokenServer.ts';
import type { AuditReport } from './run.ts';

const INBOUND = 'test@broken.test';

async function open(): Promise<Sink> {
  const sink = await openSink({ address: '127.0.0.1', port: 0 });
  assert.ok(!('problem' in sink));
  return sink;
}

async function judged(
  holes: readonly Hole[],
  more: Partial<Trial> = {},
): Promise<{ report: AuditReport; server: BrokenServer } & AsyncDisposable> {
  const sink = await open();
  const server = await startBroken({ holes, relayTo: sink.port, tls: true });
  const report = await auditOf({ port: server.port, ways: ['ehlo'], inbound: INBOUND, sink, ...more });
  return {
    report,
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await sink[Symbol.asyncDispose]();
    },
  };
}

test('runAudit() says relays of an open relay, by what arrived', async () => {
  await using outcome = await judged(['open']);
  const { report } = outcome;
  assert.equal(report.verdict, 'relays');
  const plain = report.results.find(({ probe }) => probe.id === 'plain');
  assert.equal(plain?.verdict, 'relays');
  assert.equal(plain?.reason, 'it arrived at the sink for <victim@outside.test> from 127.0.0.1');
  // Without routing of local parts, what is hidden in them is a mailbox that nobody has.
  assert.equal(report.results.find(({ probe }) => probe.id === 'sender-null')?.verdict, 'relays');
});

test('runAudit() says accepts, not relays, of a server that drops everything', async () => {
  await using outcome = await judged(['drops'], { sinkWaitMs: 300 });
  const { report, server } = outcome;
  assert.equal(report.verdict, 'accepts');
  assert.deepEqual(probesThat('relays', report.results), []);
  const plain = report.results.find(({ probe }) => probe.id === 'plain');
  assert.equal(plain?.verdict, 'accepts');
  assert.match(plain?.reason ?? '', /nothing arrived at the sink within \d+ s/);
  assert.ok(server.messages.length > 50);
});

test('runAudit() says relays of the very forms that are followed, and of nothing else', async () => {
  await using outcome = await judged(['percent', 'encapsulated']);
  const found = probesThat('relays', outcome.report.results);
  assert.ok(found.includes('percent-domain') && found.includes('imcea-lower'), found.join(' '));
  assert.ok(
    found.every((id) => /percent|imcea/.test(id)),
    found.join(' '),
  );
  assert.deepEqual(probesThat('cannotTell', outcome.report.results), []);
});

test('runAudit() finds the forms that are followed even where any local part is accepted', async () => {
  await using outcome = await judged(['catchAll', 'percent'], { sinkWaitMs: 300 });
  // A mailbox of its own comes first in that server, so nothing is followed.
  assert.equal(outcome.report.verdict, 'closed');
  const percent = outcome.report.results.find(({ probe }) => probe.id === 'percent-domain');
  assert.match(percent?.reason ?? '', /nothing went out: it accepts any local part for broken\.test/);
});

test('runAudit() does not take a bounce for relayed mail', async () => {
  await using outcome = await judged(['bounces']);
  const plain = outcome.report.results.find(({ probe }) => probe.id === 'plain');
  assert.equal(plain?.verdict, 'accepts');
  assert.match(plain?.reason ?? '', /bounced to the claimed sender/);
});

test('runAudit() finds a server that sends to whom the header names', async () => {
  await using outcome = await judged(['headerRecipients'], { ways: ['ehlo-fresh'] });
  assert.deepEqual(probesThat('relays', outcome.report.results), ['header-receipts', 'header-recipients']);
  await using closed = await judged([], { ways: ['ehlo-fresh'], sinkWaitMs: 300 });
  assert.deepEqual(probesThat('relays', closed.report.results), []);
  assert.ok(closed.report.results.some(({ probe }) => probe.id === 'header-recipients'));
  assert.equal(closed.report.verdict, 'closed');
});

test('runAudit() reports apart that an account relays, and does not show its password', async () => {
  await using outcome = await judged([], { account: { user: USER, password: PASSWORD } });
  const { report, server } = outcome;
  assert.equal(report.verdict, 'closed');
  assert.equal(report.account?.signedIn, true);
  assert.deepEqual(
    report.account?.results.map(({ probe, verdict, way }) => [probe.id, verdict, way]),
    ['account-own', 'account-null', 'account-other', 'account-foreign'].map((id) => [
      id,
      'relays',
      'tls-ehlo-fresh',
    ]),
  );
  const secret = Buffer.from(`\0${USER}\0${PASSWORD}`).toString('base64');
  assert.equal(JSON.stringify(report).includes(secret), false);
  assert.ok(server.lines.some((line) => line.includes(secret)));
});

test('runAudit() tries a wrong password once', async () => {
  await using outcome = await judged([], { account: { user: USER, password: 'wrong' } });
  const { report, server } = outcome;
  assert.equal(report.account?.signedIn, false);
  assert.match(report.account?.login ?? '', /535 5\.7\.8/);
  const secret = Buffer.from(`\0${USER}\0wrong`).toString('base64');
  assert.equal(server.lines.filter((line) => line.includes(secret)).length, 1);
});

function talk(port: number, octets: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(text));
    for (const chunk of octets) socket.write(chunk, 'latin1');
  });
}

const TOKEN = 'postern-audit-0123456789abcdef-7-end';

test('openSink() takes messages cut anywhere, and ends them at CRLF.CRLF only', async () => {
  const conversation = `EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\nX: ${TOKEN}\r\n\n.\n\r\n..\r\nx\r\n.\r\nQUIT\r\n`;
  for (const octets of [
    [conversation],
    Array.from(conversation),
    [conversation.slice(0, 70), conversation.slice(70)],
  ]) {
    await using sink = await open();
    const replies = await talk(sink.port, octets);
    assert.deepEqual(
      replies
        .trim()
        .split('\r\n')
        .filter((line) => !line.startsWith('250-'))
        .map((line) => line.slice(0, 3)),
      ['220', '250', '250', '250', '354', '250', '221'],
    );
    assert.deepEqual(sink.arrivals, [
      { token: TOKEN, sender: 'a@b.test', recipients: ['c@d.test'], client: '127.0.0.1' },
    ]);
  }
});

test('openSink() ends a connection whose line has no end, and keeps bounded what it is sent', async () => {
  await using sink = await open();
  const replies = await talk(sink.port, ['x'.repeat(5000)]);
  assert.match(replies, /^220 /);
  const message = `MAIL FROM:<>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n${`${'y'.repeat(998)}\r\n`.repeat(400)}${TOKEN}\r\n.\r\nQUIT\r\n`;
  assert.match(await talk(sink.port, [message]), /354 [^]*\r\n451 4\.3\.0 .*\r\n221 /);
  // Behind the octets that are searched.
  assert.deepEqual(sink.arrivals, []);
  assert.equal(sink.strange, 1);
});

test('openSink() says why it cannot listen', async () => {
  await using sink = await open();
  const second = await openSink({ address: '127.0.0.1', port: sink.port });
  assert.ok('problem' in second && second.problem === 'another program holds it');
});

test('waitForArrivals() ends with the last token, or with the time', async () => {
  await using sink = await open();
  const never = new AbortController().signal;
  const waiting = waitForArrivals(sink, [TOKEN], 600_000, never);
  await talk(sink.port, [`MAIL FROM:<>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n${TOKEN}\r\n.\r\nQUIT\r\n`]);
  await waiting;
  assert.equal(await waitForArrivals(sink, ['postern-audit-0123456789abcdef-8-end'], 10, never), 1);
  assert.equal(await waitForArrivals(sink, [], 600_000, never), 0);
  await waitForArrivals(sink, ['never'], 600_000, AbortSignal.abort());
});
