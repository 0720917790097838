import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isAddressError, parseForwardPath, parseReversePath } from '../mail/mod.ts';
import { parseCommand } from './command.ts';
import { latin1 } from './testing/splits.ts';
import { NO_COMPAT, type Command, type Compat, type MailParameters } from './types.ts';

function parse(line: string, compat: Compat = NO_COMPAT): Command {
  return parseCommand(latin1(line), compat);
}

function mail(path: string, parameters: MailParameters = {}): Command {
  const from = parseReversePath(path);
  if (isAddressError(from)) assert.fail(path);
  return { verb: 'MAIL', from, parameters };
}

function rcpt(path: string): Command {
  const to = parseForwardPath(path);
  if (isAddressError(to)) assert.fail(path);
  return { verb: 'RCPT', to };
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
    ['MAIL FROM:<Bob@B.test>', mail('<Bob@B.test>')],
    ['mail from:<>', mail('<>')],
    ['RCPT TO:<bob@b.test>', rcpt('<bob@b.test>')],
    ['rcpt to:<Postmaster>', rcpt('<postmaster>')],
    ['RCPT TO:<@a.test,@b.test:bob@b.test>', rcpt('<@a.test,@b.test:bob@b.test>')],
    ['DATA', { verb: 'DATA' }],
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
    ['XCLIENT ADDR=192.0.2.1', 'XCLIENT'],
    ['BDAT 5 LAST', 'BDAT'],
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
    'BODY', 'BODY=BINARYMIME', 'BODY=8BITMIME BODY=7BIT', 'AUTH', 'AUTH=a+b', 'AUTH=a+2b', 'AUTH=<> AUTH=<>',
  ];
  for (const parameter of bad) {
    const name = parameter.slice(0, 4);
    assert.deepEqual(problem(`${line}${parameter}`), { kind: 'badParameter', name }, parameter);
  }
  for (const name of ['SMTPUTF8', 'RET', 'ENVID', 'constructor', 'X-1']) {
    const unknown = { kind: 'unknownParameter', name: name.toUpperCase() };
    assert.deepEqual(problem(`${line}${name}`), unknown);
    assert.deepEqual(problem(`${line}SIZE=1 ${name}=x`), unknown);
  }
});

test('parseCommand() offers no parameters of RCPT', () => {
  for (const name of ['NOTIFY', 'ORCPT', 'SIZE', 'toString']) {
    assert.deepEqual(problem(`RCPT TO:<a@b.test> ${name}=x`), {
      kind: 'unknownParameter',
      name: name.toUpperCase(),
    });
  }
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
      body: fc.constantFrom('7BIT' as const, '8BITMIME' as const),
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
    'SIZE=', 'BODY=', '[', ']', '\t', '\0', '\xff', '.', 'VRFY', 'x',
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
      else if (command.verb !== 'MALFORMED') assert.doesNotMatch(JSON.stringify(command), /[^ -~]/);
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
    ]) {
      assert.ok(['MALFORMED', 'UNKNOWN', 'MAIL'].includes(parse(`${start}${text}`).verb));
    }
    for (const start of ['EHLO ', 'AUTH PLAIN ', 'VRFY ', 'DATA ']) assert.ok(parse(`${start}${text}`).verb);
  }
});
