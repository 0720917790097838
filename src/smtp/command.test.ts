import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  firstUnfit,
  isAddressError,
  parseDomain,
  parseForwardPath,
  parseReversePath,
  type Domain,
} from '../mail/mod.ts';
import { parseCommand } from './command.ts';
import { latin1 } from './testing/splits.ts';
import { NO_COMPAT } from './types.ts';
import type { Command, Compat, EtrnTarget, MailParameters, RcptParameters } from './types.ts';

function parse(line: string, compat: Compat = NO_COMPAT): Command {
  return parseCommand(latin1(line), compat);
}

function mail(path: string, parameters: MailParameters = {}): Command {
  const from = parseReversePath(path);
  if (isAddressError(from)) assert.fail(path);
  return { verb: 'MAIL', from, parameters };
}

function rcpt(path: string, parameters: RcptParameters = {}): Command {
  const to = parseForwardPath(path);
  if (isAddressError(to)) assert.fail(path);
  return { verb: 'RCPT', to, parameters, utf8: /\P{ASCII}/u.test(path) };
}

/** What is wrong with a line that has a verb of ours. */
function problem(line: string): unknown {
  const command = parse(line);
  return command.verb === 'MALFORMED' ? command.problem : assert.fail(`${line}: ${command.verb}`);
}

test('parseCommand() parses every verb, in any case', () => {
  const samples: readonly (readonly [string, Command])[] = [
    ['EHLO mail.contoso.example', { verb: 'EHLO', name: 'mail.contoso.example' }],
    ['ehlo [192.0.2.1]', { verb: 'EHLO', name: '[192.0.2.1]' }],
    ['HELO Printer_3', { verb: 'HELO', name: 'Printer_3' }],
    ['LHLO mail.contoso.example', { verb: 'LHLO', name: 'mail.contoso.example' }],
    ['MAIL FROM:<Bob@B.test>', mail('<Bob@B.test>')],
    ['mail from:<>', mail('<>')],
    ['RCPT TO:<bob@b.test>', rcpt('<bob@b.test>')],
    ['rcpt to:<Postmaster>', rcpt('<postmaster>')],
    ['RCPT TO:<@a.test,@b.test:bob@b.test>', rcpt('<@a.test,@b.test:bob@b.test>')],
    ['DATA', { verb: 'DATA' }],
    ['BDAT 0', { verb: 'BDAT', size: 0, last: false }],
    ['BDAT 0 LAST', { verb: 'BDAT', size: 0, last: true }],
    ['bdat 00012 last', { verb: 'BDAT', size: 12, last: true }],
    [`BDAT ${'9'.repeat(15)}`, { verb: 'BDAT', size: 999_999_999_999_999, last: false }],
    ['RSET', { verb: 'RSET' }],
    ['NOOP', { verb: 'NOOP' }],
    ['NOOP and some words', { verb: 'NOOP' }],
    ['QUIT', { verb: 'QUIT' }],
    ['QuIt', { verb: 'QUIT' }],
    ['VRFY bob', { verb: 'VRFY', argument: 'bob' }],
    ['EXPN all of them', { verb: 'EXPN', argument: 'all of them' }],
    ['HELP', { verb: 'HELP' }],
    ['HELP MAIL', { verb: 'HELP' }],
    ['STARTTLS', { verb: 'STARTTLS' }],
    ['AUTH PLAIN', { verb: 'AUTH', mechanism: 'PLAIN', initial: undefined }],
    ['AUTH plain AGEAYg==', { verb: 'AUTH', mechanism: 'PLAIN', initial: 'AGEAYg==' }],
    ['AUTH PLAIN =', { verb: 'AUTH', mechanism: 'PLAIN', initial: '' }],
    ['AUTH SCRAM-SHA-256', { verb: 'AUTH', mechanism: 'SCRAM-SHA-256', initial: undefined }],
  ];
  for (const [line, command] of samples) assert.deepEqual(parse(line), command, line);
});

