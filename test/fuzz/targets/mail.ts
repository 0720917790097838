/** Addresses, domains and headers: `src/mail/`, and what a notification returns of a header. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { returnedHeader, returnedWhole } from '../../../src/bounce/original.ts';
import { bitsOf, quotedPrintable } from '../../../src/bounce/text.ts';
import {
  encodeHeaderText,
  foldHeader,
  hasRoutingCharacters,
  headerFields,
  HeaderReader,
  isAddressError,
  parseAddressList,
  parseDomain,
  parseForwardPath,
  parseLiteral,
  parseMailbox,
  parseReversePath,
  pathLength,
  splitHeader,
  superdomains,
  type HeaderFacts,
} from '../../../src/mail/mod.ts';
import { fromALabel, toALabel } from '../../../src/mail/idna.ts';
import { cut, type Target } from '../target.ts';

/** RFC 5321 4.1.2 and RFC 1035 2.3.4, written down a second time. */
const NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

function runDomain(input: Buffer): readonly string[] {
  const text = input.toString('utf8');
  const label = toALabel(text);
  if (label !== undefined) {
    assert.match(label, /^xn--[a-z0-9-]+$/);
    assert.equal(fromALabel(label), text, 'the A-label of a U-label says something else');
  }
  const domain = parseDomain(text);
  if (domain !== undefined) {
    assert.match(domain, NAME);
    assert.equal(parseDomain(domain), domain, 'a domain in its one form is another domain');
    assert.equal(parseDomain(`${domain}.`), domain);
    for (const above of superdomains(domain)) assert.ok(domain.endsWith(`.${above}`));
  }
  const literal = parseLiteral(text);
  if (literal !== undefined) assert.equal(parseLiteral(literal), literal);
  return [
    `${label !== undefined} ${domain !== undefined} ${literal !== undefined} ${domain?.includes('xn--')}`,
  ];
}

// Joiners, middle dots, katakana, digits of two kinds, right-to-left letters, marks, capitals, another full stop, a ligature.
// prettier-ignore
const CHARACTERS = ['\u200d', '\u200c', '\u094d', 'l\u00b7l', '\u30fb', '\u30a2', '\u0661', '\u06f1', '\u05d0', '\u0627', '\u0301', '\u00df', '\u0130', '\u3002', '\ufb01', '\u{1f600}', '\u00fc', '\u03c2', '\u05f3', '\u0375'];
// prettier-ignore
const LABELS = ['.', '-', '--', 'xn--', 'xn--bcher-kva', 'xn--a', '_', '[127.0.0.1]', '[IPv6:::ffff:1.2.3.4]', '[IPv6:', '::', 'a'.repeat(63)];

export const domain: Target = {
  name: 'domain',
  limit: 600,
  batch: 64,
  run: runDomain,
  words: LABELS.concat(CHARACTERS.map(latin1)),
};

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function runAddress(input: Buffer): readonly string[] {
  const text = input.toString('utf8');
  const said: string[] = [];
  const mailbox = parseMailbox(text);
  said.push(`mailbox ${isAddressError(mailbox) ? mailbox.error : mailbox.utf8}`);
  const end = pathLength(text);
  assert.ok(end >= 0 && end <= text.length && (end === 0 || (text.startsWith('<') && text[end - 1] === '>')));
  const to = parseForwardPath(text);
  said.push(`to ${isAddressError(to) ? to.error : to.kind}`);
  const from = parseReversePath(text);
  const list = parseAddressList(text);
  said.push(`list ${list === 'unparsable' ? list : Math.min(3, list.length)}`);
  const found = [
    mailbox,
    isAddressError(to) ? to : to.kind === 'mailbox' ? to.mailbox : null,
    from,
    ...(list === 'unparsable' ? [] : list),
  ];
  for (const each of found) {
    if (each === null) continue;
    if (isAddressError(each))
      assert.ok(each.position >= 0 && each.position <= text.length, 'an error outside of the text');
    else {
      assert.deepEqual(parseMailbox(each.address), each, 'an address is another one when it is read again');
      assert.ok(each.domain.startsWith('[') || NAME.test(each.domain));
      assert.equal(each.address, `${each.localPart}@${each.domain}`);
      said.push(`routing ${hasRoutingCharacters(each)}`);
    }
  }
  const folded = foldHeader(`X: ${encodeHeaderText(text)}`);
  assert.match(folded, /^[\x20-\x7e]+(?:\r\n [\x20-\x7e]*)*$/, 'a folded field is not one field');
  assert.ok(folded.split('\r\n').every((line) => line.length <= 998));
  return said;
}

