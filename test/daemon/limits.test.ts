/** Limits of grants and suspected gateways in the whole program: shared by all workers, kept over restarts and kills. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { Client } from '../kit/client.ts';
import type { Site } from '../kit/postern.ts';
import { until } from '../kit/until.ts';
import { configuration, running } from './site.ts';

const OUTSIDE = 'RCPT TO:<friend@outside.test>';

function office(limit: string): string {
  return `    - { name: office, from: [127.0.1.0/24], limit: ${limit} }`;
}

/** A client of the office with a transaction open. */
async function connected(port: number, localAddress = '127.0.1.5', name = 'desk.test'): Promise<Client> {
  const client = await Client.greeted({ port, localAddress });
  await client.ehlo(name);
  await client.expect('MAIL FROM:<a@inbound.test>', 250);
  return client;
}

/** The codes of so many recipients, one connection each, so that the kernel spreads them over the workers. */
async function recipients(port: number, count: number): Promise<readonly (number | string)[]> {
  const codes: (number | string)[] = [];
  for (let each = 0; each < count; each += 1) {
    using client = await connected(port);
    codes.push((await client.command(OUTSIDE)).code);
  }
  return codes;
}

async function statusOf(site: Site) {
  const status = await site.control.status();
  assert.ok(status.kind === 'done');
  return status.value;
}

/** Waits until the file of the ledger holds a counter with so many recipients of a limit by the hour. */
async function written(site: Site, used: number): Promise<void> {
  const path = join(site.folder, 'data', 'ledger.db');
  await until(() => {
    using database = new DatabaseSync(path, { readOnly: true });
    const row = database.prepare('SELECT units FROM counter').get();
    // What was used flows out all the time.
    return Number(row?.['units']) > (used - 1) * 3_600_000;
  }, `${used} recipients in the ledger`);
}

test('limits: two workers share what a grant carries, over many connections', async () => {
  await using postern = await running({ allow: office('6/hour'), more: 'workers: 2' });
  const { site, port } = postern;
  const codes = await recipients(port, 16);
  assert.deepEqual(codes, [...Array<number>(6).fill(250), ...Array<number>(10).fill(450)]);
  const took = async (): Promise<number> =>
    new Set((await site.events('session.opened')).map(({ process }) => process)).size;
  await until(async () => (await took()) === 2, 'both workers to have taken part');
  using client = await connected(port);
  const refused = await client.expect(OUTSIDE, 450);
  assert.match(
    refused.text,
    /^450 4\.7\.1 Too many recipients for now, try again after \d{4}-\d\d-\d\d \d\d:\d\d UTC \(in (?:9|10|11) minutes\) \[w[12]\w+-\w+\]$/,
  );
  await client.expect('RCPT TO:<bob@inbound.test>', 250);
  await until(async () => (await site.events('recipient.refused')).length === 11, 'the refusals in the log');
  await site.logged('limit.reached');
  const [reached, ...more] = await site.events('limit.reached');
  assert.deepEqual(more, [], 'the log is not flooded');
  assert.ok(reached !== undefined);
  const { grant, per, whose, limit, refused: count, level } = reached;
  assert.deepEqual(
    { grant, per, whose, limit, count, level },
    { grant: 'office', per: 'grant', whose: null, limit: '6/hour', count: 1, level: 'warn' },
  );
  const events = await site.events('recipient.refused');
  assert.equal(events.length, 11);
  assert.ok(events.every(({ reason, rule }) => reason === 'limit' && rule === 'grant:office'));
  const [inUse] = (await statusOf(site)).limits;
  assert.ok(inUse !== undefined && inUse.until !== null && inUse.until > Date.now());
  assert.deepEqual([inUse.grant, inUse.whose, inUse.used, inUse.limit.burst], ['office', null, 6, 6]);
});

test('limits: pipelined recipients are answered in order, the ones over the limit refused', async () => {
  await using postern = await running({ allow: office('{ rate: 3/hour, per: client }') });
  const { port } = postern;
  using client = await connected(port);
  client.raw(`${OUTSIDE}\r\n`.repeat(5));
  client.raw('RCPT TO:<bob@inbound.test>\r\nDATA\r\n');
  const codes: (number | string)[] = [];
  for (let each = 0; each < 7; each += 1) codes.push((await client.reply()).code);
  assert.deepEqual(codes, [250, 250, 250, 450, 450, 250, 354]);
  client.raw('From: <a@client.test>\r\nSubject: x\r\n\r\nx\r\n.\r\n');
  assert.equal((await client.reply()).code, 250);
  using other = await connected(port, '127.0.1.6');
  await other.expect(OUTSIDE, 250);
});

test('limits: an account is counted wherever it comes from, another for itself', async () => {
  const allow = '    - { name: people, authenticated: true, senders: ["@inbound.test"], limit: 2/hour }';
  await using postern = await running({ allow });
  const { site, port } = postern;
  await site.addAccount('eve@inbound.test', 'eves password');
  // The grant of the site for everybody who has signed in comes first; it must not be the one that fits.
  await site.configure(
    configuration({ port, allow }).replace('    - { name: staff, authenticated: true }\n', ''),
  );
  assert.equal((await site.cli('reload')).code, 0);
  const signedIn = async (user: string, password: string, from: string): Promise<Client> => {
    const client = await Client.greeted({ port, localAddress: from });
    await client.ehlo();
    assert.equal((await client.login(user, password)).code, 235);
    await client.expect(`MAIL FROM:<${user}>`, 250);
    return client;
  };
  using first = await signedIn('bob@inbound.test', 'bobs password', '127.0.0.7');
  await first.expect(OUTSIDE, 250);
  using second = await signedIn('BOB@inbound.test', 'bobs password', '127.0.0.8');
  await second.expect(OUTSIDE, 250);
  await second.expect(OUTSIDE, 450);
  using another = await signedIn('eve@inbound.test', 'eves password', '127.0.0.8');
  await another.expect(OUTSIDE, 250);
  await site.logged('limit.reached');
  const [reached] = await site.events('limit.reached');
  assert.deepEqual([reached?.['per'], reached?.['whose']], ['account', 'bob@inbound.test']);
});