test('parseCommand() tolerates spaces where clients put them', () => {
  assert.deepEqual(parse('MAIL FROM: <a@b.test>'), mail('<a@b.test>'));
  assert.deepEqual(
    parse('MAIL FROM:   <a@b.test>   SIZE=1  BODY=7BIT  '),
    mail('<a@b.test>', { size: 1, body: '7BIT' }),
  );
  assert.deepEqual(parse('RCPT TO: <a@b.test> '), rcpt('<a@b.test>'));
  for (const verb of ['DATA', 'RSET', 'QUIT', 'STARTTLS'] as const)
    assert.deepEqual(parse(`${verb}  `), { verb });
  assert.deepEqual(parse('EHLO  mail.test '), { verb: 'EHLO', name: 'mail.test' });
});

test('parseCommand() finds the end of a path in spite of what is quoted in it', () => {
  assert.deepEqual(parse('MAIL FROM:<"a> SIZE=1"@b.test> SIZE=2'), mail('<"a> SIZE=1"@b.test>', { size: 2 }));
  assert.deepEqual(parse(String.raw`RCPT TO:<"a\">"@b.test>`), rcpt(String.raw`<"a\">"@b.test>`));
});

test('parseCommand() knows no other verbs', () => {
  const samples = [
    ['', ''],
    [' EHLO x', ''],
    ['TURN', 'TURN'],
    ['XADR x', 'XADR'],
    ['BDAT5 LAST', 'BDAT5'],
    ['BURL imap://x', 'BURL'],
    ['DATAX', 'DATAX'],
    ['MAIL: x', 'MAIL:'],
    ['EHLOO', 'EHLOO'],
    ['__proto__ x', '__proto__'],
    ['constructor', 'constructor'],
    ['hasOwnProperty', 'hasOwnProperty'],
    ['GET / HTTP/1.1', 'GET'],
    ['x'.repeat(50), 'x'.repeat(16)],
    ['\0\0', ''],
    ['MA\u00cfL FROM:<>', 'MA'],
    ['\u017fTARTTLS'.replace('\u017f', '\xff'), ''],
    ['.', '.'],
  ] as const;
  for (const [line, word] of samples)
    assert.deepEqual(parse(line), { verb: 'UNKNOWN', word }, JSON.stringify(line));
});

test('parseCommand() refuses control and 8-bit octets in a command', () => {
  for (const octet of ['\0', '\t', '\n', '\r', '\x1f', '\x7f', '\x80', '\xa0', '\xff']) {
    for (const line of [`MAIL FROM:<a${octet}@b.test>`, `EHLO${octet}x`, `NOOP ${octet}`, `DATA${octet}`]) {
      assert.deepEqual(problem(line), { kind: 'octets' }, JSON.stringify(line));
    }
  }
});

