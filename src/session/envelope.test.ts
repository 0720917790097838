/** The envelope of a message is bounded by the number of its recipients and by their octets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Harness, SETTINGS } from './testing/harness.ts';
import type { World } from './testing/services.ts';

const OFFICE = '127.0.1.5';
const BEGIN = 'EHLO a.test\r\nMAIL FROM:<>\r\n';
const MESSAGE = 'From: a@outside.test\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n\r\nx\r\n';

function world(limits: Partial<typeof SETTINGS.limits>): Partial<World> {
  return { client: OFFICE, settings: { ...SETTINGS, limits: { ...SETTINGS.limits, ...limits } } };
}

/** An address of so many octets, at most 254. */
function address(octets: number): string {
  const label = (length: number): string => 'd'.repeat(length);
  const end = '@outside.test';
  if (octets <= 64 + end.length) return 'u'.repeat(octets - end.length) + end;
  const rest = octets - 65 - '.test'.length;
  const labels: string[] = [];
  for (let left = rest; left > 0; left -= 51) labels.push(label(Math.min(left, 50)));
  return `${'u'.repeat(64)}@${labels.join('.')}.test`;
}

/** A command whose address and ORCPT are of so many octets together. */
function rcpt(octets: number, original = Math.min(500, octets - 20)): string {
  const to = address(octets - original);
  return `RCPT TO:<${to}>${original === 0 ? '' : ` ORCPT=rfc822;${'x'.repeat(original - 7)}`}\r\n`;
}

/** How many of the recipients were taken, and what the last one heard. */
async function taken(
  commands: string,
  limits: Partial<typeof SETTINGS.limits> = { recipients: 1000 },
): Promise<[number, string]> {
  const client = new Harness(world(limits));
  await client.send(BEGIN);
  client.replies();
  await client.send(commands);
  const replies = client.replies();
  return [replies.filter((reply) => reply.startsWith('250')).length, replies.at(-1) ?? ''];
}

const FULL = '452 4.5.3 Too many recipients';
const TAKEN = '250 2.1.5 Recipient accepted';

test('RCPT: a message may have the longest addresses for all its recipients, and ordinary ORCPT', async () => {
  for (const command of [rcpt(254, 0), rcpt(320, 66), rcpt(100, 53), rcpt(60, 30)])
    assert.equal((await taken(command.repeat(1000)))[0], 1000, command);
  assert.equal((await taken(rcpt(754).repeat(100), { recipients: 100 }))[0], 100);
});

test('RCPT: the recipients of a message have 320 octets on the average, to the octet', async () => {
  const before = rcpt(500).repeat(639); // leaves 500
  assert.deepEqual(await taken(`${before}${rcpt(500)}`), [640, TAKEN]);
  assert.deepEqual(await taken(`${before}${rcpt(501)}`), [639, FULL]);
  // What was refused took no room, and what still fits is taken.
  assert.deepEqual(await taken(`${before}${rcpt(501)}${rcpt(100)}${rcpt(400)}`), [641, TAKEN]);
});

test('RCPT: where more recipients are permitted, there is room for them; where fewer are, not less', async () => {
  assert.equal((await taken(rcpt(500).repeat(1300), { recipients: 2000 }))[0], 1280);
  assert.equal((await taken(rcpt(500).repeat(700), { recipients: 700 }))[0], 640);
});

test('RCPT: room is counted anew for each message', async () => {
  const client = new Harness(world({ recipients: 1000 }));
  const send = `MAIL FROM:<>\r\n${rcpt(500).repeat(641)}`;
  await client.send(`EHLO a.test\r\n${send}RSET\r\n${send}`);
  assert.equal(client.codes().match(/452/g)?.length, 2);
});

test('RCPT: recipients in excess are no errors, so that the message is sent to the others', async () => {
  const client = new Harness(world({ recipients: 30, errors: 3, softErrors: 3 }));
  await client.send(`${BEGIN}${rcpt(40).repeat(60)}DATA\r\n`);
  await client.send(`${MESSAGE}.\r\n`);
  assert.equal(client.codes(), `220,250,250${',250'.repeat(30)}${',452'.repeat(30)},354,250`);
  assert.equal(client.messages[0]?.recipients.length, 30);
  assert.equal(client.events.filter(({ name }) => name === 'session.error').length, 0);
});

test('RCPT: as many in excess as are permitted, and then they are errors', async () => {
  const client = new Harness(world({ recipients: 5, errors: 3 }));
  await client.send(`${BEGIN}${rcpt(40).repeat(14)}`);
  assert.equal(client.codes(), `220,250,250${',250'.repeat(5)}${',452'.repeat(8)},421`);
});

test('RCPT: a recipient does not keep the line it came in', async () => {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  assert.ok(typeof collect === 'function');
  const heap = (): number => {
    Reflect.apply(collect, undefined, []);
    return process.memoryUsage().heapUsed;
  };
  const clients: Harness[] = [];
  const hold = async (padding: number): Promise<number> => {
    const before = heap();
    const client = new Harness(world({ recipients: 1000 }));
    clients.push(client);
    await client.send(BEGIN);
    for (let count = 0; count < 1000; count += 1)
      await client.send(`RCPT TO:<v@outside.test>${' '.repeat(padding)}ORCPT=rfc822;v@outside.test\r\n`);
    client.kept.decided.length = 0;
    assert.match(client.codes(), /^220,250,250(?:,250){1000}$/);
    return heap() - before;
  };
  await hold(1); // what is compiled and set up once
  const [short, long] = [await hold(1), await hold(1900)];
  assert.ok(long - short < 500_000, `${long} octets for lines of 1,950, ${short} for lines of 50`);
  assert.equal(clients.length, 3);
});
