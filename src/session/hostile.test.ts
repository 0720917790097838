/**
 * The whole session over octets in memory, with whatever a client may think of. What must always hold: it never throws; each
 * command gets its one reply, in order (LMTP: as many at the end of a message as recipients); nothing is stored that the policy
 * would refuse; nothing stays behind; and the same octets give the same replies however they are cut.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LoginVerdict } from './mod.ts';
import { assertClean } from './testing/clean.ts';
import { Harness } from './testing/harness.ts';
import { COMMANDS, fresh, LEADING, HEADER, OFFICE, STRANGER, WORLD, worldOf } from './testing/model.ts';
import { USUAL, type World } from './testing/services.ts';

const RIGHT = Buffer.from('\0alice@inbound.test\0secret').toString('base64');
const WRONG = Buffer.from('\0alice@inbound.test\0wrong').toString('base64');

test('Session says to every command what its description says, in every order', async () => {
  const commands = fc.commands(
    [...COMMANDS, ...LEADING, ...LEADING].map((command) => fc.constant(command)),
    { maxCommands: 40, size: 'max' },
  );
  await fc.assert(
    fc.asyncProperty(fc.boolean(), commands, async (lmtp, list) => {
      const client = new Harness(worldOf(lmtp));
      client.codes();
      const expected = fresh(lmtp);
      await fc.asyncModelRun(() => ({ model: expected, real: client }), list);
      assert.equal(client.messages.length, expected.messages);
      await assertClean(client);
    }),
    { numRuns: 300 },
  );
});

/** Commands with their content, in any order, and things that are neither. */
const UNITS = fc.oneof(
  fc.constantFrom(
    'EHLO a.test\r\n',
    'HELO a\r\n',
    'MAIL FROM:<a@outside.test>\r\n',
    'MAIL FROM:<> BODY=BINARYMIME\r\n',
    'RCPT TO:<bob@inbound.test>\r\n',
    'RCPT TO:<v@outside.test>\r\n',
    'RCPT TO:<@inbound.test:v@outside.test>\r\n',
    'RCPT TO:<"v@outside.test"@inbound.test>\r\n',
    'RCPT TO:<v%outside.test@inbound.test>\r\n',
    'DATA\r\n',
    `DATA\r\n${HEADER}x\r\n.\r\n`,
    `BDAT ${HEADER.length}\r\n${HEADER}`,
    `BDAT ${HEADER.length} LAST\r\n${HEADER}`,
    'BDAT 7\r\n',
    'BDAT 0 LAST\r\n',
    'BDAT x\r\n',
    '\r\n.\r\n',
    '.\r\n',
    '\n.\n',
    '\r.\r',
    '.\n',
    'RSET\r\n',
    'NOOP\r\n',
    `AUTH PLAIN ${WRONG}\r\n`,
    `AUTH PLAIN ${RIGHT}\r\n`,
    'AUTH PLAIN\r\n',
    'AUTH LOGIN\r\n',
    `${RIGHT}\r\n`,
    '*\r\n',
    `XCLIENT ADDR=${STRANGER}\r\n`,
    `XCLIENT ADDR=${OFFICE}\r\n`,
    `XFORWARD ADDR=${STRANGER}\r\n`,
    'ETRN inbound.test\r\n',
    'VRFY \r\n',
    'toString\r\n',
    'QUIT\r\n',
  ),
  fc.string({ unit: fc.constantFrom('\0', '\r', '\n', '.', ' ', '<', '>', '"', '@', 'é', '\xff', 'A') }),
  fc.string({ minLength: 1, maxLength: 30 }).map((text) => `${text}\r\n`),
);

const STREAM = fc
  .array(UNITS, { maxLength: 30, size: 'max' })
  .map((units) => Buffer.from(units.join(''), 'latin1'));
const SIDE = fc.constantFrom(OFFICE, STRANGER);

/** What a client gets for a stream of octets, cut at some places. */
async function talk(world: Partial<World>, octets: Buffer, cuts: readonly number[]): Promise<Harness> {
  const client = new Harness(world);
  const points = [0, ...cuts.toSorted((one, other) => one - other), octets.length];
  for (const [index, from] of points.entries())
    client.session.receive(octets.subarray(from, points[index + 1]));
  client.session.inputEnd();
  for (let before = -1; before !== client.output.length;) {
    before = client.output.length;
    await client.settle();
  }
  return client;
}

