/** The parsers of `src/smtp/`: commands, replies, content, text in parameters. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { parseForwardPath, parseReversePath } from '../../../src/mail/mod.ts';
import {
  BdatReader,
  DataReader,
  encodeUnitext,
  encodeXtext,
  NO_COMPAT,
  parseCommand,
  parseEhlo,
  ReplyReader,
  stuffAll,
  type Command,
  type DataSummary,
  type ReceivedReply,
} from '../../../src/smtp/mod.ts';
import { decodeXtext, isXtext } from '../../../src/smtp/xtext.ts';
import { cut, splitWords, type Target } from '../target.ts';

function runCommand(input: Buffer): readonly string[] {
  const { words, octets } = splitWords(input);
  const line = Buffer.from(octets.toString('latin1').replaceAll('\n', ''), 'latin1'); // no line has one
  const command = parseCommand(line, { ...NO_COMPAT, ehloWithoutName: words.has('noname') });
  assert.ok(line.toString('latin1').toUpperCase().startsWith(verbOf(command)), 'it is another verb');
  assertStable(command);
  return [Object.keys(command).join(), ...detailsOf(command)];
}

function verbOf(command: Command): string {
  if (command.verb === 'MALFORMED') return command.of;
  return command.verb === 'UNKNOWN' ? command.word.toUpperCase() : command.verb;
}

/** What was read says the same when it is written and read again. */
function assertStable(command: Command): void {
  if (command.verb === 'UNKNOWN') assert.match(command.word, /^[!-~]{0,16}$/);
  if (command.verb === 'BDAT') assert.ok(Number.isSafeInteger(command.size) && command.size >= 0);
  if (command.verb === 'MAIL' && command.from !== null)
    assert.deepEqual(parseReversePath(`<${command.from.address}>`), command.from);
  if (command.verb === 'RCPT' && command.to.kind === 'mailbox')
    assert.deepEqual(parseForwardPath(`<${command.to.mailbox.address}>`), {
      ...command.to,
      sourceRoute: false,
    });
}

function detailsOf(command: Command): string[] {
  if (command.verb === 'MALFORMED') {
    const { problem } = command;
    return [`${command.of} ${problem.kind} ${problem.kind === 'address' ? problem.error.error : ''}`];
  }
  return 'parameters' in command
    ? Object.keys(command.parameters).map((name) => `${command.verb} ${name}`)
    : [command.verb];
}

// prettier-ignore
const COMMAND_WORDS = [
  'EHLO ', 'HELO ', 'LHLO ', 'MAIL FROM:', 'RCPT TO:', 'DATA', 'BDAT ', ' LAST', 'RSET', 'NOOP', 'QUIT', 'VRFY ', 'EXPN ', 'HELP', 'STARTTLS', 'AUTH PLAIN ', 'AUTH LOGIN', 'ETRN ',
  'ETRN @', 'ETRN #', 'XCLIENT ', 'XFORWARD ', 'noname \n', '<a@b.test>', '<>', '<postmaster>', '<@a.test,@b.test:c@d.test>', '<"a b"@c.test>', '<"\\""@c.test>', '<a@[127.0.0.1]>', '<a@[IPv6:::1]>', '<\xc3\xa9@b.test>',
  '<a@b\xc3\xbccher.test>', '<a@xn--bcher-kva.test>', ' SIZE=1', ' BODY=8BITMIME', ' BODY=7BIT', ' BODY=BINARYMIME', ' AUTH=<>', ' AUTH=a+40b.test', ' SMTPUTF8', ' REQUIRETLS', ' RET=FULL', ' RET=HDRS', ' ENVID=x+2By',
  ' BY=60;R', ' BY=-1;NT', ' HOLDFOR=60', ' HOLDUNTIL=2026-11-24T12:00:00+01:00', ' NOTIFY=NEVER', ' NOTIFY=SUCCESS,FAILURE,DELAY', ' ORCPT=rfc822;a@b.test', ' ORCPT=utf-8;\\x{e9}@b.test', ' ORCPT=utf-8;\xc3\xa9@b.test',
  ' MT-PRIORITY=3', ' __proto__=1', ' constructor', 'ADDR=192.0.2.1 ', 'ADDR=IPV6:2001:db8::1 ', 'NAME=[UNAVAILABLE] ', 'PORT=25 ', 'DESTADDR=', 'SOURCE=LOCAL', 'LOGIN=a+20b ', '+2B', '\\x{', '}', '\0', '\t', ' ', '=', ';', ',', ':', '"', '\xff',
];

