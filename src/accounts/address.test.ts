import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAddressError, parseMailbox } from '../mail/mod.ts';
import { addressText } from './address.ts';

function text(address: string): string {
  const mailbox = parseMailbox(address);
  return isAddressError(mailbox) ? assert.fail(address) : addressText(mailbox);
}

test('addressText() gives one spelling of one address', () => {
  assert.equal(text('Alice@Contoso.example'), 'alice@contoso.example');
  assert.equal(text('"Alice"@contoso.example'), 'alice@contoso.example');
  assert.equal(text('"Alice B"@contoso.example'), '"alice b"@contoso.example');
  for (const spelling of ['b\u00f6b', 'bo\u0308b', '"b\u00f6b"', '"bo\u0308b"', 'B\u00f6b']) {
    assert.equal(text(`${spelling}@contoso.example`), 'b\u00f6b@contoso.example');
  }
  assert.equal(text('"bo\u0308 b"@contoso.example'), '"b\u00f6 b"@contoso.example');
});