test('parseCommand() says what is wrong with a verb of ours', () => {
  // prettier-ignore
  const syntax = [
    'EHLO', 'EHLO ', 'HELO', 'EHLO a b', 'EHLO "a"', 'EHLO a<b', 'EHLO a(b', 'EHLO a;b', 'EHLO a\\b', 'HELO a,b',
    'MAIL', 'MAIL FROM', 'MAIL FROM:', 'MAIL FROM: ', 'MAIL TO:<a@b.test>', 'MAIL  FROM:<a@b.test>',
    'MAIL FROM :<a@b.test>', 'MAIL <a@b.test>', 'MAIL FROM:<a@b.test> SIZE=', 'MAIL FROM:<a@b.test> =1',
    'MAIL FROM:<a@b.test> __proto__=1', 'MAIL FROM:<a@b.test> SIZE=1=2', 'MAIL FROM:<a@b.test> -X',
    'RCPT', 'RCPT TO', 'RCPT TO:', 'RCPT FROM:<a@b.test>', 'RCPT TO:<a@b.test> =',
    'DATA now', 'RSET x', 'QUIT please', 'STARTTLS x', 'VRFY', 'VRFY ', 'EXPN',
    'AUTH', 'AUTH ', 'AUTH  PLAIN', 'AUTH PLAIN a b', 'AUTH PL.AIN', `AUTH ${'A'.repeat(21)}`,
  ];
  for (const line of syntax) assert.deepEqual(problem(line), { kind: 'syntax' }, line);

  const addresses = [
    ['MAIL FROM:a@b.test', 'brackets', 0],
    ['MAIL FROM:<a@b.test', 'brackets', 0],
    ['MAIL FROM:<a@b.test SIZE=1', 'brackets', 0],
    ['MAIL FROM:<a@b.test>SIZE=1', 'brackets', 10],
    ['MAIL FROM: <a>', 'noDomain', 2],
    ['RCPT TO:<>', 'empty', 1],
    ['RCPT TO:bob', 'brackets', 0],
    ['RCPT TO:<a@b@c.test>', 'domain', 4],
    ['RCPT TO:<a@b.test>, <c@d.test>', 'brackets', 10],
    [`RCPT TO:<a@${'b.'.repeat(1000)}test>`, 'tooLong', 256],
  ] as const;
  for (const [line, error, position] of addresses) {
    assert.deepEqual(problem(line), { kind: 'address', error: { error, position } }, line);
  }
});

test('parseCommand() parses the parameters of MAIL', () => {
  const line = 'MAIL FROM:<a@b.test> ';
  assert.deepEqual(
    parse(`${line}size=1000 Body=8bitMIME AUTH=a+2Bb@c.test`),
    mail('<a@b.test>', { size: 1000, body: '8BITMIME', auth: 'a+2Bb@c.test' }),
  );
  assert.deepEqual(parse(`${line}AUTH=<>`), mail('<a@b.test>', { auth: '<>' }));
  assert.deepEqual(parse(`${line}SIZE=${'9'.repeat(20)}`), mail('<a@b.test>', { size: 1e20 }));
  // prettier-ignore
  const bad = [
    'SIZE', 'SIZE=-1', 'SIZE=1k', 'SIZE=0x10', `SIZE=${'1'.repeat(21)}`, 'SIZE=1 SIZE=1', 'SIZE=0 size=0',
    'BODY', 'BODY=16BIT', 'BODY=8BITMIME BODY=7BIT', 'AUTH', 'AUTH=a+b', 'AUTH=a+2b', 'AUTH=<> AUTH=<>',
    'SMTPUTF8=yes', 'SMTPUTF8 SMTPUTF8', 'REQUIRETLS=1', 'REQUIRETLS REQUIRETLS', 'RET', 'RET=BODY', 'RET=FULL RET=HDRS',
    'ENVID', 'ENVID=+', 'ENVID=+2g', 'ENVID=+0A', 'ENVID=+00', 'ENVID=+7F', 'ENVID=+FF', 'ENVID=a ENVID=a',
    'BY', 'BY=1', 'BY=;R', 'BY=1;X', 'BY=1;RX', 'BY=1;RTT', 'BY=0;R', 'BY=-1;R', 'BY=-0;RT', 'BY=1234567890;N', 'BY=1.5;N',
    'BY=--1;N', 'BY=1;N BY=1;N', 'HOLDFOR', 'HOLDFOR=0', 'HOLDFOR=01', 'HOLDFOR=-1', 'HOLDFOR=1234567890', 'HOLDUNTIL',
    'HOLDUNTIL=1', 'HOLDUNTIL=2026-02-30T00:00:00Z', 'HOLDUNTIL=2026-11-24T12:00:00', 'HOLDUNTIL=2026-11-24',
  ];
  for (const parameter of bad) {
    const name = /^[A-Z0-9]+/.exec(parameter)?.[0];
    assert.deepEqual(problem(`${line}${parameter}`), { kind: 'badParameter', name }, parameter);
  }
  const twice = { kind: 'badParameter', name: 'HOLDUNTIL' };
  assert.deepEqual(problem(`${line}HOLDFOR=5 HOLDUNTIL=2026-11-24T12:00:00Z`), twice);
  for (const name of ['NOTIFY', 'ORCPT', 'MT-PRIORITY', 'constructor', 'toString', 'X-1']) {
    const unknown = { kind: 'unknownParameter', name: name.toUpperCase() };
    assert.deepEqual(problem(`${line}${name}`), unknown);
    assert.deepEqual(problem(`${line}SIZE=1 ${name}=x`), unknown);
  }
});