export const command: Target = {
  name: 'command',
  limit: 2050,
  batch: 32,
  run: runCommand,
  words: COMMAND_WORDS,
};

function runXtext(input: Buffer): readonly string[] {
  const text = input.toString('latin1');
  const decoded = decodeXtext(text);
  if (decoded !== undefined) {
    assert.ok(isXtext(text) && /^[ -~]*$/.test(decoded));
    assert.equal(decodeXtext(encodeXtext(decoded)), decoded);
  }
  const ascii = text.replaceAll(/[^\0-\x7f]/g, '');
  assert.ok(isXtext(encodeXtext(ascii)), 'what is written as xtext is none');
  assert.doesNotMatch(encodeUnitext(input.toString('utf8')), /[\0-\x20+=\x7f]/);
  return [`xtext ${isXtext(text)} ${decoded !== undefined}`];
}

export const xtext: Target = {
  name: 'xtext',
  limit: 300,
  batch: 64,
  run: runXtext,
  words: ['+2B', '+00', '+', '+FF', '\\x{', '=', ' ', '\x7f', '\xc3\xa9', '\\'],
};

interface Read {
  readonly replies: readonly (ReceivedReply | 'malformed')[];
  readonly buffered: number;
}

function readReplies(pieces: readonly Buffer[]): Read {
  const reader = new ReplyReader();
  const replies: (ReceivedReply | 'malformed')[] = [];
  for (const piece of pieces) {
    reader.push(piece);
    for (let reply = reader.next(); reply !== undefined; reply = reader.next()) {
      replies.push(reply);
      if (reply === 'malformed') return { replies, buffered: 0 };
    }
  }
  return { replies, buffered: reader.buffered };
}

function runReply(input: Buffer): readonly string[] {
  const whole = readReplies([input]);
  for (const way of ['every', 'some'] as const)
    assert.deepEqual(readReplies(cut(input, way)), whole, 'it depends on how the octets are cut');
  const said = [`replies ${Math.min(3, whole.replies.length)}`];
  for (const reply of whole.replies) {
    if (reply === 'malformed') said.push(reply);
    else {
      assert.ok(reply.code >= 200 && reply.code < 600 && reply.lines.length > 0 && reply.lines.length <= 100);
      assert.ok(reply.lines.every((line) => !line.includes('\n') && line.length <= 4096));
      for (const keyword of parseEhlo(reply).keys()) assert.match(keyword, /^[A-Z0-9][A-Z0-9-]*$/);
      said.push(`${reply.status !== undefined} ${Math.min(3, reply.lines.length)}`);
    }
  }
  return said;
}

export const reply: Target = {
  name: 'reply',
  limit: 9000,
  batch: 16,
  run: runReply,
  // prettier-ignore
  words: ['220 ', '250-', '250 ', '354 ', '421 4.3.2 ', '550 5.1.1 ', '550-5.1.1 ', '5.1', '999 ', '250', '\r\n', '\n', '\r', '250-AUTH=LOGIN\r\n', '250-SIZE 1\r\n', '250 __proto__\r\n', '\0', '\xff', 'x'.repeat(1000), '250-\r\n'.repeat(40)],
};

interface Content {
  readonly content: string;
  readonly consumed: number;
  readonly done: boolean;
  readonly summary: DataSummary;
}