test('limits: a reload that changes the number goes on from what was used; removing the limit ends it', async () => {
  await using postern = await running({ allow: office('2/hour') });
  const { site, port } = postern;
  using client = await connected(port);
  for (const code of [250, 250, 450]) await client.expect(OUTSIDE, code);
  const reload = async (allow: string): Promise<void> => {
    await site.configure(configuration({ port, allow }));
    const { code, stderr } = await site.cli('reload');
    assert.equal(code, 0, stderr);
  };
  await reload(office('3/hour'));
  for (const code of [250, 450]) await client.expect(OUTSIDE, code);
  await reload(office('1/hour'));
  await client.expect(OUTSIDE, 450);
  await reload('    - { name: office, from: [127.0.1.0/24] }');
  await client.expect(OUTSIDE, 250);
  await reload(office('3/hour'));
  await client.expect(OUTSIDE, 450);
});

test('limits: neither a restart nor a kill fills them anew', async () => {
  await using postern = await running({ allow: office('4/hour') });
  const { site, port } = postern;
  assert.deepEqual(await recipients(port, 1), [250]);
  assert.equal(await site.stop(), 0);
  await site.start();
  assert.equal((await statusOf(site)).limits[0]?.used, 1);
  assert.deepEqual(await recipients(port, 2), [250, 250]);
  await written(site, 3);
  site.signal('SIGKILL');
  await site.exited();
  await site.start();
  assert.deepEqual(await recipients(port, 3), [250, 450, 450]);
});

test('gateways: many names of one client are told, seen in the status, and remembered over a restart', async () => {
  await using postern = await running({
    allow: '    - { name: office, from: [127.0.1.0/24] }\n  gatewayNames: 3',
    more: 'workers: 2',
  });
  const { site, port } = postern;
  for (const name of ['one.test', 'two.test', 'two.test']) {
    using client = await connected(port, '127.0.1.9', name);
    await client.expect(OUTSIDE, 250);
  }
  assert.deepEqual((await statusOf(site)).gateways.suspects, []);
  using client = await connected(port, '127.0.1.9', 'three.test');
  await client.expect(OUTSIDE, 250);
  await site.logged('gateway.suspected');
  const [suspected] = await site.events('gateway.suspected');
  assert.deepEqual(
    ['client', 'grant', 'reason', 'names', 'examples', 'level'].map((field) => suspected?.[field]),
    ['127.0.1.9', 'office', 'names', 3, ['three.test', 'two.test', 'one.test'], 'warn'],
  );
  const said = await site.cli('status');
  assert.match(said.stdout, /127\.0\.1\.9 looks like a gateway: .*three\.test/);
  await client.expect(OUTSIDE, 250);
  client.close(); // a drain waits for it
  await site.stop();
  await site.start();
  assert.equal((await statusOf(site)).gateways.suspects[0]?.client, '127.0.1.9');
});

test('gateways: with refuse, an address alone opens nothing for a suspect, and everything else goes on', async () => {
  const allow = '    - { name: office, from: [127.0.1.0/24] }\n  gatewayNames: 2\n  suspectGateway: refuse';
  await using postern = await running({ allow, more: 'workers: 2' });
  const { site, port } = postern;
  for (const name of ['one.test', 'two.test']) {
    using client = await connected(port, '127.0.1.9', name);
    await client.expect(OUTSIDE, 250);
  }
  await site.logged('gateway.suspected');
  await until(async () => {
    // Every worker is told; that one has heard says nothing of the other.
    const codes = await Promise.all(
      Array.from({ length: 8 }, async () => {
        using client = await connected(port, '127.0.1.9', 'one.test');
        return (await client.command(OUTSIDE)).code;
      }),
    );
    return codes.every((code) => code === 550);
  }, 'both workers to refuse');
  using client = await connected(port, '127.0.1.9', 'one.test');
  const refused = await client.expect(OUTSIDE, 550);
  assert.match(refused.text, /^550 5\.7\.1 Relaying is prohibited from 127\.0\.1\.9 without signing in \[/);
  await client.expect('RCPT TO:<bob@inbound.test>', 250);
  await client.expect('RSET', 250);
  assert.equal((await client.login('bob@inbound.test', 'bobs password')).code, 235);
  await client.expect('MAIL FROM:<bob@inbound.test>', 250);
  await client.expect(OUTSIDE, 250);
  using neighbour = await connected(port, '127.0.1.10');
  await neighbour.expect(OUTSIDE, 250);
  await site.logged('recipient.refused');
  const events = await site.events('recipient.refused');
  assert.ok(events.every(({ reason }) => reason === 'suspectGateway'));
  await site.configure(configuration({ port, allow: allow.replace('refuse', 'warn'), more: 'workers: 2' }));
  assert.equal((await site.cli('reload')).code, 0);
  using forgiven = await connected(port, '127.0.1.9');
  await forgiven.expect(OUTSIDE, 250);
});
