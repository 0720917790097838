import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { AuditReport } from '../../audit/mod.ts';
import { PASSWORD, startBroken, USER } from '../../audit/testing/brokenServer.ts';
import { EXIT } from '../exit.ts';
import type { CliIo } from '../io.ts';
import { assertFailed, site } from '../testing/kit.ts';
import { formatDialogue } from './dialogue.ts';
import { auditJunit } from './junit.ts';
import { createProgress } from './progress.ts';

test('postern audit calls a closed server closed, and says what that rests on', async (t) => {
  await using server = await startBroken({ holes: [] });
  const { run } = await site(t, null);
  const ran = await run(['audit', `127.0.0.1:${server.port}`, '--ways', 'ehlo,helo-fresh']);
  assert.equal(ran.code, EXIT.yes, ran.stderr);
  assert.match(ran.stdout, /^Closed: \d+ probes in 2 ways, none relayed\.\n/);
  assert.match(
    ran.stdout,
    /"mx\.broken\.test ESMTP", which calls itself mx\.broken\.test; broken\.test is a guess/,
  );
  assert.match(ran.stdout, /Judged by the replies to RCPT; nothing was sent on/);
  assert.match(ran.stdout, /\nclaimed senders +\d+ +0 +0 +\d+ +0\n/);
  assert.match(ran.stdout, /\nNot tried: notify: the server does not offer DSN\.\n/);
  assert.equal(ran.stderr, '');
});

test('postern audit shows a hole with its dialogue, its meaning and its source', async (t) => {
  await using server = await startBroken({ holes: ['localSender'] });
  const { run } = await site(t, null);
  const ran = await run(['audit', `127.0.0.1:${server.port}`, '--ways', 'ehlo']);
  assert.equal(ran.code, EXIT.no);
  assert.match(ran.stdout, /^Accepts: \d+ of \d+ probes in 1 way were accepted that must not be\.\n/);
  assert.match(
    ran.stdout,
    /A sender in the domain of the server \(sender-domain\) · accepts · ehlo\n {2}RCPT: 250 2\.1\.5 Ok\.\n/,
  );
  assert.match(ran.stdout, /It shows that the server believes the claimed sender.*Known from: MAPS/);
  assert.match(
    ran.stdout,
    / {4}C: MAIL FROM:<spamtest@broken\.test>\n {4}S: 250 2\.1\.0 Ok\n {4}C: RCPT TO:<nobody@outside\.example>\n {4}S: 250/,
  );
  assert.match(ran.stdout, /--sink ADDRESS:PORT shows what really goes out\.\n$/);
});

test('postern audit says of a client that may relay that it may', async (t) => {
  await using server = await startBroken({ holes: ['open'] });
  const { run } = await site(t, null);
  const ran = await run(['audit', `127.0.0.1:${server.port}`, '--ways', 'ehlo']);
  assert.equal(ran.code, EXIT.no);
  assert.match(ran.stdout, /This client can simply relay, so \d+ more findings say nothing of their own/);
  assert.match(
    ran.stdout,
    /If this client address may relay, that is as it should be\. If not, close it, and audit again\.\n$/,
  );
});

test('postern audit --json and --junit say the same as the text', async (t) => {
  await using server = await startBroken({ holes: ['nullSender'] });
  const { run, cwd } = await site(t, null);
  const ran = await run([
    'audit',
    `127.0.0.1:${server.port}`,
    '--ways',
    'ehlo',
    '--json',
    '--junit',
    'audit.xml',
  ]);
  assert.equal(ran.code, EXIT.no);
  const json = JSON.parse(ran.stdout);
  assert.equal(json.schema, 'postern.audit/1');
  assert.equal(json.verdict, 'accepts');
  assert.equal(json.counts.accepts, 1);
  assert.equal(json.server.name, 'mx.broken.test');
  const found = json.results.filter((result: { verdict: string }) => result.verdict === 'accepts');
  assert.equal(found[0].probe, 'sender-null');
  assert.ok(found[0].dialogue.length > 4);
  const xml = await readFile(join(cwd, 'audit.xml'), 'utf8');
  assert.match(
    xml,
    new RegExp(
      `<testsuite name="postern audit 127\\.0\\.0\\.1:${server.port} ehlo" tests="${json.results.length}" failures="1" errors="0">`,
    ),
  );
  assert.match(xml, /<failure type="accepts" message="RCPT: 250 2\.1\.5 Ok">.*C: MAIL FROM:&lt;&gt;/);
});

