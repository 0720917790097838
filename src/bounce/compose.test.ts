import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { headerFields, splitHeader } from '../mail/mod.ts';
import { composeNotification } from './compose.ts';
import { RETURNED_OCTETS } from './original.ts';
import type { Report, ReportedRecipient, ReportKind } from './types.ts';

const refused: ReportedRecipient = {
  address: 'bob@other.example',
  original: 'bob@other.example',
  originalRecipient: undefined,
  status: '5.1.1',
  reply: '550 5.1.1 No such user here',
  remote: 'mail.other.example [192.0.2.1]:25',
  expired: false,
};

const report: Report = {
  hostname: 'mail.contoso.example',
  id: '01JD0000000000ZZ',
  date: Date.UTC(2026, 10, 24, 10, 0, 5),
  boundary: 'uXq7f0a2b4c6d8e0',
  sender: 'alice@contoso.example',
  receivedAt: Date.UTC(2026, 10, 24, 10, 0, 0),
  triedAt: Date.UTC(2026, 10, 24, 10, 0, 4),
  retryUntil: Date.UTC(2026, 10, 29, 10, 0, 0),
  recipients: [refused],
  envelopeId: undefined,
  deliverBy: undefined,
  holdUntil: undefined,
  smtpUtf8: false,
  whole: false,
  start: Buffer.from(
    'Received: from pc ([192.168.10.7])\r\nMessage-ID: <1@contoso.example>\r\nSubject: Minutes\r\n\r\nSecret body\r\n',
  ),
};

const composeDsn = (about: Report): Buffer => composeNotification(about, 'failure').bytes;
const composeDelayWarning = (about: Report): Buffer => composeNotification(about, 'delay').bytes;

interface Part {
  readonly type: string;
  readonly encoding: string;
  readonly content: string;
}

interface Parsed {
  readonly names: readonly string[];
  readonly fields: ReadonlyMap<string, string>;
  readonly parts: readonly Part[];
}

/** Reads a notification as RFC 2046 5.1.1 says, and fails on anything out of place. */
function parse(message: Buffer): Parsed {
  const { header, bodyOffset } = splitHeader(message);
  const fields = [...headerFields(header)];
  const byName = new Map(fields.map(({ name, value }) => [name, value]));
  const boundary = /boundary="([0-9A-Za-z]+)"/.exec(byName.get('Content-Type') ?? '')?.[1];
  assert.ok(boundary);
  const [preamble, ...rest] = `\r\n${message.toString('latin1', bodyOffset)}`.split(`\r\n--${boundary}`);
  const epilogue = rest.pop();
  assert.deepEqual([preamble, epilogue], ['', '--\r\n']);
  const parts = rest.map((text) => {
    assert.ok(text.startsWith('\r\n'));
    const part = splitHeader(Buffer.from(text.slice(2), 'latin1'));
    const own = new Map([...headerFields(part.header)].map(({ name, value }) => [name, value]));
    assert.deepEqual([...own.keys()], ['Content-Type', 'Content-Transfer-Encoding']);
    return {
      type: own.get('Content-Type') ?? '',
      encoding: own.get('Content-Transfer-Encoding') ?? '',
      content: text.slice(2 + part.bodyOffset),
    };
  });
  return { names: fields.map(({ name }) => name), fields: byName, parts };
}

const HEADER = [
  'From',
  'To',
  'Subject',
  'Date',
  'Message-ID',
  'Auto-Submitted',
  'MIME-Version',
  'Content-Type',
];

function assertTypes({ parts }: Parsed, types: readonly string[]): void {
  assert.deepEqual(
    parts.map(({ type }) => type),
    types,
  );
}

const THREE = ['text/plain; charset=utf-8', 'message/delivery-status', 'text/rfc822-headers'];