// prettier-ignore
export const address: Target = {
  name: 'address',
  limit: 1200,
  batch: 32,
  run: runAddress,
  words: ['a@b.test', '<a@b.test>', '<>', '<', '>', '@', '"', '\\', '(', ')', ',', ';', ':', 'Bob <', '"a b"@c.test', '<@a.test,@b.test:c@d.test>', '<postmaster>', 'a%b@c.test', 'a!b@c.test', 'SRS0=HHHH=TT=a.test=b@c.test',
    'IMCEAEX-a@c.test', '[127.0.0.1]', '[IPv6:::1]', 'G: a@b.test;', '\r\n ', '=?utf-8?Q?=41?=', '\xc3\xa9', 'b\xc3\xbccher.test', '\u0000', '.', '..', ' ', '\t', 'a'.repeat(64), 'b'.repeat(63), '(('.repeat(40)],
};

const LIMITS = { size: 1500, fields: 20 };

function factsOf(pieces: readonly Buffer[]): HeaderFacts {
  const reader = new HeaderReader(LIMITS);
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return reader.facts();
}

function runHeader(input: Buffer): readonly string[] {
  const facts = factsOf([input]);
  for (const way of ['every', 'some'] as const)
    assert.deepEqual(factsOf(cut(input, way)), facts, 'it depends on how the octets are cut');
  assert.ok(facts.complete !== facts.tooLarge);
  const { header, bodyOffset } = splitHeader(input);
  assert.ok(header.length <= bodyOffset && bodyOffset <= input.length);
  assert.equal(facts.tooLarge, header.length > LIMITS.size || facts.fields > LIMITS.fields);
  if (facts.complete) assert.equal(facts.size, header.length);
  for (const { start, end } of facts.bcc)
    assert.match(input.toString('latin1', start, end), /^bcc[ \t]*:/i, 'what is called a Bcc field is none');
  let before = 0;
  for (const { name, start, end } of headerFields(header)) {
    assert.ok(start >= before && end > start && end <= header.length);
    assert.match(name, /^[!-9;-~]+$/);
    before = end;
  }
  assertReturned(input);
  const counts = Object.entries(facts.counts).map(([name, count]) => `${name} ${Math.min(2, count)}`);
  return [
    ...facts.defects,
    ...counts,
    `from ${facts.from === 'unparsable' ? facts.from : facts.from.length > 0}`,
  ];
}

/** What a notification returns is the beginning of the original, in a form that every path takes. */
function assertReturned(input: Buffer): void {
  const returned = returnedHeader(input);
  assert.ok(input.subarray(0, returned.length).equals(returned));
  const whole = returnedWhole(input);
  assert.equal(whole === undefined, bitsOf(input) === undefined);
  const quoted = quotedPrintable(input).toString('latin1');
  assert.ok(
    quoted
      .split('\r\n')
      .every((line) => line.length <= 76 && /^[\t\x20-\x7e]*$/.test(line) && !/[ \t]$/.test(line)),
  );
  const plain = quoted
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  assert.equal(plain, input.toString('latin1'), 'quoted-printable says something else');
}

// prettier-ignore
export const header: Target = {
  name: 'header',
  limit: 2500,
  batch: 16,
  run: runHeader,
  words: ['From: a@b.test\r\n', 'From: "x" <a@b.test>, c@d.test\r\n', 'Sender: a@b.test\r\n', 'Bcc: a@b.test\r\n', 'bCC\t : x\r\n', 'To: ', 'Cc: ', 'Reply-To: ', 'Date: ', 'Message-ID: <a@b.test>\r\n', 'Subject: ', 'Received: x\r\n',
    '\r\n', '\r\n\r\n', '\r\n ', '\r\n\t', '\r', '\n', ':', ' ', '\0', '\xc3\xa9', '\xe2\x80', '\xff', 'no colon\r\n', '=', '=\r\n', 'x'.repeat(76), 'y'.repeat(1000), 'X: y\r\n'.repeat(20)],
};