test('postern audit --sink judges by what arrives', async (t) => {
  const { createServer } = await import('node:net');
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  assert.ok(address !== null && typeof address === 'object');
  const { run } = await site(t, null);
  await using server = await startBroken({ holes: ['nullSender'], relayTo: address.port });
  const argv = [
    'audit',
    `127.0.0.1:${server.port}`,
    '--ways',
    'ehlo',
    '--sink',
    `127.0.0.1:${address.port}`,
    '--wait',
    '1',
  ];
  assertFailed(
    await run(argv),
    EXIT.usage,
    /--sink: cannot listen at 127\.0\.0\.1:\d+: another program holds it/,
    /Name a free port/,
  );
  await new Promise((resolve) => taken.close(resolve));
  const ran = await run(argv);
  assert.equal(ran.code, EXIT.no);
  assert.match(ran.stdout, /^Relays: 1 of \d+ probes in 1 way arrived at the sink\.\n/);
  assert.match(ran.stdout, /it arrived at the sink for <nobody@outside\.example> from 127\.0\.0\.1/);
});

test('postern audit --account reports apart what an account can do', async (t) => {
  await using server = await startBroken({ holes: [], tls: true });
  const { run } = await site(t, null);
  const argv = ['audit', `127.0.0.1:${server.port}`, '--ways', 'ehlo', '--account', USER, '--password-stdin'];
  const ran = await run(argv, { stdin: `${PASSWORD}\n` });
  assert.equal(ran.code, EXIT.yes, ran.stdout);
  assert.match(
    ran.stdout,
    /Signed in as bob@broken\.test \(not counted above.*\n {2}as itself: accepts\. RCPT: 250/,
  );
  const wrong = await run(argv, { stdin: 'wrong\n' });
  assert.equal(wrong.code, EXIT.cannotTell);
  assert.match(wrong.stdout, /^Closed: .*\n[^]*Signed in as bob@broken\.test: not possible: 535 5\.7\.8/);
  assert.doesNotMatch(wrong.stdout + ran.stdout, new RegExp(`wrong\n|${PASSWORD}`));
});

test("postern audit refuses a server that may be somebody else's, before it connects", async (t) => {
  const { run } = await site(t, null);
  for (const host of ['8.8.8.8', '192.0.2.1:2525', '[2001:db8::1]:25', '0.0.0.0', '::ffff:8.8.8.8'])
    assertFailed(
      await run(['audit', host]),
      EXIT.usage,
      /neither loopback nor private/,
      /add --i-run-this-server/,
    );
});

test('postern audit says what is wrong with its arguments, and how to mend it', async (t) => {
  const { run } = await site(t, null);
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['127.1'], /127\.1 is no host/],
    [['127.0.0.1', '--domain', 'a b'], /--domain: a b is not a domain/],
    [['127.0.0.1', '--inbound', 'x'], /--inbound: x is not an address/],
    [['127.0.0.1', '--outside', 'x@y@z'], /--outside: x@y@z is not an address/],
    [
      ['127.0.0.1', '--domain', 'a.example', '--outside', 'x@a.example'],
      /--outside: x@a\.example is in the domain of the server/,
    ],
    [['127.0.0.1', '--inbound', 'b@A.example', '--outside', 'x@a.example'], /is in the domain of the server/],
    [['127.0.0.1', '--sender', ''], /--sender: +is not an address/],
    [['127.0.0.1', '--helo', 'a b'], /--helo: a b is not a name/],
    [['127.0.0.1', '--from', 'here'], /--from: here is not an IP address/],
    [['127.0.0.1', '--from', '::1'], /--from: ::1 is of another family than 127\.0\.0\.1/],
    [['127.0.0.1', '--ways', 'ehlo,tls'], /--ways: there is no way tls/],
    [['127.0.0.1', '--sink', '127.0.0.1'], /--sink: 127\.0\.0\.1 is not an address and a port/],
    [['127.0.0.1', '--sink', 'localhost:2525'], /--sink: localhost:2525 is not an address and a port/],
    [['127.0.0.1', '--rate', '0'], /--rate: 0 is not a number from 0\.1 to 1000/],
    [['127.0.0.1', '--timeout', 'x'], /--timeout: x is not a number/],
    [['127.0.0.1', '--account', 'a'], /--account: its password is missing/],
    [['127.0.0.1', '--password-stdin'], /--password-stdin: whose password is it/],
    [[], /missing required argument 'host'/],
  ];
  for (const [argv, error] of wrong) assertFailed(await run(['audit', ...argv]), EXIT.usage, error);
});