test('Session gives the same replies and stores the same, whole, octet by octet and cut anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(
      SIDE,
      STREAM,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
      async (side, octets, parts) => {
        const world = { ...WORLD, client: side };
        const whole = await talk(world, octets, []);
        const every = Array.from({ length: octets.length }, (_, at) => at);
        const some = parts.map((part) => Math.floor(part * octets.length));
        for (const cuts of [every, some]) {
          const cut = await talk(world, octets, cuts);
          assert.equal(cut.output, whole.output);
          assert.deepEqual(
            cut.messages.map((_, index) => cut.content(index)),
            whole.messages.map((_, index) => whole.content(index)),
          );
          await assertClean(cut);
        }
        await assertClean(whole);
      },
    ),
    { numRuns: 200 },
  );
});

test('Session writes whole replies only, each line with its code', async () => {
  await fc.assert(
    fc.asyncProperty(SIDE, STREAM, async (side, octets) => {
      const { output } = await talk({ ...WORLD, client: side }, octets, []);
      assert.match(output, /^(?:(?:(\d\d\d)-[\x20-\x7e]*\r\n)*\d\d\d [\x20-\x7e]*\r\n)+$/);
    }),
    { numRuns: 200 },
  );
});

/** A dialogue with everything in it; the commands that wait for something included. */
const FULL =
  `EHLO a.test\r\nAUTH PLAIN ${RIGHT}\r\nMAIL FROM:<alice@inbound.test>\r\nRCPT TO:<v@outside.test>\r\nDATA\r\n` +
  `${HEADER}${'y'.repeat(300)}\r\n.\r\nMAIL FROM:<alice@inbound.test>\r\nRCPT TO:<bob@inbound.test>\r\nBDAT ${HEADER.length}\r\n${HEADER}` +
  `BDAT 400\r\n${'y'.repeat(400)}BDAT 0 LAST\r\nBDAT 5\r\nxxxxxETRN inbound.test\r\nXCLIENT ADDR=${STRANGER}\r\nEHLO b.test\r\n` +
  `AUTH LOGIN\r\nxx\r\nQUIT\r\n`;

test('a reset at every octet of a full dialogue leaves nothing behind', async () => {
  const whole = new Harness(WORLD);
  await whole.send(FULL);
  assert.equal(whole.codes(), '220,250,235,250,250,354,250,250,250,250,250,250,503,251,220,250,334,501,221');
  for (let at = 0; at <= FULL.length; at += 1) {
    const client = new Harness(WORLD);
    await client.send(FULL.slice(0, at));
    await assertClean(client);
    const early = new Harness(WORLD);
    early.session.receive(Buffer.from(FULL.slice(0, at), 'latin1')); // and while something is waited for
    await assertClean(early);
  }
});

test('a reset while a file is written or a message is stored leaves nothing behind', async () => {
  let answer: (result: 'stored') => void = () => undefined;
  const client = new Harness({ ...WORLD, store: () => new Promise((resolve) => (answer = resolve)) });
  await client.send(FULL.slice(0, FULL.indexOf('BDAT')));
  client.session.closed('reset');
  answer('stored');
  await client.settle();
  assert.equal(client.messages.length, 1); // RFC 1047: it will come again
  assert.deepEqual(client.leaks, []);
});

/** A backend that verifies passwords in its own time. */
class SlowBackend {
  readonly asked: string[] = [];
  readonly #waiting: ((verdict: LoginVerdict) => void)[] = [];

