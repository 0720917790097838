/** What becomes of accepted mail: rewritten, deferred and tried again, bounced, given up, deleted. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client } from '../kit/client.ts';
import { freePort } from '../kit/ports.ts';
import { Site } from '../kit/postern.ts';
import { Sink, type SinkOptions } from '../kit/sink.ts';
import { until } from '../kit/until.ts';

interface Delivery extends AsyncDisposable {
  readonly site: Site;
  readonly sink: Sink;
  readonly port: number;
  /** Bob's mail, once there are `count` messages. */
  mail(count: number): Promise<readonly string[]>;
  send(sender: string, recipients: readonly string[], message?: string): Promise<void>;
}

async function open(options: SinkOptions & { more?: string; sinkPort?: number } = {}): Promise<Delivery> {
  const sink = await Sink.open(options);
  const port = await freePort();
  const site = await Site.create(`
hostname: mx.inbound.test
listeners: { internet: { bind: ["127.0.0.1:${port}"] } }
routing:
  domains:
    - { domain: inbound.test, inbound: true }
    - { domain: old.test, rewrite: inbound.test }
    - { domain: branch.test, forward: "127.0.0.1:${options.sinkPort ?? sink.port}" }
    - { domain: former.test, rewrite: branch.test }
    - { domain: "*.branch.test", forward: "127.0.0.1:${sink.port}" }
${options.more ?? ''}
`);
  await site.addAccount('bob@inbound.test', 'not used here');
  await site.start();
  const mail = async (count: number): Promise<readonly string[]> => {
    const folder = join(site.folder, 'data', 'mail', 'bob@inbound.test', 'new');
    const names = (): Promise<string[]> => readdir(folder).catch(() => []);
    await until(async () => (await names()).length >= count, `${count} messages for bob`);
    return Promise.all((await names()).map((name) => readFile(join(folder, name), 'latin1')));
  };
  const send = async (
    sender: string,
    recipients: readonly string[],
    message = 'From: <a@client.test>\r\nSubject: s\r\n\r\nx',
  ): Promise<void> => {
    using client = await Client.greeted({ port });
    await client.ehlo();
    assert.equal((await client.send(sender, recipients, message)).code, 250);
  };
  const dispose = async (): Promise<void> => {
    await site[Symbol.asyncDispose]();
    await sink[Symbol.asyncDispose]();
  };
  return { site, sink, port, mail, send, [Symbol.asyncDispose]: dispose };
}

test('delivery: a rewritten domain is rewritten on the wire, a forwarded one is not', async () => {
  await using delivery = await open();
  await delivery.send('a@outside.test', [
    'Some.One@former.test',
    'Some.Two@branch.test',
    'x@deep.branch.test',
  ]);
  await delivery.send('a@outside.test', ['bob@old.test']);
  const messages = await delivery.sink.received(1);
  assert.deepEqual(messages[0]?.to, ['Some.One@branch.test', 'Some.Two@branch.test', 'x@deep.branch.test']);
  const [mail] = await delivery.mail(1);
  assert.match(mail ?? '', /^Return-Path: <a@outside\.test>\n/);
});

test('delivery: every octet of a message arrives as it was sent, dots, long lines and 8-bit octets included', async () => {
  await using delivery = await open();
  const body = ['.', '..', '.x', '', 'x'.repeat(900), '\xe9\xff\x80', '', '.'].join('\r\n');
  await delivery.send(
    'a@outside.test',
    ['x@branch.test', 'bob@inbound.test'],
    `From: <a@client.test>\r\nSubject: s\r\n\r\n${body}`,
  );
  const [message] = await delivery.sink.received(1);
  const unstuffed = `${message?.octets ?? ''}\r\n`.replaceAll(/^\./gm, '');
  assert.ok(unstuffed.endsWith(`Subject: s\r\n\r\n${body}\r\n`));
  const [mail] = await delivery.mail(1);
  assert.ok(mail?.endsWith(`Subject: s\n\n${body.replaceAll('\r\n', '\n')}\n`));
});

test('delivery: a message over the inline limit goes by a file, which is gone afterwards', async () => {
  await using delivery = await open();
  const body = Array.from({ length: 20_000 }, (_, line) => `line ${line} ${'y'.repeat(40)}`).join('\r\n');
  await delivery.send(
    'a@outside.test',
    ['x@branch.test', 'bob@inbound.test'],
    `From: <a@client.test>\r\nSubject: s\r\n\r\n${body}`,
  );
  const [message] = await delivery.sink.received(1);
  assert.ok(message?.octets.endsWith(body));
  await delivery.mail(1);
  await delivery.site.emptied();
  const bodies = join(delivery.site.folder, 'data', 'spool', 'bodies');
  await until(
    async () =>
      (await readdir(bodies, { recursive: true, withFileTypes: true })).every((entry) => !entry.isFile()),
    'the body files to be gone',
  );
});