function readData(pieces: readonly Buffer[], repairBareLf: boolean): Content {
  const reader = new DataReader({ repairBareLf, maxSize: 3000 });
  const content: Buffer[] = [];
  let consumed = 0;
  for (const piece of pieces) {
    const step = reader.push(piece);
    content.push(...step.pieces);
    consumed += step.consumed;
    if (step.done)
      return {
        content: Buffer.concat(content).toString('latin1'),
        consumed,
        done: true,
        summary: reader.summary(),
      };
  }
  return {
    content: Buffer.concat(content).toString('latin1'),
    consumed,
    done: false,
    summary: reader.summary(),
  };
}

function readChunk(pieces: readonly Buffer[], size: number, binary: boolean): Content {
  const reader = new BdatReader({ repairBareLf: false, maxSize: 3000, binary });
  reader.begin(size);
  const content: Buffer[] = [];
  let consumed = 0;
  for (const piece of pieces) {
    if (reader.left === 0) break;
    const step = reader.push(piece);
    content.push(...step.pieces);
    consumed += step.consumed;
  }
  const done = reader.left === 0;
  if (done) content.push(...reader.end());
  return { content: Buffer.concat(content).toString('latin1'), consumed, done, summary: reader.summary() };
}

/** Cut octets must give the same. Of what is not over the last octets may be withheld or not, and of what is too big how much is kept. */
function assertSame(cut: Content, whole: Content): void {
  assert.ok(cut.done === whole.done && cut.consumed === whole.consumed, 'the end depends on how it is cut');
  if (!whole.done) return;
  assert.deepEqual(cut.summary, whole.summary, 'what is known of it depends on how the octets are cut');
  if (!whole.summary.tooBig) assert.equal(cut.content, whole.content, 'it depends on how the octets are cut');
}

/** What is too big is refused: of it only the beginning need be right. */
function assertContent({ content, summary }: Content, expected: string): void {
  if (summary.tooBig) assert.ok(expected.startsWith(content), 'the octets are not those that came');
  else assert.equal(content, expected, 'the octets are not those that came');
}

function runContent(input: Buffer): readonly string[] {
  const { words, octets } = splitWords(input);
  const repair = words.has('repair');
  const text = octets.toString('latin1');
  const data = readData([octets], repair);
  const end = text.startsWith('.\r\n') ? 3 : text.indexOf('\r\n.\r\n') + 5;
  assert.equal(data.done, end !== 4, 'the end of data is CRLF.CRLF and nothing else');
  assert.equal(data.consumed, data.done ? end : octets.length);
  if (!repair && data.done) assertContent(data, unstuffed(text.slice(0, end - 3)));
  const chunk = readChunk([octets], octets.length >> 1, words.has('binary'));
  assertContent(chunk, text.slice(0, octets.length >> 1));
  for (const way of ['every', 'some'] as const) {
    assertSame(readData(cut(octets, way), repair), data);
    assertSame(readChunk(cut(octets, way), octets.length >> 1, words.has('binary')), chunk);
  }
  assertStuffed(octets);
  return flagsOf(data.summary).concat(flagsOf(chunk.summary));
}

function unstuffed(text: string): string {
  return text
    .split('\r\n')
    .map((line) => line.replace(/^\./, ''))
    .join('\r\n');
}

/** What is stuffed for the wire comes out of DATA as it was. */
function assertStuffed(octets: Buffer): void {
  const lines = Buffer.from(`${octets.toString('latin1').slice(0, 2000)}\r\n`, 'latin1');
  const { content, done } = readData([Buffer.concat([...stuffAll(lines), Buffer.from('.\r\n')])], false);
  assert.ok(done && content === lines.toString('latin1'), 'stuffed content does not come back');
}

function flagsOf(summary: DataSummary): string[] {
  return Object.entries(summary).flatMap(([name, value]) => (value === true ? [name] : []));
}

export const content: Target = {
  name: 'content',
  limit: 4000,
  batch: 16,
  run: runContent,
  // prettier-ignore
  words: ['repair \n', 'binary \n', '\r\n.\r\n', '\r\n.', '.\r\n', '\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r', '\r\n.\r', '\r\n..\r\n', '\r', '\n', '\r\n', '\r\n\r\n', '.', '..', 'Received: ', 'received\t:', '\0', '\x80', 'x'.repeat(998), 'x'.repeat(64)],
};