test('parseCommand() parses what the extensions add to MAIL', () => {
  const samples: readonly (readonly [string, MailParameters])[] = [
    ['BODY=BinaryMime', { body: 'BINARYMIME' }],
    ['smtputf8', { smtpUtf8: true }],
    ['REQUIRETLS', { requireTls: true }],
    ['RET=full ENVID=QQ314159', { ret: 'FULL', envelopeId: 'QQ314159' }],
    ['RET=HDRS ENVID=a+20b+2B+3D+41', { ret: 'HDRS', envelopeId: 'a b+=A' }],
    ['BY=120;R', { by: { seconds: 120, mode: 'return', trace: false } }],
    ['BY=+120;nT', { by: { seconds: 120, mode: 'notify', trace: true } }],
    ['BY=-999999999;N', { by: { seconds: -999_999_999, mode: 'notify', trace: false } }],
    ['BY=-0;N', { by: { seconds: 0, mode: 'notify', trace: false } }],
    ['BY=1;RT', { by: { seconds: 1, mode: 'return', trace: true } }],
    ['HOLDFOR=999999999', { hold: { kind: 'for', seconds: 999_999_999 } }],
    ['HOLDUNTIL=2026-11-24T12:00:00Z', { hold: { kind: 'until', at: Date.UTC(2026, 10, 24, 12) } }],
    ['HOLDUNTIL=2026-11-24t12:00:00+01:00', { hold: { kind: 'until', at: Date.UTC(2026, 10, 24, 11) } }],
  ];
  for (const [text, parameters] of samples) {
    assert.deepEqual(parse(`MAIL FROM:<a@b.test> ${text}`), mail('<a@b.test>', parameters), text);
  }
  assert.equal(parse(`MAIL FROM:<> ENVID=${'x'.repeat(100)}`).verb, 'MAIL');
  assert.equal(parse(`MAIL FROM:<> ENVID=${'+41'.repeat(100)}`).verb, 'MAIL');
  assert.deepEqual(problem(`MAIL FROM:<> ENVID=${'x'.repeat(101)}`), { kind: 'badParameter', name: 'ENVID' });
  assert.deepEqual(problem(`MAIL FROM:<> ENVID=${'+41'.repeat(101)}`), {
    kind: 'badParameter',
    name: 'ENVID',
  });
});