describe('composeNotification() of a failure', () => {
  test('writes the header that RFC 6522 and RFC 3834 ask for', () => {
    const { names, fields } = parse(composeDsn(report));
    assert.deepEqual(names, [...HEADER.slice(0, 5), 'In-Reply-To', 'References', ...HEADER.slice(5)]);
    assert.equal(fields.get('From'), 'Mail Delivery System <mailer-daemon@mail.contoso.example>');
    assert.equal(fields.get('To'), '<alice@contoso.example>');
    assert.equal(fields.get('Subject'), 'Not delivered: your message to bob@other.example');
    assert.equal(fields.get('Date'), 'Tue, 24 Nov 2026 10:00:05 +0000');
    assert.equal(fields.get('Message-ID'), '<01JD0000000000ZZ@mail.contoso.example>');
    assert.equal(fields.get('Auto-Submitted'), 'auto-replied');
    assert.equal(fields.get('In-Reply-To'), '<1@contoso.example>');
    assert.match(
      fields.get('Content-Type') ?? '',
      /^multipart\/report; report-type=delivery-status; boundary=/,
    );
  });

  test('writes the delivery status of RFC 3464', () => {
    const parsed = parse(composeDsn(report));
    assertTypes(parsed, THREE);
    assert.equal(
      parsed.parts[1]?.content,
      [
        'Reporting-MTA: dns; mail.contoso.example',
        'Arrival-Date: Tue, 24 Nov 2026 10:00:00 +0000',
        '',
        'Final-Recipient: rfc822; bob@other.example',
        'Action: failed',
        'Status: 5.1.1',
        'Remote-MTA: dns; mail.other.example',
        'Diagnostic-Code: smtp; 550 5.1.1 No such user here',
        'Last-Attempt-Date: Tue, 24 Nov 2026 10:00:04 +0000',
        '',
      ].join('\r\n'),
    );
  });

  test('tells until when and from when on the sender wanted it delivered (RFC 2852 5, RFC 4865 5.1.2)', () => {
    const deliverBy = Date.UTC(2026, 10, 25, 9, 0, 0, 7);
    const asked = { ...report, deliverBy, holdUntil: Date.UTC(2026, 10, 25, 8, 0, 0, 7) };
    assert.ok(
      parse(composeDsn(asked)).parts[1]?.content.startsWith(
        [
          'Reporting-MTA: dns; mail.contoso.example',
          'Arrival-Date: Tue, 24 Nov 2026 10:00:00 +0000',
          'Deliver-By-Date: Wed, 25 Nov 2026 09:00:00 +0000',
          'Future-Release-Request: until;2026-11-25T08:00:00Z',
          '',
        ].join('\r\n'),
      ),
    );
  });

  test('does not say of a message with a time to deliver by that the sender asked to hear of its delivery', () => {
    const words = (deliverBy: number | undefined): string =>
      (
        parse(composeNotification({ ...report, deliverBy }, 'relayed').bytes).parts[0]?.content ?? ''
      ).replaceAll(/\s+/g, ' ');
    assert.match(words(undefined), /as you asked to be told, is not known;/);
    assert.match(
      words(report.date),
      /Whether it keeps to the time that you gave, and whether it tells you more, is not known;/,
    );
  });

  test('tells people what happened, to whom, what was said, and what to do', () => {
    assert.equal(
      parse(composeDsn(report)).parts[0]?.content,
      [
        'Your message could not be delivered to this recipient, and will not be',
        'tried again.',
        '',
        '  bob@other.example',
        '',
        '    mail.other.example [192.0.2.1]:25 answered:',
        '      550 5.1.1 No such user here',
        '',
        '    There is no such mailbox. Please check the part before the @, or ask',
        '    for the right address.',
        '',
        'mail.contoso.example received your message on Tue, 24 Nov 2026 10:00:00',
        '+0000. Its header is attached.',
        'This was written by a program: nobody reads answers to it. Your mail',
        'administrator can help.',
        '',
      ].join('\r\n'),
    );
  });

  test('returns the header of the original and nothing of its body', () => {
    const message = composeDsn(report);
    assert.equal(
      parse(message).parts[2]?.content,
      'Received: from pc ([192.168.10.7])\r\nMessage-ID: <1@contoso.example>\r\nSubject: Minutes\r\n',
    );
    assert.ok(!message.includes('Secret'));
  });

  test('reports several recipients in one message', () => {
    const expired: ReportedRecipient = {
      address: 'carol@new.example',
      original: 'carol@old.example',
      originalRecipient: undefined,
      status: '4.4.7',
      reply: 'connection timed out',
      remote: undefined,
      expired: true,
    };
    const { fields, parts } = parse(composeDsn({ ...report, recipients: [refused, expired] }));
    assert.equal(fields.get('Subject'), 'Not delivered: your message to 2 recipients');
    const blocks = parts[1]?.content.split('\r\n\r\n') ?? [];
    assert.equal(blocks.length, 3);
    assert.equal(
      blocks[2],
      [
        'Original-Recipient: rfc822; carol@old.example',
        'Final-Recipient: rfc822; carol@new.example',
        'Action: failed',
        'Status: 4.4.7',
        'Diagnostic-Code: x-postern; connection timed out',
        'Last-Attempt-Date: Tue, 24 Nov 2026 10:00:04 +0000',
        '',
      ].join('\r\n'),
    );
    assert.match(parts[0]?.content ?? '', /these 2\r\n|these 2 recipients/);
    assert.match(
      parts[0]?.content ?? '',
      / {2}carol@old\.example\r\n {2}\(delivered to carol@new\.example\)/,
    );
    assert.match(parts[0]?.content ?? '', /The attempt ended with:\r\n {6}connection timed out/);
  });

  test('keeps a long diagnostic in folded lines', () => {
    const reply = `550 5.7.1 ${'reason '.repeat(60)}`;
    const message = composeDsn({ ...report, recipients: [{ ...refused, reply }] });
    const status = parse(message).parts[1]?.content ?? '';
    for (const line of status.split('\r\n')) assert.ok(line.length <= 78);
    assert.ok(status.replaceAll('\r\n ', ' ').includes(reply.trim()));
  });

  test('encodes a diagnostic that is not ASCII', () => {
    const { parts } = parse(
      composeDsn({ ...report, recipients: [{ ...refused, reply: '550 Boîte pleine' }] }),
    );
    assert.match(parts[1]?.content ?? '', /^Diagnostic-Code: smtp; =\?utf-8\?B\?[A-Za-z0-9+/]+=*\?=\r$/m);
    assert.equal(parts[0]?.encoding, 'quoted-printable');
    assert.match(parts[0]?.content ?? '', /550 Bo=C3=AEte pleine/);
  });

  test('encodes a header that is not 7-bit', () => {
    const start = Buffer.from('Subject: Prüfung\r\n\r\n');
    const part = parse(composeDsn({ ...report, start })).parts[2];
    assert.deepEqual([part?.encoding, part?.content], ['quoted-printable', 'Subject: Pr=C3=BCfung\r\n']);
  });

  test('leaves out the third part when there is no header', () => {
    assertTypes(parse(composeDsn({ ...report, start: Buffer.alloc(0) })), THREE.slice(0, 2));
    assertTypes(parse(composeDsn({ ...report, start: Buffer.from('\r\nbody') })), THREE.slice(0, 2));
    assertTypes(parse(composeDsn({ ...report, start: Buffer.from('no line end') })), THREE.slice(0, 2));
  });

  test('returns at most 64 KiB of header, in whole lines', () => {
    const line = (length: number): string => `X-A: ${'a'.repeat(length - 7)}\r\n`;
    const returned = (start: string): number =>
      parse(composeDsn({ ...report, start: Buffer.from(`${start}\r\nbody`) })).parts[2]?.content.length ?? 0;
    const fits = line(512).repeat(RETURNED_OCTETS / 512);
    assert.equal(returned(fits), RETURNED_OCTETS);
    assert.equal(returned(line(513) + line(512).repeat(RETURNED_OCTETS / 512 - 1)), RETURNED_OCTETS - 511);
    assert.equal(returned(fits + line(512)), RETURNED_OCTETS);
  });

  test('lengthens a boundary that occurs in the content', () => {
    const start = Buffer.from(
      `Subject: a\r\nX-A: --${report.boundary}\r\nX-B: --${report.boundary}0\r\n\r\n`,
    );
    const parsed = parse(composeDsn({ ...report, start }));
    assertTypes(parsed, THREE);
    assert.match(parsed.fields.get('Content-Type') ?? '', new RegExp(`boundary="${report.boundary}00"`));
  });

  test('gives advice that fits the status', () => {
    const letterFor = (recipient: Partial<ReportedRecipient>): string =>
      (
        parse(composeDsn({ ...report, recipients: [{ ...refused, ...recipient }] })).parts[0]?.content ?? ''
      ).replaceAll(/\s+/g, ' ');
    assert.match(letterFor({ status: '5.2.2' }), /mailbox is full/);
    assert.match(letterFor({ status: '5.3.4' }), /smaller one/);
    assert.match(letterFor({ status: '5.1.10' }), /takes no mail at all/);
    assert.match(
      letterFor({ status: '5.7.1' }),
      /rules do not let the message in.* postmaster@other\.example/,
    );
    assert.match(letterFor({ status: '5.0.0', original: 'postmaster' }), /can say more: its postmaster/);
    assert.match(letterFor({ status: '4.4.7', expired: true }), /until its time was up/);
  });
});

