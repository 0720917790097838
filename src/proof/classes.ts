/**
 * The classes of facts that some policies cannot tell apart: whatever they decide of one member, they decide of all.
 *
 * A class is a cell in each dimension (see `spaceOf()`), whether the local part has routing characters, and what the
 * directory said of the mailbox. The listener is not looked at by `decide()`, so it makes no class.
 */
import { hasRoutingCharacters } from '../mail/mod.ts';
import type { Facts, PolicySource } from '../policy/mod.ts';
import { LISTENER } from './examples.ts';
import {
  accountIn,
  atomOfAccount,
  atomOfAddress,
  atomOfMailbox,
  atomOfMoment,
  endsOfAtom,
  momentIn,
  recipientIn,
  senderIn,
} from './partition/mod.ts';
import { DIMENSIONS } from './products.ts';
import type { Dimension } from './products.ts';
import { spaceOf, subjectOf } from './space.ts';
import type { Space } from './space.ts';

export interface Classes {
  /** How many cells each dimension has. */
  readonly cells: Readonly<Record<Dimension, number>>;
  /** A text that is the same for facts of the same class. */
  classOf(facts: Facts): string;
  /** The facts that stand for the class of `facts`: always the same for the same class. */
  representative(facts: Facts): Facts;
}

/** The classes that none of `sources` divides. Throws when one is not valid, see `compilePolicy()`. */
export function classesOf(...sources: readonly PolicySource[]): Classes {
  const space = spaceOf(sources.map(subjectOf), -Infinity);
  return {
    cells: {
      clients: space.clients.size,
      locals: space.locals.size,
      accounts: space.accounts.size,
      senders: space.senders.size,
      recipients: space.recipients.size,
      moments: space.moments.size,
    },
    classOf: (facts) => {
      return [...atomsOf(facts, space), hasRoutingCharacters(facts.recipient), facts.mailbox].join(' ');
    },
    representative: (facts) => representativeOf(facts, space),
  };
}

/** The atom of each dimension that the facts are in, in the order of `DIMENSIONS`. */
export function atomsOf(facts: Facts, space: Space): readonly number[] {
  return DIMENSIONS.map((dimension) => ATOMS[dimension](facts, space));
}

const ATOMS: Record<Dimension, (facts: Facts, space: Space) => number> = {
  clients: ({ client }, { clients }) => atomOfAddress(clients, client),
  locals: ({ localAddress }, { locals }) => atomOfAddress(locals, localAddress),
  accounts: ({ account }, { accounts }) => atomOfAccount(accounts, account),
  senders: ({ sender }, { senders }) => atomOfMailbox(senders, sender),
  recipients: ({ recipient }, { recipients }) => atomOfMailbox(recipients, recipient),
  moments: ({ at }, { moments }) => atomOfMoment(moments, at),
};

function representativeOf(facts: Facts, space: Space): Facts {
  const atomOf = (dimension: Dimension): number => ATOMS[dimension](facts, space);
  const senderCell = space.senders.cells[atomOf('senders')];
  const recipientCell = space.recipients.cells[atomOf('recipients')];
  const sender = senderCell && senderIn(space.senders, senderCell);
  return {
    client: endsOfAtom(space.clients, atomOf('clients'))[0] ?? facts.client,
    localAddress: endsOfAtom(space.locals, atomOf('locals'))[0] ?? facts.localAddress,
    listener: LISTENER,
    account: accountIn(space.accounts, atomOf('accounts')),
    sender: sender === undefined ? facts.sender : sender,
    recipient:
      (recipientCell &&
        recipientIn(space.recipients, recipientCell, hasRoutingCharacters(facts.recipient))) ??
      facts.recipient,
    mailbox: facts.mailbox,
    at: momentIn(space.moments, atomOf('moments')),
  };
}
