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
      const atoms = atomsOf(facts, space);
      const parts = DIMENSIONS.map((dimension) => atoms[dimension]);
      return [...parts, hasRoutingCharacters(facts.recipient), facts.mailbox].join(' ');
    },
    representative: (facts) => representativeOf(facts, space),
  };
}

function atomsOf(facts: Facts, space: Space): Readonly<Record<Dimension, number>> {
  return {
    clients: atomOfAddress(space.clients, facts.client),
    locals: atomOfAddress(space.locals, facts.localAddress),
    accounts: atomOfAccount(space.accounts, facts.account),
    senders: atomOfMailbox(space.senders, facts.sender),
    recipients: atomOfMailbox(space.recipients, facts.recipient),
    moments: atomOfMoment(space.moments, facts.at),
  };
}

function representativeOf(facts: Facts, space: Space): Facts {
  const atoms = atomsOf(facts, space);
  const senderCell = space.senders.cells[atoms.senders];
  const recipientCell = space.recipients.cells[atoms.recipients];
  const sender = senderCell && senderIn(space.senders, senderCell);
  return {
    client: endsOfAtom(space.clients, atoms.clients)[0] ?? facts.client,
    localAddress: endsOfAtom(space.locals, atoms.locals)[0] ?? facts.localAddress,
    listener: LISTENER,
    account: accountIn(space.accounts, atoms.accounts),
    sender: sender === undefined ? facts.sender : sender,
    recipient:
      (recipientCell &&
        recipientIn(space.recipients, recipientCell, hasRoutingCharacters(facts.recipient))) ??
      facts.recipient,
    mailbox: facts.mailbox,
    at: momentIn(space.moments, atoms.moments),
  };
}