test('parseCommand() parses the parameters of RCPT', () => {
  const line = 'RCPT TO:<a@b.test>';
  const samples: readonly (readonly [string, RcptParameters])[] = [
    ['NOTIFY=never', { notify: 'never' }],
    ['Notify=FAILURE', { notify: ['failure'] }],
    ['NOTIFY=DELAY,success,FAILURE,delay', { notify: ['success', 'failure', 'delay'] }],
    ['ORCPT=rfc822;a+2Bb@c.test', { originalRecipient: 'rfc822;a+2Bb@c.test' }],
    ['ORCPT=RFC822;a+20b@c.test NOTIFY=NEVER', { originalRecipient: 'RFC822;a+20b@c.test', notify: 'never' }],
    ['ORCPT=x400;/C+3Dus/', { originalRecipient: 'x400;/C+3Dus/' }],
    ['ORCPT=rfc822;a;b', { originalRecipient: 'rfc822;a;b' }],
    [String.raw`ORCPT=utf-8;b\x{F6}b@c.test`, { originalRecipient: String.raw`utf-8;b\x{F6}b@c.test` }],
    [
      String.raw`ORCPT=UTF-8;\x{1F600}\x{2B}\x{20}`,
      { originalRecipient: String.raw`UTF-8;\x{1F600}\x{2B}\x{20}` },
    ],
  ];
  for (const [text, parameters] of samples) {
    assert.deepEqual(parse(`${line} ${text}`), rcpt('<a@b.test>', parameters), text);
  }
  // prettier-ignore
  const bad = [
    'NOTIFY', 'NOTIFY=NEVER,FAILURE', 'NOTIFY=FAILURE,NEVER', 'NOTIFY=ALWAYS', 'NOTIFY=,', 'NOTIFY=FAILURE,', 'NOTIFY=toString',
    'NOTIFY=NEVER NOTIFY=NEVER', 'ORCPT', 'ORCPT=a@b.test', 'ORCPT=;a@b.test', 'ORCPT=rfc822;', 'ORCPT=rfc822;a+b',
    'ORCPT=rfc822;a+2b', 'ORCPT=rfc822;+0D+0A', 'ORCPT=rfc822;+00', 'ORCPT=rfc822;+FF', 'ORCPT=rf_c;a', 'ORCPT=8;a',
    `ORCPT=${'x'.repeat(33)};a`, 'ORCPT=rfc822;a ORCPT=rfc822;a',
    // A HEXPOINT is short, in capitals, a scalar value, and no character that stands for itself.
    ...['', '0', 'D', '0D', '00', '1B', '7F', '85', '41', 'f6', '0F6', '00F6', 'D800', 'DFFF', 'FDD0', 'FFFF', '202E',
      '110000', '10FFFF', '1000000'].map((point) => `ORCPT=utf-8;a\\x{${point}}`),
    'ORCPT=utf-8;a+2Bb', 'ORCPT=utf-8;a\\b', 'ORCPT=utf-8;a\\x{F6', 'ORCPT=utf-8;a\\u{F6}',
  ];
  for (const parameter of bad) {
    const name = /^[A-Z]+/.exec(parameter)?.[0];
    assert.deepEqual(problem(`${line} ${parameter}`), { kind: 'badParameter', name }, parameter);
  }
  for (const name of ['SIZE', 'RET', 'ENVID', 'toString', '__proto__'.slice(2, 7), 'constructor']) {
    assert.deepEqual(problem(`${line} ${name}=x`), { kind: 'unknownParameter', name: name.toUpperCase() });
  }
  assert.deepEqual(problem(`${line} __proto__=x`), { kind: 'syntax' });
});

test('parseCommand() holds the limit of ORCPT, as it is passed on', () => {
  const orcpt = (address: string): Command =>
    parse(Buffer.from(`RCPT TO:<a@b.test> ORCPT=${address}`).toString('latin1'));
  assert.equal(orcpt(`rfc822;${'x'.repeat(493)}`).verb, 'RCPT');
  assert.equal(orcpt(`rfc822;${'x'.repeat(494)}`).verb, 'MALFORMED');
  assert.equal(orcpt(`utf-8;${'ö'.repeat(82)}xx`).verb, 'RCPT');
  assert.equal(orcpt(`utf-8;${'ö'.repeat(82)}xxx`).verb, 'MALFORMED');
});

/** Parses a line that is written in UTF-8. */
function utf8(line: string): Command {
  return parseCommand(Buffer.from(line), NO_COMPAT);
}