test('delivery: a recipient refused for good comes back in one DSN with the null sender; the others are delivered', async () => {
  const refuse = (line: string): string | undefined =>
    line.includes('<gone') ? '550 5.1.1 <gone> left in 1999' : undefined;
  await using delivery = await open({ answer: refuse });
  const recipients = ['gone1@branch.test', 'here@branch.test', 'gone2@branch.test'];
  await delivery.send(
    'bob@inbound.test',
    recipients,
    'From: <a@client.test>\r\nSubject: to three\r\nX-Mark: original\r\n\r\nsecret body',
  );
  await delivery.sink.received(1);
  const [dsn] = await delivery.mail(1);
  assert.match(dsn ?? '', /^Return-Path: <>\n/);
  assert.match(dsn ?? '', /^Content-Type: multipart\/report;\s+report-type=delivery-status;/m);
  assert.match(dsn ?? '', /^Auto-Submitted: auto-replied$/m);
  assert.match(dsn ?? '', /^Reporting-MTA: dns; mx\.inbound\.test$/m);
  for (const gone of ['gone1', 'gone2'])
    assert.match(dsn ?? '', new RegExp(`^Final-Recipient: rfc822; ?${gone}@branch\\.test$`, 'm'));
  assert.doesNotMatch(dsn ?? '', /Final-Recipient: rfc822; ?here@/);
  assert.match(dsn ?? '', /^Action: failed$/m);
  assert.match(dsn ?? '', /^Status: 5\.1\.1$/m);
  assert.match(dsn ?? '', /^Diagnostic-Code: smtp; ?550 5\.1\.1 <gone> left in 1999$/m);
  assert.match(dsn ?? '', /^X-Mark: original$/m);
  assert.doesNotMatch(dsn ?? '', /secret body/);
  await delivery.site.emptied();
  assert.equal((await delivery.mail(1)).length, 1);
});

test('delivery: a DSN that cannot be delivered makes no other', async () => {
  await using delivery = await open({
    answer: (line) => (line.startsWith('RCPT') ? '550 5.1.1 nobody' : undefined),
  });
  await delivery.send('someone@branch.test', ['gone@branch.test']);
  await delivery.site.logged('recipient.failed');
  await delivery.site.emptied();
  assert.equal(delivery.sink.messages.length, 0);
});

test('delivery: what is deferred waits, is shown with the reason, and goes at the administrator’s word', async () => {
  let open451 = true;
  await using delivery = await open({
    answer: (line) => (open451 && line.startsWith('RCPT') ? '451 4.2.0 come back later' : undefined),
  });
  await delivery.send('a@outside.test', ['x@branch.test']);
  let listed = '';
  await until(async () => {
    listed = (await delivery.site.cli('queue', 'list')).stdout;
    return listed.includes('451 4.2.0 come back later');
  }, 'the reason in the queue');
  const list = await delivery.site.control.queueList();
  assert.ok(list.kind === 'done');
  const [message] = list.value.messages;
  const recipient = message?.recipients[0];
  assert.ok(message !== undefined && recipient !== undefined);
  assert.equal(recipient.attempts, 1);
  const wait = recipient.nextAttempt - message.received;
  assert.ok(wait >= 14 * 60_000 && wait <= 17 * 60_000, `the first pause is 15 minutes, not ${wait} ms`);
  assert.match((await delivery.site.cli('queue', 'show', message.id)).stdout, /route:branch\.test/);
  open451 = false;
  assert.equal((await delivery.site.cli('queue', 'retry', message.id)).code, 0);
  await delivery.sink.received(1);
  await delivery.site.emptied();
});

test('delivery: the queue outlives a restart, and a message can be deleted from it', async () => {
  const nobody = await freePort();
  await using delivery = await open({ sinkPort: nobody });
  await delivery.send('bob@inbound.test', ['x@branch.test']);
  await delivery.send('bob@inbound.test', ['y@branch.test']);
  assert.equal(await delivery.site.stop(), 0);
  await delivery.site.start();
  const list = await delivery.site.control.queueList();
  assert.ok(list.kind === 'done');
  assert.equal(list.value.messages.length, 2);
  const [first] = list.value.messages;
  assert.equal((await delivery.site.cli('queue', 'delete', first?.id ?? '')).code, 0);
  const wrong = await delivery.site.cli('queue', 'delete', '--all', '--confirm=7');
  assert.notEqual(wrong.code, 0);
  assert.equal((await delivery.site.cli('queue', 'delete', '--all', '--confirm=1')).code, 0);
  await delivery.site.emptied();
});

test('delivery: mail that is too old comes back; before, its sender was told of the delay', async () => {
  await using delivery = await open({
    answer: (line) => (line.startsWith('RCPT') ? '451 4.2.0 never' : undefined),
    more: 'queue: { retry: [1s], expire: 4s, warnAfter: 1s }',
  });
  await delivery.send('bob@inbound.test', ['x@branch.test']);
  const notices = await delivery.mail(2);
  const [delayed, failed] = ['delayed', 'failed'].map((action) =>
    notices.find((notice) => notice.includes(`Action: ${action}\n`)),
  );
  assert.match(delayed ?? '', /^Will-Retry-Until: /m);
  assert.match(failed ?? '', /^Status: 4\.4\.7$/m);
  await delivery.site.emptied();
  assert.equal((await delivery.mail(2)).length, 2);
});

test('delivery: a corrected route counts for what waits', async () => {
  const nobody = await freePort();
  await using delivery = await open({ sinkPort: nobody });
  await delivery.send('a@outside.test', ['x@branch.test']);
  await until(
    async () => (await delivery.site.events('outbound.unavailable')).length > 0,
    'a failed attempt',
  );
  const yaml = await readFile(delivery.site.configPath, 'utf8');
  await delivery.site.configure(
    yaml
      .slice(yaml.indexOf('hostname:'))
      .replaceAll(`127.0.0.1:${nobody}`, `127.0.0.1:${delivery.sink.port}`),
  );
  assert.equal((await delivery.site.cli('reload')).code, 0);
  assert.equal((await delivery.site.cli('queue', 'retry', '--all')).code, 0);
  await delivery.sink.received(1);
});
