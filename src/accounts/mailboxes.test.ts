import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAddressError, parseMailbox, type Mailbox } from '../mail/mod.ts';
import type { Directory, Owner } from './directory.ts';
import { createMailboxes } from './mailboxes.ts';

function mailbox(text: string): Mailbox {
  const parsed = parseMailbox(text);
  if (isAddressError(parsed)) throw new Error(text);
  return parsed;
}

/** Addresses and their owners; everything is unavailable when `broken`. */
function directory(owners: Readonly<Record<string, string>>, broken = false): Directory {
  const owner = ({ localKey, domain }: { localKey: string; domain: string }): Owner => {
    if (broken) return 'unavailable';
    const account = owners[`${localKey}@${domain}`];
    return account === undefined ? 'unknown' : { account };
  };
  return {
    owner,
    lookup: (key) => {
      const found = owner(key);
      return typeof found === 'object' ? 'known' : found;
    },
    standing: () => 'unknown',
  };
}

const HOSTMASTER = (): Mailbox => mailbox('hostmaster@a.test');

test('createMailboxes() knows accounts, and postmaster of every domain', () => {
  const mailboxes = createMailboxes(directory({ 'bob@a.test': 'bob@a.test' }), HOSTMASTER);
  assert.equal(mailboxes.lookup(mailbox('BOB@a.test')), 'known');
  assert.equal(mailboxes.lookup(mailbox('carol@a.test')), 'unknown');
  assert.equal(mailboxes.lookup(mailbox('PostMaster@b.test')), 'known');
  assert.equal(mailboxes.owner(mailbox('carol@a.test')), 'unknown');
});

test('createMailboxes() gives mail for postmaster to who has the address, else to the one configured, else keeps it', () => {
  const listed = directory({ 'postmaster@a.test': 'bob@a.test', 'hostmaster@a.test': 'eve@a.test' });
  assert.deepEqual(createMailboxes(listed, HOSTMASTER).owner(mailbox('postmaster@a.test')), {
    account: 'bob@a.test',
  });
  assert.deepEqual(createMailboxes(listed, HOSTMASTER).owner(mailbox('postmaster@b.test')), {
    account: 'eve@a.test',
  });
  assert.deepEqual(createMailboxes(directory({}), HOSTMASTER).owner(mailbox('postmaster@a.test')), {
    account: 'hostmaster@a.test',
  });
});

test('createMailboxes() never takes "cannot be read" for "nobody"', () => {
  const mailboxes = createMailboxes(directory({}, true), HOSTMASTER);
  for (const address of ['bob@a.test', 'postmaster@a.test']) {
    assert.equal(mailboxes.lookup(mailbox(address)), 'unavailable');
    assert.equal(mailboxes.owner(mailbox(address)), 'unavailable');
  }
});
