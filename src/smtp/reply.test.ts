import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatReply } from './reply.ts';
import { ReplyReader } from './replyReader.ts';

test('formatReply() writes code, enhanced status and text on every line', () => {
  assert.equal(formatReply({ code: 220, lines: ['mx.test ESMTP'] }), '220 mx.test ESMTP\r\n');
  assert.equal(formatReply({ code: 250, status: '1.5', lines: ['OK'] }), '250 2.1.5 OK\r\n');
  assert.equal(
    formatReply({ code: 550, status: '7.1', lines: ['Relaying', 'is', 'prohibited'] }),
    '550-5.7.1 Relaying\r\n550-5.7.1 is\r\n550 5.7.1 prohibited\r\n',
  );
  assert.equal(formatReply({ code: 451, status: '3.0', lines: ['later'] }), '451 4.3.0 later\r\n');
  assert.equal(formatReply({ code: 334, status: '0.0', lines: ['VXNlcm5hbWU6'] }), '334 VXNlcm5hbWU6\r\n');
});

test('formatReply() lets no text make a reply of its own', () => {
  assert.equal(
    formatReply({ code: 550, status: '7.1', lines: ['a\r\n250 OK\0\t\u00e9\u{1f4ec}\x7f\u010d\u010a'] }),
    '550 5.7.1 a??250 OK????????\r\n',
  );
  fc.assert(
    fc.property(fc.array(fc.nat(0x2100)), (units) => {
      const text = formatReply({ code: 550, lines: [String.fromCharCode(...units)] });
      assert.match(text, /^550 [ -~]*\r\n$/);
    }),
  );
});

test('formatReply() cuts a line at 510 octets', () => {
  const fits = formatReply({ code: 250, lines: ['x'.repeat(506)] });
  assert.equal(fits, `250 ${'x'.repeat(506)}\r\n`);
  assert.equal(formatReply({ code: 250, lines: ['x'.repeat(507)] }), fits);
  assert.equal(formatReply({ code: 250, status: '0.0', lines: ['x'.repeat(600)] }).length, 512);
});

test('formatReply() is read back by ReplyReader', () => {
  const line = fc.stringMatching(/^[!-~]([ -~]{0,50}[!-~])?$/);
  const code = fc.constantFrom(220, 250, 354, 421, 450, 550);
  fc.assert(
    fc.property(code, line, fc.array(line), fc.boolean(), (number, first, more, enhanced) => {
      const reader = new ReplyReader();
      const status = enhanced ? ({ status: '1.2' } as const) : {};
      reader.push(Buffer.from(formatReply({ code: number, ...status, lines: [first, ...more] })));
      const reply = reader.next();
      assert.ok(reply !== undefined && reply !== 'malformed');
      const prefix = enhanced && number !== 354 ? `${Math.floor(number / 100)}.1.2` : undefined;
      assert.equal(reply.code, number);
      assert.deepEqual(
        reply.lines,
        [first, ...more].map((text) => (prefix === undefined ? text : `${prefix} ${text}`)),
      );
      if (prefix !== undefined) assert.equal(reply.status, prefix);
    }),
  );
});
