/** What other machines say beneath SMTP: the header of a proxy, the packets of a name server. */
import assert from 'node:assert/strict';
import type { Buffer } from 'node:buffer';
import { interpret, MAX_ALIASES, MAX_RECORDS } from '../../../src/dns/answer.ts';
import { A, AAAA, MX, PTR, TXT } from '../../../src/dns/readers.ts';
import { readPacket } from '../../../src/dns/wire.ts';
import { beginsHeader, LONGEST_BLOCK, readProxyHeader } from '../../../src/listener/proxyHeader.ts';
import type { Target } from '../target.ts';

function runProxy(input: Buffer): readonly string[] {
  const whole = readProxyHeader(input);
  for (let length = 0; length < input.length; length += 1) {
    const part = input.subarray(0, length);
    const said = readProxyHeader(part);
    if (said.kind === 'incomplete') continue;
    assert.deepEqual(said, whole, 'more octets change what was said for certain');
    break;
  }
  const begins = beginsHeader(input);
  if (whole.kind === 'client' || whole.kind === 'own') {
    assert.equal(begins, true);
    assert.ok(whole.length > 0 && whole.length <= input.length && whole.length <= 16 + LONGEST_BLOCK);
  }
  if (whole.kind === 'absent') assert.equal(begins, false);
  if (whole.kind === 'client') {
    assert.equal(whole.client.family, whole.local.family);
    for (const port of [whole.clientPort, whole.localPort])
      assert.ok(Number.isInteger(port) && port >= 0 && port < 65_536);
  }
  return [whole.kind, whole.kind === 'malformed' ? whole.why.replaceAll(/\d+/g, '') : String(begins)];
}

const V2 = '\r\n\r\n\0\r\nQUIT\n';

export const proxy: Target = {
  name: 'proxy',
  limit: 700,
  batch: 32,
  run: runProxy,
  // prettier-ignore
  words: ['PROXY ', 'TCP4 ', 'TCP6 ', 'UNKNOWN', '192.0.2.1 ', '2001:db8::1 ', '::ffff:1.2.3.4 ', '25', '65535', '\r\n', V2, `${V2}\x21\x11\0\x0c\x01\x02\x03\x04\x05\x06\x07\x08\0\x19\0\x19`, `${V2}\x20\0\0\0`, '\x21\x21\0\x24', '\x21\x31\0\xd8', '\x04\0\x01x', '\x20\0\x05\0\0\0\0\0', ' ', '%eth0 ', '0'.repeat(16)],
};

const READERS = [A, AAAA, MX, PTR, TXT] as const;
const NAMES = ['host.test', 'host.test', 'host.test', '1.2.0.192.in-addr.arpa', 'host.test'] as const;
const ID = 0x7878; // xx

/** The first octet chooses what was asked. */
function runDns(input: Buffer): readonly string[] {
  const choice = (input[0] ?? 0) % READERS.length;
  const reader = READERS[choice] ?? A;
  const name = NAMES[choice] ?? 'host.test';
  const reading = readPacket(input.subarray(1), { id: ID, name, type: reader.type });
  if (reading.kind === 'foreign') return [reading.kind];
  const meaning = interpret<unknown>(reading.packet, name, reader, 0);
  if (meaning.kind === 'found')
    assert.ok(meaning.records.length > 0 && meaning.records.length <= MAX_RECORDS);
  if (meaning.kind === 'alias') assert.ok(meaning.links > 0 && meaning.links <= MAX_ALIASES);
  if ('ttl' in meaning)
    assert.ok(Number.isSafeInteger(meaning.ttl) && meaning.ttl >= 0, `a time to live of ${meaning.ttl}`);
  return [`${reader.type} ${reading.kind} ${meaning.kind}`];
}

const QUESTION = '\x04host\x04test\0';

export const dns: Target = {
  name: 'dns',
  limit: 700,
  batch: 32,
  run: runDns,
  // prettier-ignore
  words: ['xx\x81\x80\0\x01\0\x01\0\0\0\0', 'xx\x81\x83\0\x01\0\0\0\x01\0\0', QUESTION, '\0\x01\0\x01', '\0\x0f\0\x01', '\0\x1c\0\x01', '\0\x10\0\x01', '\0\x05\0\x01', '\0\x06\0\x01', '\0\x29', '\xc0\x0c', '\xc0\0', '\xff\xff', '\0\0\0\x3c', '\0\x04\x01\x02\x03\x04', '\x7f\xff\xff\xff', '\x80\0\0\0',
    '\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x01\x02\x03\x04', '\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x02\xc0\x0c', '\0\x01\x02\x03\x04'],
};
