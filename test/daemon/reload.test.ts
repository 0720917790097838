/** Reloads: what is right comes into force for the very next command, what is wrong changes nothing and says where. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client } from '../kit/client.ts';
import { freePort } from '../kit/ports.ts';
import { until } from '../kit/until.ts';
import { configuration, OFFICE, running } from './site.ts';

const OUTSIDE = 'RCPT TO:<friend@outside.test>';

test('reload: a grant that is removed no longer counts for the next RCPT of an open transaction', async () => {
  await using postern = await running({ allow: OFFICE });
  const { site, port } = postern;
  using client = await Client.greeted({ port, localAddress: '127.0.1.5' });
  await client.ehlo();
  await client.expect('MAIL FROM:<a@outside.test>', 250);
  await client.expect(OUTSIDE, 250);
  await site.configure(configuration({ port }));
  const reload = await site.cli('reload');
  assert.equal(reload.code, 0, reload.stderr);
  await client.expect(OUTSIDE, 550);
  // What was accepted before stays accepted: the message goes to the one recipient that had its 250.
  await client.expect('DATA', 354);
  client.raw('From: <a@client.test>\r\nSubject: s\r\n\r\nx\r\n.\r\n');
  assert.equal((await client.reply()).code, 250);
});

test('reload: SIGHUP does the same', async () => {
  await using postern = await running();
  const { site, port } = postern;
  using client = await Client.greeted({ port, localAddress: '127.0.1.5' });
  await client.ehlo();
  await client.expect('MAIL FROM:<a@outside.test>', 250);
  await client.expect(OUTSIDE, 550);
  await site.configure(configuration({ port, allow: OFFICE }));
  site.signal('SIGHUP');
  await site.logged('reload.done');
  await client.expect(OUTSIDE, 250);
});

test('reload: a configuration with errors changes nothing and names each place', async () => {
  await using postern = await running({ allow: OFFICE });
  const { site, port } = postern;
  await site.configure(
    configuration({ port, allow: '    - { name: office, from: [127.0.1.9/24] }', more: 'reroutes: false' }),
  );
  const reload = await site.cli('reload');
  assert.equal(reload.code, 1, reload.stdout + reload.stderr);
  const said = reload.stdout + reload.stderr;
  assert.match(said, /postern\.yaml:\d+:\d+: .*127\.0\.1\.9\/24 has host bits set/);
  assert.match(said, /unknown key "reroutes"/);
  using client = await Client.greeted({ port, localAddress: '127.0.1.5' });
  await client.ehlo();
  await client.expect('MAIL FROM:<a@outside.test>', 250);
  await client.expect(OUTSIDE, 250);
  const status = await site.control.status();
  assert.ok(status.kind === 'done' && status.value.lastReload?.ok === false);
});

test('reload: a policy test that fails keeps the new configuration out', async () => {
  await using postern = await running();
  const { site, port } = postern;
  const tests =
    'tests:\n  - { name: "strangers stay out", from: 127.0.1.9, recipient: b@outside.test, expect: refused }';
  await site.configure(configuration({ port, allow: OFFICE, more: tests }));
  const reload = await site.cli('reload');
  assert.notEqual(reload.code, 0);
  assert.match(
    reload.stdout + reload.stderr,
    /"strangers stay out" failed .*127\.0\.1\.9 to b@outside\.test must be refused, but is relayed by office/,
  );
  using client = await Client.greeted({ port, localAddress: '127.0.1.9' });
  await client.ehlo();
  await client.expect('MAIL FROM:<>', 250);
  await client.expect(OUTSIDE, 550);
});

test('reload: a key that does not belong to its certificate keeps the new configuration out', async () => {
  await using postern = await running();
  const { site, port } = postern;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(join(site.folder, 'other.key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const tls = 'tls: { certificate: ./data/tls/self-signed.cert.pem, key: ./other.key.pem }';
  await site.configure(configuration({ port, allow: OFFICE, more: tls }));
  const reload = await site.cli('reload');
  assert.notEqual(reload.code, 0);
  assert.match(
    reload.stdout + reload.stderr,
    /postern\.yaml:\d+:\d+: the key in .*other\.key\.pem cannot be used/,
  );
  using client = await Client.greeted({ port, localAddress: '127.0.1.5' });
  await client.ehlo();
  await client.expect('MAIL FROM:<>', 250);
  await client.expect(OUTSIDE, 550);
});

test('reload: listeners come and go; a connection on one that stays is kept', async () => {
  await using postern = await running();
  const { site, port } = postern;
  using kept = await Client.greeted({ port });
  await kept.ehlo();
  const second = await freePort();
  const withTwo = configuration({ port }).replace(
    'routing:',
    `  more: { bind: ["127.0.0.1:${second}"] }\nrouting:`,
  );
  await site.configure(withTwo);
  assert.equal((await site.cli('reload')).code, 0);
  using onSecond = await Client.greeted({ port: second });
  await onSecond.ehlo();
  await site.configure(configuration({ port }));
  assert.equal((await site.cli('reload')).code, 0);
  assert.equal((await onSecond.reply()).code, 421);
  await assert.rejects(Client.greeted({ port: second }));
  await kept.expect('NOOP', 250);
});

test('reload: what only a start can change is refused and named', async () => {
  await using postern = await running();
  const { site, port } = postern;
  await site.configure(configuration({ port }).replace('hostname: mx', 'hostname: other'));
  const reload = await site.cli('reload');
  assert.notEqual(reload.code, 0);
  assert.match(reload.stdout + reload.stderr, /hostname cannot be changed while Postern runs/);
  await site.configure(
    configuration({ port }).replace('{ maildir: ./outbound }', '{ mx: true, mayReach: [10.0.9.0/24] }'),
  );
  const reach = await site.cli('reload');
  assert.notEqual(reach.code, 0);
  assert.match(
    reach.stdout + reach.stderr,
    /routing\.outbound\.mayReach cannot be changed while Postern runs/,
  );
});

test('reload: an address that another program holds keeps the new configuration out', async () => {
  await using postern = await running();
  await using other = await running();
  const { site, port } = postern;
  await site.configure(
    configuration({ port }).replace('routing:', `  more: { bind: ["127.0.0.1:${other.port}"] }\nrouting:`),
  );
  const reload = await site.cli('reload');
  assert.notEqual(reload.code, 0);
  assert.match(reload.stdout + reload.stderr, new RegExp(`127\\.0\\.0\\.1:${other.port} is in use`));
});

test('accounts: an addition, a new password and a removal count for the next login, without a reload', async () => {
  await using postern = await running();
  const { site, port } = postern;
  const login = async (password: string): Promise<number | string> => {
    using client = await Client.greeted({ port });
    await client.ehlo();
    return (await client.login('carol@inbound.test', password)).code;
  };
  assert.equal(await login('first'), 535);
  await site.addAccount('carol@inbound.test', 'first');
  assert.equal(await login('first'), 235);
  assert.equal(
    (await site.cliWith('second\n', 'account', 'passwd', 'carol@inbound.test', '--password-stdin')).code,
    0,
  );
  assert.equal(await login('first'), 535);
  assert.equal(await login('second'), 235);
  assert.equal((await site.cli('account', 'disable', 'carol@inbound.test')).code, 0);
  assert.equal(await login('second'), 535);
  assert.equal(
    (await site.cli('account', 'remove', 'carol@inbound.test', '--confirm=carol@inbound.test')).code,
    0,
  );
  using client = await Client.greeted({ port });
  await client.ehlo();
  await client.expect('MAIL FROM:<>', 250);
  await client.expect('RCPT TO:<carol@inbound.test>', 550);
});

test('log: a refusal holds client, account, sender, recipient, rule, reason and reply; and no line holds a password', async () => {
  await using postern = await running();
  const { site, port } = postern;
  using client = await Client.greeted({ port, localAddress: '127.0.0.66' });
  await client.ehlo('helo.test');
  await client.login('bob@inbound.test', 'bobs password');
  await client.command('RSET');
  using stranger = await Client.greeted({ port, localAddress: '127.0.0.67' });
  await stranger.ehlo('helo.test');
  await stranger.login('bob@inbound.test', 'a wrong secret');
  await stranger.expect('MAIL FROM:<a@outside.test>', 250);
  await stranger.expect(OUTSIDE, 550);
  await site.logged('recipient.refused');
  const [event] = await site.events('recipient.refused');
  assert.ok(event !== undefined);
  const { client: from, helo, account, sender, recipient, rule, reason, reply, listener } = event;
  assert.deepEqual(
    { from, helo, account, sender, recipient, rule, reason, listener },
    {
      from: '127.0.0.67',
      helo: 'helo.test',
      account: null,
      sender: 'a@outside.test',
      recipient: 'friend@outside.test',
      rule: 'none',
      reason: 'noGrant',
      listener: 'internet',
    },
  );
  assert.match(String(reply), /^550 5\.7\.1 /);
  await until(async () => (await site.events('auth.refused')).length > 0, 'the refused login');
  assert.doesNotMatch(await site.log(), /bobs password|a wrong secret/);
});

test('reload: a session on a listener that went still has to keep to its time', async () => {
  const timeouts = { allow: OFFICE, more: 'timeouts: { data: 1s }\n' };
  await using postern = await running(timeouts);
  const { site, port } = postern;
  using client = await Client.greeted({ port, localAddress: '127.0.1.5' });
  await client.ehlo();
  await client.expect('MAIL FROM:<a@outside.test>', 250);
  await client.expect(OUTSIDE, 250);
  await client.expect('DATA', 354);
  client.raw('From: <a@client.test>\r\nSubject: s\r\n');
  await site.configure(configuration({ port: await freePort(), ...timeouts }));
  assert.equal((await site.cli('reload')).code, 0);
  assert.equal((await client.reply()).code, 421);
});

test('reload: a worker that starts meanwhile gets the new configuration, too', async () => {
  await using postern = await running({ allow: OFFICE });
  const { site, port } = postern;
  const worker = async (): Promise<{ pid: number | null; state: string } | undefined> => {
    const status = await site.control.status();
    return status.kind === 'done' ? status.value.workers[0] : undefined;
  };
  const first = await worker();
  assert.ok(first?.pid != null);
  await site.configure(configuration({ port }));
  process.kill(first.pid, 'SIGKILL');
  await until(async () => (await worker())?.state === 'starting', 'the worker to start again');
  assert.equal((await site.control.reload()).kind, 'done');
  await until(async () => (await worker())?.state === 'running', 'the worker to be ready');
  using client = await Client.greeted({ port, localAddress: '127.0.1.5' });
  await client.ehlo();
  await client.expect('MAIL FROM:<a@outside.test>', 250);
  await client.expect(OUTSIDE, 550);
});

test('reload: SIGHUP says so in the log when something else than the configuration stands in the way', async () => {
  const tests =
    'tests:\n  - { name: "bob has a mailbox", from: 127.0.1.9, recipient: bob@inbound.test, expect: accepted }';
  await using postern = await running({ more: tests });
  const { site } = postern;
  await writeFile(join(site.folder, 'data', 'accounts.db'), 'this is no database'.repeat(1000));
  await rm(join(site.folder, 'data', 'accounts.db-wal'), { force: true });
  site.signal('SIGHUP');
  await site.logged('reload.refused', ({ problems }) => /accounts\.db/.test(String(problems)));
});
