/** Facts out of a set of facts, such as an administrator would think of himself. */
import { parseIp } from '../std/mod.ts';
import type { IpAddress } from '../std/mod.ts';
import { locate } from '../policy/mod.ts';
import type { Facts } from '../policy/mod.ts';
import type { Mailbox, ReversePath } from '../mail/mod.ts';
import {
  accountIn,
  addressIn,
  atomOfAddress,
  addressesOf,
  momentIn,
  recipientIn,
  senderIn,
} from './partition/mod.ts';
import type { AddressPartition } from './partition/mod.ts';
import type { Space, Subject } from './space.ts';
import { contains } from './spans.ts';
import type { SpanSet } from './spans.ts';

/** No decision depends on it. */
export const LISTENER = 'internet';

export const CLIENTS = addresses('203.0.113.9', '2001:db8::9');
const LOCALS = addresses('192.0.2.1', '2001:db8::1');

/** A set of atoms for each dimension, in the order of `DIMENSIONS`; `routing` as in `Region`. */
export interface Choice {
  readonly sets: readonly { readonly spans: SpanSet }[];
  readonly routing: boolean | undefined;
}

/** Facts of which every dimension is in its set; undefined when some set holds nothing that can be. */
export function exampleIn(choice: Choice, space: Space, subjects: readonly Subject[]): Facts | undefined {
  const [clients, locals, accounts, senders, recipients, moments] = choice.sets;
  const client = clients && addressAmong(space.clients, clients.spans, CLIENTS);
  const localAddress = locals && addressAmong(space.locals, locals.spans, LOCALS);
  const sender = senders && senderAmong(space, senders.spans);
  const recipient = recipients && recipientAmong(space, recipients.spans, choice.routing);
  const account = accounts?.spans[0]?.first;
  const moment = moments?.spans[0]?.first;
  if (!client || !localAddress || sender === undefined || !recipient) return undefined;
  if (account === undefined || moment === undefined) return undefined;
  return {
    client,
    localAddress,
    listener: LISTENER,
    account: accountIn(space.accounts, account),
    sender,
    recipient,
    mailbox: isInbound(recipient, subjects) ? 'known' : 'notAsked',
    at: momentIn(space.moments, moment),
  };
}

export function isInbound(recipient: Mailbox, subjects: readonly Subject[]): boolean {
  return subjects.some(({ policy }) => locate(recipient, policy).route?.kind === 'inbound');
}

function addressAmong(
  partition: AddressPartition,
  atoms: SpanSet,
  preferred: readonly IpAddress[],
): IpAddress | undefined {
  const natural = preferred.find((address) => contains(atoms, atomOfAddress(partition, address)));
  if (natural !== undefined) return natural;
  for (const span of atoms) {
    for (const range of addressesOf(partition, [span])) {
      const address = addressIn(range);
      if (address !== undefined) return address;
    }
  }
  return undefined;
}

function senderAmong({ senders }: Space, atoms: SpanSet): ReversePath | undefined {
  for (const atom of each(atoms)) {
    const cell = senders.cells[atom];
    const sender = cell && senderIn(senders, cell);
    if (sender !== undefined) return sender;
  }
  return undefined;
}

function recipientAmong(
  { recipients }: Space,
  atoms: SpanSet,
  routing: boolean | undefined,
): Mailbox | undefined {
  for (const wanted of routing === undefined ? [false, true] : [routing]) {
    for (const atom of each(atoms)) {
      const cell = recipients.cells[atom];
      const recipient = cell && recipientIn(recipients, cell, wanted);
      if (recipient !== undefined) return recipient;
    }
  }
  return undefined;
}

function* each(atoms: SpanSet): Generator<number> {
  for (const { first, last } of atoms) for (let atom = first; atom <= last; atom += 1) yield atom;
}

function addresses(...texts: string[]): readonly IpAddress[] {
  return texts.flatMap((text) => parseIp(text) ?? []);
}
