import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { domain, literal, mailbox } from '../policy/testing/mod.ts';
import { atomsOfMailboxSet, isInMailboxSet, mailboxSetsOf } from './mailbox-sets.ts';
import { atomOfMailbox, atomsOfPattern, partitionMailboxes, recipientIn, senderIn } from './partition/mod.ts';
import { contains, subtract, unite } from './spans.ts';
import type { MailboxPattern } from './types.ts';

const DOMAINS = ['t', 'a.t', 'ba.t', 'x.a.t', 'y.x.a.t', 'b.t'].map(domain);
const LOCAL_PARTS = ['u', 'v', 'a%b', 'b'];

const domains = fc.constantFrom(...DOMAINS);
const localKeys = fc.constantFrom(...LOCAL_PARTS);
const patterns = fc.oneof(
  domains.map((name): MailboxPattern => ({ kind: 'domain', domain: name })),
  domains.map((name): MailboxPattern => ({ kind: 'subdomains', domain: name })),
  fc
    .tuple(localKeys, domains)
    .map(([localKey, name]): MailboxPattern => ({ kind: 'address', localKey, domain: name })),
  fc
    .tuple(localKeys, domains)
    .map(([localKey, name]): MailboxPattern => ({ kind: 'addressBelow', localKey, domain: name })),
  fc.constant<MailboxPattern>({ kind: 'null' }),
  fc.constant<MailboxPattern>({ kind: 'domain', domain: literal('[10.0.0.1]') }),
);
const partitions = fc.array(patterns, { maxLength: 10 }).map(partitionMailboxes);
const HOSTS = [...DOMAINS, 'z.y.x.a.t', 'q.t', 'o.test', '[10.0.0.1]', '[10.0.0.2]'];
const MAILBOXES = [
  null,
  ...HOSTS.flatMap((host) => ['u', 'V', 'a%b', 'b', 'c'].map((local) => mailbox(`${local}@${host}`))),
];

test('mailboxSetsOf() writes any atoms as disjoint sets that hold just their addresses', () => {
  let several = 0;
  fc.assert(
    fc.property(partitions, fc.infiniteStream(fc.boolean()), (partition, chosen) => {
      const atoms = unite(
        partition.cells.flatMap(({ atom }) =>
          chosen.next().value === true ? [{ first: atom, last: atom }] : [],
        ),
      );
      const sets = mailboxSetsOf(partition, atoms);
      if (sets.length > 1) several += 1;
      for (const address of MAILBOXES) {
        const holding = sets.filter((set) => isInMailboxSet(set, address)).length;
        const isIn = contains(atoms, atomOfMailbox(partition, address));
        assert.equal(holding, isIn ? 1 : 0, address?.address ?? '<>');
      }
      const written = sets.map((set) => atomsOfMailboxSet(partition, set));
      assert.deepEqual(unite(written.flat()), atoms);
      for (const [i, one] of written.entries()) {
        for (const other of written.slice(i + 1)) assert.deepEqual(subtract(one, other), one);
      }
    }),
    { numRuns: 500 },
  );
  assert.ok(several > 20);
});

test('mailboxSetsOf() writes one domain as one pattern, and all but one as an exception', () => {
  const named: MailboxPattern[] = DOMAINS.map((name) => ({ kind: 'domain', domain: name }));
  const partition = partitionMailboxes(named);
  const everything = [{ first: 0, last: partition.size - 1 }];
  assert.deepEqual(mailboxSetsOf(partition, everything), [{ fits: 'everything', except: [] }]);
  const only = [{ first: 1, last: 1 }];
  assert.deepEqual(mailboxSetsOf(partition, only), [{ fits: [named[0]], except: [] }]);
  assert.deepEqual(mailboxSetsOf(partition, subtract(everything, only)), [
    { fits: 'everything', except: [named[0]] },
  ]);
  assert.deepEqual(mailboxSetsOf(partition, []), []);
});

test('senderIn() and recipientIn() give an address of the very cell, for every cell that has one', () => {
  fc.assert(
    fc.property(partitions, fc.boolean(), (partition, routing) => {
      for (const cell of partition.cells) {
        const sender = senderIn(partition, cell);
        assert.ok(sender !== undefined);
        assert.equal(atomOfMailbox(partition, sender), cell.atom);
        if (cell.pattern !== 'everything' && cell.pattern.kind === 'null') continue;
        const recipient = recipientIn(partition, cell, routing);
        const local =
          cell.pattern !== 'everything' && 'localKey' in cell.pattern ? cell.pattern.localKey : '';
        // Every local part can be written with a backslash; one with a routing character cannot be written without.
        assert.equal(recipient === undefined, !routing && local === 'a%b');
        if (recipient !== undefined) assert.equal(atomOfMailbox(partition, recipient), cell.atom);
      }
    }),
    { numRuns: 200 },
  );
});

/** A name of so many characters. */
const long = (length: number) => domain(`${'a.'.repeat(120)}${'a'.repeat(length - 240)}`);

test('partitionMailboxes() makes no cell of what is below a name that leaves no room for one more label', () => {
  for (const kind of ['subdomains', 'addressBelow'] as const) {
    const below = (length: number): MailboxPattern =>
      kind === 'subdomains' ? { kind, domain: long(length) } : { kind, localKey: 'u', domain: long(length) };
    const room = partitionMailboxes([below(251)]);
    assert.equal(atomsOfPattern(room, below(251)).length, 1);
    for (const cell of room.cells) assert.ok(senderIn(room, cell) !== undefined);
    for (const length of [252, 253]) {
      const none = partitionMailboxes([below(length)]);
      assert.equal(none.size, 1);
      assert.deepEqual(atomsOfPattern(none, below(length)), []);
      assert.deepEqual(atomsOfMailboxSet(none, { fits: [below(length)], except: [] }), []);
    }
  }
});

test('recipientIn() finds the one label that is left below a name of 251 characters', () => {
  const named = Array.from('abcdefghijklmnopqrstuvwxyz012345678');
  const partition = partitionMailboxes([
    { kind: 'subdomains', domain: long(251) },
    ...named.map((label): MailboxPattern => ({ kind: 'domain', domain: domain(`${label}.${long(251)}`) })),
  ]);
  const [, below] = partition.cells;
  assert.ok(below !== undefined);
  assert.equal(recipientIn(partition, below, false)?.domain, `9.${long(251)}`);
});