describe('composeNotification() of a delay', () => {
  test('says that nothing need be done, and until when it is tried', () => {
    const delayed = { ...refused, status: '4.3.0', reply: '451 4.3.0 try later' };
    const { fields, parts } = parse(composeDelayWarning({ ...report, recipients: [delayed] }));
    assert.equal(fields.get('Subject'), 'Delayed: your message to bob@other.example');
    const status = parts[1]?.content ?? '';
    assert.match(status, /^Action: delayed\r\nStatus: 4\.3\.0\r$/m);
    assert.match(status, /^Will-Retry-Until: Sun, 29 Nov 2026 10:00:00 \+0000\r$/m);
    const letter = (parts[0]?.content ?? '').replaceAll(/\s+/g, ' ');
    assert.match(letter, /You need not do anything: it will be tried until Sun, 29 Nov 2026 10:00:00 \+0000/);
    assert.match(letter, /451 4\.3\.0 try later/);
  });
});

describe('composeNotification() and what was asked for (RFC 3461)', () => {
  const statusOf = (given: Partial<Report>, kind: ReportKind): string =>
    parse(composeNotification({ ...report, ...given }, kind).bytes).parts[1]?.content ?? '';

  for (const [kind, action, subject, words] of [
    ['delivered', 'delivered', 'Delivered', /was delivered to this recipient\. You asked to be told\./],
    ['relayed', 'relayed', 'Handed on', /was handed on to the next mail server\./],
  ] as const) {
    test(`says what was ${kind}`, () => {
      const taken = { ...refused, status: '2.0.0', reply: '250 2.0.0 Kept' };
      const { bytes } = composeNotification({ ...report, recipients: [taken] }, kind);
      const { fields, parts } = parse(bytes);
      assert.equal(fields.get('Subject'), `${subject}: your message to bob@other.example`);
      assert.match((parts[0]?.content ?? '').replaceAll(/\s+/g, ' '), words);
      assert.match(parts[1]?.content ?? '', new RegExp(`^Action: ${action}\\r\nStatus: 2\\.0\\.0\\r$`, 'm'));
      assert.ok(!bytes.includes('Secret'));
    });
  }

  test('gives back the identifier and the recipient that the sender gave', () => {
    const recipients = [{ ...refused, originalRecipient: 'RFC822;Bob+2Btest@Other.example' }] as const;
    const status = statusOf({ envelopeId: 'QQ 314=159', recipients }, 'failure');
    assert.match(status, /^Original-Envelope-Id: QQ 314=159\r\nReporting-MTA/);
    assert.match(status, /^Original-Recipient: rfc822; Bob\+test@Other\.example\r\nFinal-Recipient/m);
    assert.doesNotMatch(statusOf({}, 'failure'), /Original-/);
    const odd = [{ ...refused, originalRecipient: 'rfc822;Bob+0D+0A+2Btest' }] as const;
    assert.match(
      statusOf({ recipients: odd }, 'failure'),
      /^Original-Recipient: rfc822; Bob\+0D\+0A\+2Btest\r$/m,
    );
  });

  test('returns the whole message where it was asked to', () => {
    const { bytes, eightBit } = composeNotification({ ...report, whole: true }, 'failure');
    const { parts } = parse(bytes);
    assertTypes(parse(bytes), [...THREE.slice(0, 2), 'message/rfc822']);
    assert.deepEqual([parts[2]?.content, parts[2]?.encoding], [report.start.toString(), '7bit']);
    assert.match((parts[0]?.content ?? '').replaceAll(/\s+/g, ' '), /\+0000\. It is attached\./);
    assert.equal(eightBit, false);
  });

  test('leaves the octets of an 8-bit message alone and says so', () => {
    const start = Buffer.from('Subject: x\r\n\r\n\u00fc\r\n');
    const { bytes, eightBit, smtpUtf8 } = composeNotification({ ...report, whole: true, start }, 'failure');
    const { parts, fields } = parse(bytes);
    assert.deepEqual([parts[2]?.encoding, eightBit, smtpUtf8], ['8bit', true, false]);
    assert.equal(fields.get('Content-Transfer-Encoding'), '8bit');
    assert.ok(bytes.includes(start));
  });

  for (const [what, start] of [
    ['binary', 'Subject: x\r\n\r\n\0\r\n'],
    ['not made of lines', 'Subject: x\r\n\r\na\nb\r\n'],
    ['made of lines too long', `Subject: x\r\n\r\n${'a'.repeat(999)}\r\n`],
  ] as const) {
    test(`returns the header only of a message that is ${what}`, () => {
      const { bytes } = composeNotification({ ...report, whole: true, start: Buffer.from(start) }, 'failure');
      assertTypes(parse(bytes), THREE);
      assert.match(bytes.toString(), /Its header is attached/);
    });
  }
});