test('postern audit cannot tell without a server', async (t) => {
  const server = await startBroken({ holes: [] });
  await server[Symbol.asyncDispose]();
  const { run, cwd } = await site(t, null);
  const ran = await run(['audit', `127.0.0.1:${server.port}`, '--junit', 'audit.xml']);
  assert.equal(ran.code, EXIT.cannotTell);
  assert.match(
    ran.stdout,
    /^Cannot tell: there was no contact with the server: nobody listens at 127\.0\.0\.1 port \d+/,
  );
  // A report without cases would look like a success.
  assert.match(await readFile(join(cwd, 'audit.xml'), 'utf8'), /errors="1"/);
  const unknown = await run(['audit', 'no-such-host.invalid']);
  assertFailed(unknown, EXIT.cannotTell, /no-such-host\.invalid is not known/, /Check the name/);
});

test('postern audit ends at Ctrl-C with 130 and leaves nothing running', async () => {
  await using server = await startBroken({ holes: [] });
  const main = join(import.meta.dirname, '../../main.ts');
  const argv = [main, 'audit', `127.0.0.1:${server.port}`, '--rate', '20'];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  while (!server.lines.some((line) => line.startsWith('RCPT')))
    await new Promise((resolve) => setImmediate(resolve));
  child.kill('SIGINT');
  assert.equal(await ended, EXIT.interrupted);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^Interrupted after \d+ probes; \d+ of them were accepted\. Nothing is left running\.\n$/,
  );
});

test('createProgress() writes nothing in the first second, and then one line on a terminal', () => {
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  stderr.setEncoding('utf8');
  let now = 0;
  const progress = createProgress(fakeIo({ stderr, env: {} }), 'Auditing x', () => now);
  now = 999;
  progress.at(1, 1200);
  assert.equal(stderr.read(), null);
  now = 3000;
  progress.at(300, 1200);
  now = 3100;
  progress.at(310, 1200);
  progress.end();
  assert.equal(stderr.read(), '\r\u001B[KAuditing x: 300 of 1,200 · 9 s left · Ctrl-C stops\r\u001B[K');
  for (const env of [{ TERM: 'dumb' }, {}]) {
    const quiet = Object.assign(new PassThrough(), { isTTY: 'TERM' in env });
    const other = createProgress(fakeIo({ stderr: quiet, env }), 'Auditing x', () => (now += 5000));
    other.at(1, 2);
    other.end();
    assert.equal(quiet.read(), null);
  }
});

function fakeIo(io: Pick<CliIo, 'stderr' | 'env'>): CliIo {
  const nowhere = new PassThrough();
  return { stdin: nowhere, stdout: nowhere, cwd: '/', clock: { now: () => 0 }, ...io };
}

test('formatDialogue() and auditJunit() let nothing through that a terminal or a parser would obey', () => {
  const evil = '\u001B[2J]]>&<"\u0000\uD800\u2028';
  const [line] = formatDialogue([{ by: 'server', text: evil }]);
  assert.equal(line, 'S: ?[2J]]>&<"?\uD800?');
  const report: AuditReport = {
    verdict: 'accepts',
    halted: undefined,
    interrupted: false,
    banner: evil,
    names: undefined,
    domainGuessed: false,
    control: undefined,
    judgedBy: 'replies',
    ways: ['ehlo'],
    results: [
      {
        probe: {
          kind: 'command',
          id: 'turn',
          family: 'pretence',
          title: 'TURN',
          shows: 's',
          source: 's',
          line: 'TURN',
        },
        way: 'ehlo',
        verdict: 'accepts',
        reason: evil,
        dialogue: [{ by: 'server', text: evil }],
      },
    ],
    skipped: [],
    account: undefined,
  };
  const xml = auditJunit(report, { target: evil, address: 'a', others: [], from: undefined });
  assert.match(xml, /message="\?\[2J\]\]&gt;&amp;&lt;&quot;\?\?/);
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(xml, /[\u0000-\u0008\u001B\uD800]/);
});