  readonly verify: World['verify'] = (login) => {
    this.asked.push(login);
    return new Promise((resolve) => this.#waiting.push(resolve));
  };

  answer(verdict: LoginVerdict): void {
    this.#waiting.shift()?.(verdict);
  }
}

test('nothing behind an AUTH is looked at before it is verified: what fails grants nothing to what was pipelined', async () => {
  const backend = new SlowBackend();
  const client = new Harness({ ...WORLD, client: STRANGER, verify: backend.verify });
  const rest = `MAIL FROM:<alice@inbound.test>\r\nRCPT TO:<v@outside.test>\r\nDATA\r\n${HEADER}evil\r\n.\r\nNOOP\r\n`;
  await client.send(`EHLO a.test\r\nAUTH PLAIN ${WRONG}\r\n${rest}`);
  assert.equal(client.codes(), '220,250');
  await client.send('RSET\r\n'); // more of it, while the backend thinks
  assert.equal(client.codes(), '');
  backend.answer('rejected');
  await client.settle();
  // The header and the lines behind the refused DATA are no commands.
  assert.match(client.codes(), /^535,250,550,503,(?:500,)+250,250$/);
  assert.equal(client.messages.length, 0);
  await assertClean(client);
});

test('an AUTH that succeeds counts for what was pipelined behind it, and for nothing before', async () => {
  const backend = new SlowBackend();
  const client = new Harness({ ...WORLD, client: STRANGER, verify: backend.verify });
  await client.send(
    `EHLO a.test\r\nMAIL FROM:<>\r\nRCPT TO:<v@outside.test>\r\nRSET\r\nAUTH PLAIN ${RIGHT}\r\nMAIL FROM:<>\r\nRCPT TO:<v@outside.test>\r\n`,
  );
  assert.equal(client.codes(), '220,250,250,550,250');
  backend.answer({ account: 'alice@inbound.test' });
  await client.settle();
  assert.equal(client.codes(), '235,250,250');
});

test('an AUTH that is answered after the client has gone changes nothing', async () => {
  const backend = new SlowBackend();
  const client = new Harness({ ...WORLD, verify: backend.verify });
  await client.send(`EHLO a.test\r\nAUTH PLAIN ${RIGHT}\r\n`);
  client.codes();
  client.session.closed('reset');
  backend.answer({ account: 'alice@inbound.test' });
  await client.settle();
  assert.equal(client.output, '');
  assert.equal(client.session.state.phase, 'ended');
  await assertClean(client);
});

test('commands behind DATA are content, and commands behind the content are commands', async () => {
  const client = new Harness({ ...WORLD, client: STRANGER });
  await client.send(
    `EHLO a.test\r\nMAIL FROM:<a@outside.test>\r\nRCPT TO:<bob@inbound.test>\r\nDATA\r\n${HEADER}RSET\r\nRCPT TO:<v@outside.test>\r\n..\r\n.\r\nNOOP\r\n`,
  );
  assert.equal(client.codes(), '220,250,250,250,354,250,250');
  assert.ok(client.content(0).endsWith('RSET\r\nRCPT TO:<v@outside.test>\r\n.\r\n'));
});

test('a transaction from before STARTTLS is gone, with the content that had come', async () => {
  const client = new Harness({ ...WORLD, inlineLimit: 0 });
  await client.send(
    `EHLO a.test\r\nMAIL FROM:<>\r\nRCPT TO:<v@outside.test>\r\nBDAT ${HEADER.length}\r\n${HEADER}STARTTLS\r\nBDAT 0 LAST\r\n`,
  );
  assert.equal(client.codes(), '220,250,250,250,250,220');
  client.session.secured({ protocol: 'TLSv1.3', cipher: 'x' });
  await client.send('BDAT 0 LAST\r\n');
  assert.equal(client.codes(), '503');
  assert.deepEqual(client.leaks, []);
  assert.ok(client.events.some(({ name }) => name === 'session.injection'));
});

test('names that objects have of themselves are names like any other', async () => {
  const name = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
  const client = new Harness(USUAL);
  await client.send(
    name
      .map(
        (each) =>
          `EHLO ${each}\r\nMAIL FROM:<${each}@${each.replaceAll('_', '')}.test>\r\nRCPT TO:<${each}@inbound.test>\r\n` +
          `RSET\r\nAUTH PLAIN ${Buffer.from(`\0${each}\0${each}`).toString('base64')}\r\nMAIL FROM:<> ${each.replaceAll('_', '')}=x\r\n`,
      )
      .join(''),
  );
  assert.equal(
    client.codes(),
    `220${',250,250,550,250,535,555'.repeat(2)}${',250,250,550,250,535,555'.repeat(2)}`,
  );
});

test('a line of a million of one octet is answered at once', async () => {
  for (const octet of ['@', '"', '(', '.', '<', '\\', '=', ' ', '\0', '\r']) {
    for (const prefix of [
      '',
      'MAIL FROM:<',
      'RCPT TO:',
      'EHLO ',
      'AUTH PLAIN ',
      'BDAT ',
      'XCLIENT ',
      'XFORWARD ',
      'ETRN ',
    ]) {
      const client = new Harness(WORLD);
      client.codes();
      await client.send(`${prefix}${octet.repeat(1_000_000)}\r\nNOOP\r\n`);
      // Behind a BDAT that cannot be read nothing is a command.
      assert.equal(client.codes(), prefix === 'BDAT ' ? '500' : '500,250', `${prefix}${octet}`);
    }
  }
});