describe('composeNotification() beyond ASCII (RFC 6533)', () => {
  const utf8 = {
    ...report,
    smtpUtf8: true,
    recipients: [{ ...refused, address: 'gr\u00fcn+a@x.example', original: 'gr\u00fcn+a@x.example' }],
    start: Buffer.from('Subject: gr\u00fcn\r\n\r\n'),
  } as const;

  test('stays 7-bit for a sender in ASCII', () => {
    const composed = composeNotification(utf8, 'failure');
    assert.deepEqual([composed.eightBit, composed.smtpUtf8], [false, false]);
    assert.match(composed.bytes.toString('latin1'), /^[\t\r\n\x20-\x7e]*$/);
    const parsed = parse(composed.bytes);
    assertTypes(parsed, [...THREE.slice(0, 2), 'message/global-headers']);
    assert.match(
      parsed.parts[1]?.content ?? '',
      /^Final-Recipient: utf-8; gr\\x\{FC\}n\\x\{2B\}a@x\.example\r$/m,
    );
  });

  test('is a global report for a sender beyond it', () => {
    const sender = '\u7528\u6237@x.example';
    const recipients = [{ ...utf8.recipients[0], originalRecipient: 'utf-8;gr\\x{FC}n@x.example' }] as const;
    const composed = composeNotification({ ...utf8, sender, recipients }, 'failure');
    assert.deepEqual([composed.eightBit, composed.smtpUtf8], [true, true]);
    const text = composed.bytes.toString();
    assert.match(text, /^To: <\u7528\u6237@x\.example>\r$/m);
    assert.match(text, /multipart\/report; report-type=global-delivery-status;/);
    assert.match(
      text,
      /^Content-Type: message\/global-delivery-status\r\nContent-Transfer-Encoding: 8bit\r$/m,
    );
    assert.match(
      text,
      /^Original-Recipient: utf-8; gr\\x\{FC\}n@x\.example\r\nFinal-Recipient: utf-8; gr\u00fcn\+a@x\.example\r$/m,
    );
    assert.match(text, /^Content-Type: message\/global-headers\r$/m);
  });

  test('returns a whole message of that kind as one', () => {
    const { bytes } = composeNotification({ ...utf8, whole: true }, 'failure');
    assertTypes(parse(bytes), [...THREE.slice(0, 2), 'message/global']);
  });
});