test('parseCommand() takes UTF-8 where RFC 6531 has it', () => {
  assert.deepEqual(
    utf8('MAIL FROM:<böb@bücher.test> SMTPUTF8 BODY=8BITMIME'),
    mail('<böb@bücher.test>', { smtpUtf8: true, body: '8BITMIME' }),
  );
  assert.deepEqual(utf8('RCPT TO:<"ö >"@b.test>'), rcpt('<"ö >"@b.test>'));
  assert.deepEqual(
    utf8('RCPT TO:<a@b.test> ORCPT=utf-8;böb\u{1f600}@c.test'),
    rcpt('<a@b.test>', { originalRecipient: String.raw`utf-8;b\x{F6}b\x{1F600}@c.test` }),
  );
  assert.deepEqual(utf8('VRFY böb SMTPUTF8'), { verb: 'VRFY', argument: 'böb SMTPUTF8' });
  for (const path of ['<böb@b.test>', '<bob@bücher.test>', '<@bücher.test:bob@b.test>']) {
    const command = utf8(`MAIL FROM:${path}`);
    assert.deepEqual(command, { verb: 'MALFORMED', of: 'MAIL', problem: { kind: 'needsSmtpUtf8' } });
    assert.deepEqual(utf8(`RCPT TO:${path}`), rcpt(path));
  }
});

test('parseCommand() refuses UTF-8 everywhere else, and what is no UTF-8 everywhere', () => {
  const OCTETS = { kind: 'octets' };
  const elsewhere = [
    'EHLO bücher.test',
    'HELO ü',
    'LHLO ü',
    'DATA ü',
    'BDAT 1 ü',
    'BDAT ٣',
    'NOOP ü',
    'HELP ü',
    'AUTH PLAIN ü',
    'ETRN bücher.test',
    'XCLIENT NAME=ü',
    'STARTTLS ü',
    'MAIL FROM:<a@b.test> ENVID=ü',
    'MAIL FROM:<a@b.test> SMTPUTF8=ü',
    'MAIL FROM:<a@b.test> ü',
  ];
  for (const line of elsewhere) {
    const command = utf8(line);
    assert.deepEqual(command.verb === 'MALFORMED' && command.problem, OCTETS, line);
  }
  const octets = [
    '\xff',
    '\xc0\xae',
    '\xe0\x80\xaf',
    '\xed\xa0\x80',
    '\xf4\x90\x80\x80',
    '\xc3',
    '\xef\xbf\xbf',
    '\xc2\x85',
  ];
  for (const bad of [
    ...octets,
    Buffer.from('\u202e').toString('latin1'),
    Buffer.from('\u200b').toString('latin1'),
  ]) {
    for (const line of [
      `MAIL FROM:<a${bad}@b.test> SMTPUTF8`,
      `RCPT TO:<a@b.test> ORCPT=utf-8;${bad}`,
      `VRFY ${bad}`,
    ]) {
      assert.deepEqual(problem(line), OCTETS, JSON.stringify(line));
    }
  }
  assert.deepEqual(utf8('RCPT TO:<a@b.test> ORCPT=rfc822;ö'), {
    verb: 'MALFORMED',
    of: 'RCPT',
    problem: { kind: 'badParameter', name: 'ORCPT' },
  });
  assert.deepEqual(utf8('RCPT TO:<a@b.test> NOTÏFY=NEVER'), {
    verb: 'MALFORMED',
    of: 'RCPT',
    problem: { kind: 'syntax' },
  });
});

test('parseCommand() parses what ETRN asks for', () => {
  const domain = (text: string): Domain => parseDomain(text) ?? assert.fail(text);
  const samples: readonly (readonly [string, EtrnTarget])[] = [
    ['b.test', { kind: 'domain', domain: domain('b.test'), subdomains: false }],
    ['@B.Test', { kind: 'domain', domain: domain('b.test'), subdomains: true }],
    ['#queue-1', { kind: 'queue', name: 'queue-1' }],
    [`#${'q'.repeat(64)}`, { kind: 'queue', name: 'q'.repeat(64) }],
  ];
  for (const [text, target] of samples) assert.deepEqual(parse(`ETRN ${text}`), { verb: 'ETRN', target });
  for (const text of [
    '',
    '@',
    '#',
    '@@b.test',
    '#@b',
    '-x',
    'a b',
    'b..test',
    '[192.0.2.1]',
    `#${'q'.repeat(65)}`,
    '__proto__',
  ]) {
    assert.deepEqual(problem(`ETRN ${text}`), { kind: 'syntax' }, text);
  }
});

