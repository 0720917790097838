/** What somebody hopes is the end of a message, and is not: the second envelope behind it stays content, wherever it is cut. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Harness, SETTINGS } from './testing/harness.ts';
import { HEADER } from './testing/model.ts';

const OPEN = 'EHLO a.test\r\nMAIL FROM:<a@outside.test>\r\nRCPT TO:<bob@inbound.test>\r\n';
const SECOND = 'MAIL FROM:<evil@outside.test>\r\nRCPT TO:<alice@inbound.test>\r\nDATA\r\nevil\r\n';

/** Line ends as some take them for one; before and behind the dot, in every combination that is not CRLF.CRLF. */
const ENDS = [
  '\n',
  '\r',
  '\r\n',
  '\n\r',
  '\r\r\n',
  '\n\n',
  '\r\r',
  '\0\r\n',
  '\r\n\0',
  '\r\0\n',
  '\x85',
  '\v',
];
const FORMS = ENDS.flatMap((before) => ENDS.map((behind) => `${before}.${behind}`)).filter(
  (form) => !form.includes('\r\n.\r\n'),
);

/** With every way to cut the octets in two in the form and at its ends. */
async function eachCut(form: string, world: ConstructorParameters<typeof Harness>[0]): Promise<Harness[]> {
  const content = `${HEADER}text${form}${SECOND}`;
  const from = HEADER.length + 'text'.length;
  const clients: Harness[] = [];
  for (let cut = from; cut <= from + form.length + 1; cut += 1) {
    const client = new Harness(world);
    await client.send(`${OPEN}DATA\r\n${content.slice(0, cut)}`);
    await client.send(`${content.slice(cut)}.\r\nNOOP\r\n`);
    clients.push(client);
  }
  return clients;
}

test('only CRLF.CRLF ends a message: whatever looks like it has one reply, and starts nothing', async () => {
  assert.ok(FORMS.length > 100);
  for (const form of FORMS) {
    const shown = JSON.stringify(form);
    for (const client of await eachCut(form, {})) {
      // A lone CR or LF, or a NUL, refuses the message; other octets than those are content like any other.
      assert.match(client.codes(), /^220,250,250,250,354,(?:250|550),250$/, shown);
      assert.ok(client.messages.length <= 1, shown);
      assert.ok(
        client.messages.every(({ sender }) => sender === 'a@outside.test'),
        shown,
      );
      assert.equal(client.kept.decided.length, 1, shown);
    }
  }
});

test('a listener that repairs lone CR and LF sends nothing on that another server could take for an end', async () => {
  const settings = { ...SETTINGS, compat: { ...SETTINGS.compat, bareLf: true } };
  for (const form of FORMS) {
    const shown = JSON.stringify(form);
    for (const client of await eachCut(form, { settings })) {
      assert.match(client.codes(), /^220,250,250,250,354,(?:250|550),250$/, shown);
      assert.equal(client.kept.decided.length, 1, shown);
      if (client.messages.length > 0) assert.doesNotMatch(client.content(0), /[^\r]\n|\r[^\n]/, shown);
    }
  }
});

test('a chunk ends with its count, whatever is in it', async () => {
  for (const form of [...FORMS, '\r\n.\r\n']) {
    const content = `${HEADER}text${form}${SECOND}`;
    const client = new Harness();
    await client.send(`${OPEN}BDAT ${content.length} LAST\r\n${content}NOOP\r\n`);
    assert.match(client.codes(), /^220,250,250,250,(?:250|550),250$/, JSON.stringify(form));
    assert.equal(client.kept.decided.length, 1);
  }
});
