import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ipv4 } from '../../std/mod.ts';
import { setOf } from '../networks.ts';
import { holdsAddress } from './clients.ts';
import { NO_MAILBOX, holdsMailbox } from './mailboxSet.ts';
import { EVERYTHING, common, merged, restrict, subtract } from './pieces.ts';
import type { Piece } from './pieces.ts';

const ranges = fc
  .tuple(fc.nat(7), fc.nat(7))
  .map(([one, other]) => setOf([{ family: 4, first: Math.min(one, other), last: Math.max(one, other) }]));
const mailboxes = fc
  .record({
    others: fc.boolean(),
    domains: fc
      .dictionary(fc.constantFrom('a.t', 'b.t'), fc.boolean())
      .map((drawn) => new Map(Object.entries(drawn))),
  })
  .map((drawn) => ({ ...NO_MAILBOX, ...drawn }));
const pieces: fc.Arbitrary<readonly Piece[]> = fc
  .array(fc.record({ clients: ranges, senders: mailboxes, recipients: mailboxes }), { maxLength: 4 })
  .map((drawn) => drawn.map((piece) => ({ ...EVERYTHING, ...piece })));

const ADDRESSES = ['u@a.t', 'u@b.t', 'u@c.t'];
const MAILS = Array.from({ length: 9 }, (_, client) => client).flatMap((client) =>
  ADDRESSES.flatMap((sender) => ADDRESSES.map((recipient) => ({ client: ipv4(client), sender, recipient }))),
);

function holds(list: readonly Piece[], { client, sender, recipient }: (typeof MAILS)[number]): boolean {
  return list.some(
    (piece) =>
      holdsAddress(piece.clients, client) &&
      holdsMailbox(piece.senders, sender) &&
      holdsMailbox(piece.recipients, recipient),
  );
}

test('common(), subtract() and merged() are and, and not, and the same for every mail', () => {
  fc.assert(
    fc.property(pieces, pieces, (one, other) => {
      const [shared, left, fewer] = [common(one, other), subtract(one, other), merged(one)];
      assert.ok(fewer.length <= one.length);
      for (const mail of MAILS) {
        const [a, b] = [holds(one, mail), holds(other, mail)];
        assert.equal(holds(shared, mail), a && b);
        assert.equal(holds(left, mail), a && !b);
        assert.equal(holds(fewer, mail), a);
      }
    }),
    { numRuns: 100 },
  );
});

test('restrict() keeps what fits the condition', () => {
  const fits = restrict([EVERYTHING], { clients: setOf([{ family: 4, first: 1, last: 2 }]) });
  assert.deepEqual(
    MAILS.map((mail) => holds(fits, mail)),
    MAILS.map(({ client }) => client.value === 1 || client.value === 2),
  );
});