test('parseCommand() parses the attributes of XCLIENT', () => {
  const command = parse(
    'XCLIENT name=[unavailable] ADDR=IPV6:2001:db8::1  HELO=a+2Bb PORT=25 LOGIN=[TempUnavail]',
  );
  assert.deepEqual(command, {
    verb: 'XCLIENT',
    attributes: new Map([
      ['NAME', '[UNAVAILABLE]'],
      ['ADDR', 'IPV6:2001:db8::1'],
      ['HELO', 'a+b'],
      ['PORT', '25'],
      ['LOGIN', '[TEMPUNAVAIL]'],
    ]),
  });
  for (const text of ['', 'ADDR', 'ADDR=', '=1', 'ADDR =1', '__proto__=1']) {
    assert.deepEqual(problem(`XCLIENT ${text}`), { kind: 'syntax' }, text);
  }
  for (const text of [
    'ADDR=1 ADDR=1',
    'ADDR=1 addr=1',
    'constructor=1',
    'X=1',
    'NAME=+0D+0AQUIT',
    'NAME=a+b',
    'NAME=a=b',
  ]) {
    assert.equal(JSON.stringify(problem(`XCLIENT ${text}`)).includes('badParameter'), true, text);
  }
});

test('parseCommand() parses the attributes of XFORWARD', () => {
  const command = parse(
    'xforward NAME=[tempunavail] addr=ipv6:2001:db8::1 PORT=0 PROTO=SMTP HELO=a+2Bb IDENT=4Q1 SOURCE=local',
  );
  assert.deepEqual(command, {
    verb: 'XFORWARD',
    attributes: new Map([
      ['NAME', undefined],
      ['ADDR', '2001:db8::1'],
      ['PORT', '0'],
      ['PROTO', 'SMTP'],
      ['HELO', 'a+b'],
      ['IDENT', '4Q1'],
      ['SOURCE', 'LOCAL'],
    ]),
  });
  for (const text of ['', 'ADDR', 'ADDR=', '=1', 'ADDR =1', '__proto__=1'])
    assert.deepEqual(problem(`XFORWARD ${text}`), { kind: 'syntax' }, text);
  for (const text of ['PORT=1 port=1', 'constructor=1', 'LOGIN=x', 'PORT=65536', 'PORT=1e3', 'SOURCE=x'])
    assert.equal(JSON.stringify(problem(`XFORWARD ${text}`)).includes('badParameter'), true, text);
});

test('parseCommand() holds the limits of names', () => {
  assert.equal(parse(`EHLO ${'x'.repeat(255)}`).verb, 'EHLO');
  assert.equal(parse(`EHLO ${'x'.repeat(256)}`).verb, 'MALFORMED');
  assert.equal(parse(`AUTH ${'X'.repeat(20)}`).verb, 'AUTH');
  assert.equal(parse(`AUTH ${'X'.repeat(21)}`).verb, 'MALFORMED');
  assert.deepEqual(problem(`MAIL FROM:<> ${'X'.repeat(64)}`), {
    kind: 'unknownParameter',
    name: 'X'.repeat(64),
  });
  assert.deepEqual(problem(`MAIL FROM:<> ${'X'.repeat(65)}`), { kind: 'syntax' });
});

test('parseCommand() accepts a greeting without a name where that is configured', () => {
  const compat = { ...NO_COMPAT, ehloWithoutName: true };
  for (const verb of ['EHLO', 'HELO'] as const) {
    for (const line of [verb, `${verb} `]) {
      assert.deepEqual(parse(line, compat), { verb, name: '' });
      assert.equal(parse(line).verb, 'MALFORMED');
    }
    assert.equal(parse(`${verb} a b`, compat).verb, 'MALFORMED');
  }
});

