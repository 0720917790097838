import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressError, describeAddressError, isAddressError } from './addressError.ts';
import { parseMailbox } from './mailbox.ts';

test('isAddressError() tells an error from everything else', () => {
  assert.equal(isAddressError(addressError('empty', 0)), true);
  assert.equal(isAddressError(parseMailbox('bob')), true);
  assert.equal(isAddressError(parseMailbox('bob@b.test')), false);
  for (const value of [null, undefined, '', 'error', 0, {}, { error: 'empty' }]) {
    assert.equal(isAddressError(value), false);
  }
});

test('describeAddressError() is one sentence, with the position where it helps', () => {
  assert.equal(describeAddressError(addressError('empty', 0)), 'The address is empty.');
  assert.equal(
    describeAddressError(addressError('localPart', 2)),
    'The part before the @ is malformed, at character 3.',
  );
  const kinds = [
    'empty',
    'noDomain',
    'localPart',
    'domain',
    'literal',
    'tooLong',
    'characters',
    'brackets',
  ] as const;
  for (const kind of kinds) {
    assert.match(describeAddressError(addressError(kind, 7)), /^The [a-z@, ]+(?: 8)?\.$/);
  }
});
