import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAddressError } from './addressError.ts';
import { parseMailbox } from './mailbox.ts';
import { hasRoutingCharacters } from './routing.ts';

function routed(local: string): boolean {
  const mailbox = parseMailbox(`${local}@inbound.test`);
  if (isAddressError(mailbox)) assert.fail(`${local}: ${mailbox.error}`);
  return hasRoutingCharacters(mailbox);
}

test('hasRoutingCharacters() finds every way to write another destination', () => {
  const tricks = [
    'victim%outside.test',
    'victim%outside.test%inbound.test',
    '"victim%outside.test"',
    'outside.test!victim',
    'a!b!outside.test!victim',
    '"outside.test!victim"',
    '"victim@outside.test"',
    String.raw`"victim\@outside.test"`,
    '"@outside.test:victim"',
    '"node::victim"',
    String.raw`"DOMAIN\\victim"`,
    String.raw`"victim\ "`,
    'IMCEASMTP-victim+40outside+2Etest',
    'imceasmtp-victim+40outside+2Etest',
    'IMCEAEX-_O=ORG_OU=SITE_CN=VICTIM',
    '"IMCEA victim@outside.test"',
    '"IMCEASMTP-victim+40outside+2Etest"',
    String.raw`"\I\M\C\E\AX400-x"`,
    'imcea',
    '/RFC-822=victim(a)outside.test/'.replaceAll('(', '').replaceAll(')', ''),
    '"/RFC-822=victim(a)outside.test/S=x"',
    '/S=victim/O=outside/A=x/C=us/',
    'victim\uff05outside.test',
    'victim\uff20outside.test',
    'outside.test\uff01victim',
    '\uff29MCEASMTP-victim+40outside+2Etest',
    'SRS0=outside.test=victim',
    'ſRS0=outside.test=victim',
    'srs0=x=outside.test=victim',
    '"SRS0=outside.test=victim"',
    'SRS0==TT=outside.test=victim',
    'SRS0=abc=TT=outside.test=victim',
    'SRS1=outside.test==victim',
    'SRS0+outside.test=victim',
    'SRS1-outside.test-victim',
    'SRS0',
  ];
  for (const local of tricks) assert.equal(routed(local), true, local);
});

test('hasRoutingCharacters() leaves ordinary local parts alone', () => {
  const plain = [
    'bob',
    'bob.smith',
    'bob+tag',
    'bounce-123=bob=outside.test',
    'prvs=1234abcd=bob',
    'o/brien',
    '/dev',
    '"bob smith"',
    '"bob, jr."',
    'x-imcea',
    'srs',
    'srs2=x',
    'srs0user',
    'SRS0=HHHH=TT=outside.test=victim',
    'srs0+a1b2+c3=outside.test=victim'.replace('+c3', '=c3'),
    'SRS1=HHHH=first.test==HHHH=TT=outside.test=victim',
    '__proto__',
    'constructor',
  ];
  for (const local of plain) assert.equal(routed(local), false, local);
});