test('parseCommand() gives back what was written', () => {
  const local = fc.oneof(
    fc.stringMatching(/^[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,20}$/),
    fc.stringMatching(/^[ !#-[\]-~]{0,20}$/).map((text) => `"${text}"`),
  );
  const host = fc.constantFrom('b.test', 'x.y.test', '[192.0.2.1]', '[IPv6:2001:db8::1]');
  const path = fc.tuple(local, host).map(([left, right]) => `<${left}@${right}>`);
  const parameters = fc.record(
    {
      size: fc.nat(),
      body: fc.constantFrom('7BIT' as const, '8BITMIME' as const, 'BINARYMIME' as const),
      ret: fc.constantFrom('FULL' as const, 'HDRS' as const),
      auth: fc.constantFrom('<>', 'a@b.test', 'a+20b'),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  fc.assert(
    fc.property(path, parameters, (text, given) => {
      const written = Object.entries(given).map(([name, value]) => ` ${name.toUpperCase()}=${value}`);
      assert.deepEqual(parse(`MAIL FROM:${text}${written.join('')}`), mail(text, given));
      assert.deepEqual(parse(`RCPT TO:${text}`), rcpt(text));
    }),
  );
});

test('parseCommand() has an answer to everything', () => {
  // prettier-ignore
  const word = fc.constantFrom(
    'MAIL', 'RCPT', 'FROM:', 'TO:', 'AUTH', 'EHLO', ' ', '<', '>', '@', '"', '\\', 'a', 'b.test', ':', ',', '=',
    'SIZE=', 'BODY=', 'BDAT ', 'LHLO', 'ETRN ', 'XCLIENT ', 'XFORWARD ', 'ORCPT=', 'utf-8;', '\\x{', 'SMTPUTF8', 'NOTIFY=', 'ENVID=', '\xc3\xb6', '[', ']', '\t', '\0', '\xff', '.', 'VRFY', 'x',
  );
  const octets = fc.oneof(
    fc.array(word, { maxLength: 20 }).map((words) => latin1(words.join(''))),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(octets, (line) => {
      const command = parseCommand(line, NO_COMPAT);
      if (command.verb === 'UNKNOWN') assert.match(command.word, /^[!-~]{0,16}$/);
      // A legal command has no octets that could do harm where it is repeated.
      else if (command.verb !== 'MALFORMED') {
        const texts = JSON.stringify('attributes' in command ? [...command.attributes] : command);
        assert.equal(firstUnfit(texts), -1);
      }
    }),
    { numRuns: 3000 },
  );
});

test('parseCommand() takes time in proportion to the line', () => {
  for (const piece of ['@', ' ', '"', '(', '.', '<', '\\', '>', '+', '=', '+2B', 'a=b ', ':', '\0', 'é']) {
    const text = piece.repeat(250_000);
    for (const start of [
      '',
      'MAIL FROM:',
      'MAIL FROM:<',
      'MAIL FROM:<"',
      'MAIL FROM:<> AUTH=',
      'RCPT TO:<> ',
      'RCPT TO:<a@b.test> ORCPT=utf-8;',
      'RCPT TO:<a@b.test> NOTIFY=',
      'XCLIENT NAME=',
      'XFORWARD HELO=',
      'ETRN @',
      'BDAT ',
    ]) {
      const { verb } = parse(`${start}${text}`);
      assert.ok(['MALFORMED', 'UNKNOWN', 'MAIL', 'RCPT', 'XCLIENT'].includes(verb));
    }
    for (const start of ['EHLO ', 'AUTH PLAIN ', 'VRFY ', 'DATA ']) assert.ok(parse(`${start}${text}`).verb);
  }
});
