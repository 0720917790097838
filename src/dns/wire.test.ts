import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as packet from 'dns-packet';
import * as fc from 'fast-check';
import { encodeQuery, makeQuery, readPacket, responseCode } from './wire.ts';

const query = makeQuery('mail.contoso.test', 'MX', (below) => below - 1);

const answer = packet.encode({
  type: 'response',
  id: query.id,
  questions: [{ name: query.name, type: 'MX', class: 'IN' }],
  answers: [
    {
      name: query.name,
      type: 'MX',
      class: 'IN',
      ttl: 60,
      data: { preference: 10, exchange: 'mx.contoso.test' },
    },
  ],
});

describe('encodeQuery()', () => {
  it('asks one question with recursion, and EDNS with 1232 octets when wanted', () => {
    const plain = packet.decode(encodeQuery(query, false));
    assert.equal(plain.flag_rd, true);
    assert.deepEqual(plain.questions, [{ name: 'MAIL.CONTOSO.TEST', type: 'MX', class: 'IN' }]);
    assert.deepEqual(plain.additionals, []);
    const extended = packet.decode(encodeQuery(query, true)).additionals?.[0];
    assert.equal(extended?.type === 'OPT' && extended.udpPayloadSize, 1232);
  });
});

describe('readPacket()', () => {
  it('accepts the answer', () => {
    assert.equal(readPacket(answer, query).kind, 'answer');
  });

  it('never throws, whatever the octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (octets) => void readPacket(Buffer.from(octets), query)),
    );
  });

  it('never throws on a damaged answer, and never takes another id for its own', () => {
    const damage = fc.array(fc.tuple(fc.nat(answer.length - 1), fc.nat(255)), { maxLength: 5 });
    fc.assert(
      fc.property(damage, fc.nat(answer.length), (changes, length) => {
        const octets = Buffer.from(answer);
        for (const [position, value] of changes) octets[position] = value;
        const reading = readPacket(octets.subarray(0, length), query);
        if (reading.kind === 'answer') assert.equal(octets.readUInt16BE(0), query.id);
      }),
    );
  });
});

describe('responseCode()', () => {
  it('adds the upper bits of EDNS', () => {
    const extended = {
      udpPayloadSize: 1232,
      extendedRcode: 1,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    };
    const octets = packet.encode({
      type: 'response',
      additionals: [{ type: 'OPT', name: '.', ...extended }],
    });
    // BADVERS, RFC 6891 9.
    assert.equal(responseCode(packet.decode(octets)), 16);
  });
});
