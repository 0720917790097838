import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { HeaderReader } from '../mail/mod.ts';
import { judgeForm, type FormDemands, type FormProblem, type MessageForm } from './mod.ts';

const LIMITS = { headerSize: 1000, headerFields: 10, textLine: 200 };
const FROM = 'From: Ann <a@outside.test>\r\n';
const ORIGINS = ['submission', 'stranger', 'known'] as const;

function formOf(header: string, parts: Partial<MessageForm> = {}): MessageForm {
  const reader = new HeaderReader({ size: LIMITS.headerSize, fields: LIMITS.headerFields });
  reader.push(Buffer.from(`${header}\r\n`));
  reader.end();
  return { header: reader.facts(), nul: false, longestLine: 78, ...parts };
}

/** What is said to each of `ORIGINS`. */
function said(header: string, parts: Partial<MessageForm> = {}, more: Partial<FormDemands> = {}): string[] {
  const form = formOf(header, parts);
  return ORIGINS.map((from) => {
    const problem = judgeForm(form, { limits: LIMITS, smtpUtf8: false, from, ...more });
    return problem?.kind ?? 'ok';
  });
}

const all = (kind: FormProblem['kind'] | 'ok'): string[] => ORIGINS.map(() => kind);

test('judgeForm() has no objection to a message as it should be', () => {
  assert.deepEqual(said(FROM), all('ok'));
  assert.deepEqual(
    said(`Received: x\r\nReceived: y\r\nsubject: a\r\n b\r\nSender: b@outside.test\r\n${FROM}`),
    all('ok'),
  );
});

test('judgeForm() holds every limit at n and n+1, for everybody', () => {
  const fill = (size: number): string => `${FROM}X: ${'x'.repeat(size - FROM.length - 5)}\r\n`;
  assert.deepEqual(said(fill(1000)), all('ok'));
  assert.deepEqual(said(fill(1001)), all('headerTooBig'));
  assert.deepEqual(said(FROM + 'X: y\r\n'.repeat(9)), all('ok'));
  assert.deepEqual(said(FROM + 'X: y\r\n'.repeat(10)), all('tooManyFields'));
  assert.deepEqual(said(FROM, { longestLine: 200 }), all('ok'));
  assert.deepEqual(said(FROM, { longestLine: 201 }), all('textLineTooLong'));
});

test('judgeForm() refuses of everybody what others could read otherwise', () => {
  assert.deepEqual(said(FROM, { nul: true }), all('nul'));
  assert.deepEqual(said(`${FROM}X: a\0b\r\n`), all('nul'));
  for (const line of ['no field', 'From a@outside.test Tue Nov 24', ': x', 'Sub\x01ject: x', 'Sub ject: x'])
    assert.deepEqual(said(`${line}\r\n${FROM}`), all('badHeader'), line);
  assert.deepEqual(said(`>From: x\r\n${FROM}`), all('ok'));
  assert.deepEqual(said(` continues nothing\r\n${FROM}`), all('badHeader'));
  for (const bare of ['a\rFrom: b@b.test', 'a\nFrom: b@b.test'])
    assert.deepEqual(said(`${FROM}Subject: ${bare}\r\n`), all('badHeader'));
});

test('judgeForm() refuses of everybody a field that stands twice, in any case and with blanks before its colon', () => {
  for (const name of ['Sender', 'To', 'Cc', 'Subject', 'Date', 'Message-ID']) {
    const twice = `${FROM}${name}: a@b.test\r\n${name.toUpperCase()} : a@b.test\r\n`;
    const problem = judgeForm(formOf(twice), { limits: LIMITS, smtpUtf8: false, from: 'known' });
    assert.deepEqual(problem, { kind: 'repeatedField', name });
  }
  assert.deepEqual(said(`${FROM}fRoM: b@b.test\r\n`), all('repeatedField'));
  assert.deepEqual(said(`${FROM}Reply-To: a@b.test\r\nReply-To: a@b.test\r\n`), all('ok'));
});

test('judgeForm() takes those who are known as they are', () => {
  assert.deepEqual(said('Subject: x\r\n'), ['noFrom', 'noFrom', 'ok']);
  assert.deepEqual(said(''), ['noFrom', 'noFrom', 'ok']);
  const umlaut = `${FROM}Subject: für\r\n`;
  assert.deepEqual(said(umlaut), ['eightBitHeader', 'eightBitHeader', 'ok']);
  assert.deepEqual(said(umlaut, {}, { smtpUtf8: true }), all('ok'));
});

test('judgeForm() wants what is internationalized to be UTF-8', () => {
  const reader = new HeaderReader({ size: LIMITS.headerSize, fields: LIMITS.headerFields });
  reader.push(Buffer.from(`${FROM}Subject: f\xfcr\r\n\r\n`, 'latin1'));
  const form = { header: reader.facts(), nul: false, longestLine: 78 };
  const problem = judgeForm(form, { limits: LIMITS, smtpUtf8: true, from: 'stranger' });
  assert.deepEqual(problem, { kind: 'eightBitHeader' });
});

test('judgeForm() wants From and Sender to be readable on submission', () => {
  for (const bad of ['scanner', 'a@b.test <a@b.test', 'a@b.test <a@b.test>', '', '<>', '"a@b.test":;']) {
    assert.deepEqual(said(`From: ${bad}\r\n`), ['badFrom', 'ok', 'ok'], bad);
    assert.deepEqual(said(`${FROM}Sender: ${bad}\r\n`), ['badSenderField', 'ok', 'ok'], bad);
  }
});

test('judgeForm() asks no more of those who are known than of strangers, nor of strangers than on submission', () => {
  const line = fc.constantFrom(
    FROM,
    'From: scanner\r\n',
    'Sender: b@b.test\r\n',
    'Sender: b\r\n',
    'Subject: für\r\n',
    'Date: x\r\n',
    'none\r\n',
    'X: \0\r\n',
    `X: ${'y'.repeat(400)}\r\n`,
  );
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 5 }),
      fc.boolean(),
      fc.nat(400),
      (lines, smtpUtf8, longestLine) => {
        const [submission = '', stranger = '', known = ''] = said(
          lines.join(''),
          { longestLine },
          { smtpUtf8 },
        );
        if (submission === 'ok') assert.equal(stranger, 'ok');
        if (stranger === 'ok') assert.equal(known, 'ok');
        for (const kind of [submission, stranger, known]) seen.add(kind);
      },
    ),
    { numRuns: 2_000 },
  );
  assert.equal(seen.size, 10, [...seen].join());
});