/** Texts that try to break out of where they are put. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        '\r\n',
        '\n',
        '\r',
        'Bcc: eve@evil.example',
        `--${report.boundary}`,
        '--',
        '\r\n\r\n',
        ' ',
        '\t',
        '\0',
        'ü',
        '=?utf-8?B?QQ==?=',
        '"',
        '>',
        '@evil.example',
        'a'.repeat(1_200),
        '\u2028',
        '\u0085',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

const hostileRecipient: fc.Arbitrary<ReportedRecipient> = fc.record({
  address: hostile,
  original: hostile,
  originalRecipient: fc.option(hostile, { nil: undefined }),
  status: fc.oneof(hostile, fc.constantFrom('5.1.1', '4.4.7')),
  reply: hostile,
  remote: fc.option(hostile, { nil: undefined }),
  expired: fc.boolean(),
});

const hostileReport: fc.Arbitrary<Report> = fc
  .record({
    hostname: hostile,
    id: hostile,
    boundary: hostile,
    sender: hostile,
    recipients: fc.tuple(hostileRecipient, fc.array(hostileRecipient, { maxLength: 3 })),
    start: fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      hostile.map((text) => Buffer.from(text)),
    ),
  })
  .map(({ recipients: [first, others], ...rest }) => ({
    ...report,
    ...rest,
    recipients: [first, ...others],
  }));

const KINDS = ['failure', 'delay', 'delivered', 'relayed'] as const satisfies readonly ReportKind[];

test('composeNotification() keeps its structure whatever goes in', () => {
  const optional = new Set(['In-Reply-To', 'References', 'Content-Transfer-Encoding']);
  const flags = fc.record({ smtpUtf8: fc.boolean(), whole: fc.boolean() });
  fc.assert(
    fc.property(hostileReport, fc.constantFrom(...KINDS), flags, (given, kind, asked) => {
      const { bytes: message, eightBit, smtpUtf8 } = composeNotification({ ...given, ...asked }, kind);
      const text = message.toString('latin1');
      // No control characters but in what is returned whole, and 7-bit unless it is said.
      if (!asked.whole) assert.match(text, /^[\t\r\n\x20-\x7e\x80-\xff]*$/);
      assert.ok(eightBit || message.every((octet) => octet < 0x7f));
      assert.ok(asked.smtpUtf8 || !smtpUtf8);
      const [head = ''] = text.split('\r\n\r\n', 1);
      assert.equal(head.split('\r\n').includes('Content-Transfer-Encoding: 8bit'), eightBit);
      assert.doesNotMatch(text, /\r(?!\n)|(?<!\r)\n/);
      for (const line of text.split('\r\n')) assert.ok(line.length <= 998);
      const { names, parts } = parse(message);
      assert.deepEqual(
        names.filter((name) => !optional.has(name)),
        HEADER,
      );
      const types = parts.map(({ type }) => type);
      assert.ok(types.length === 2 || types.length === 3);
      assert.equal(types[1], smtpUtf8 ? 'message/global-delivery-status' : THREE[1]);
      assert.match(types[2] ?? '', /^(?:|text\/rfc822-headers|message\/(?:global(?:-headers)?|rfc822))$/);
      const [about, ...blocks] = (parts[1]?.content ?? '').split('\r\n\r\n');
      assert.match(about ?? '', /^Reporting-MTA: [^\r]*(\r\n [^\r]*)*\r\nArrival-Date: [^\r]*$/);
      assert.equal(blocks.length, given.recipients.length);
      for (const block of blocks) {
        const fields = [...headerFields(Buffer.from(`${block.trimEnd()}\r\n`))].map(({ name }) => name);
        const known =
          /^(Original-Recipient )?Final-Recipient Action Status (Remote-MTA )?(Diagnostic-Code )?Last-Attempt-Date( Will-Retry-Until)?$/;
        assert.match(fields.join(' '), known);
      }
    }),
    { numRuns: 300 },
  );
});
