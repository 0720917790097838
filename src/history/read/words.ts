/** From words on the disk to the values they are. Each throws for a word that this version does not write. */
import type { AttemptRecord, DecisionRecord, NoticeRecord } from '../types.ts';

type Table<Word extends string> = Readonly<Record<Word, true>>;

const MAILBOX: Table<DecisionRecord['mailbox']> = {
  known: true,
  unknown: true,
  unavailable: true,
  notAsked: true,
};

const OUTCOME: Table<DecisionRecord['outcome']> = {
  inbound: true,
  forward: true,
  alwaysRelay: true,
  relay: true,
  unknownMailbox: true,
  mailboxUnavailable: true,
  routingCharacters: true,
  rerouteOff: true,
  neverRule: true,
  noGrant: true,
};

const RESTRAINED: Table<NonNullable<DecisionRecord['restrained']>> = {
  limit: true,
  suspectGateway: true,
  unavailable: true,
  screened: true,
};

const ATTEMPT: Table<AttemptRecord['outcome']> = {
  delivered: true,
  deferred: true,
  failed: true,
  expired: true,
  deleted: true,
};

const NOTICE: Table<NoticeRecord['notice']> = {
  failure: true,
  delay: true,
  delivered: true,
  relayed: true,
};

export const mailboxFact = oneOf(MAILBOX);
export const outcome = oneOf(OUTCOME);
export const restraint = oneOf(RESTRAINED);
export const attemptOutcome = oneOf(ATTEMPT);
export const noticeKind = oneOf(NOTICE);

function oneOf<Word extends string>(table: Table<Word>): (word: string) => Word {
  const isWord = (word: string): word is Word => Object.hasOwn(table, word);
  return (word) => {
    if (isWord(word)) return word;
    throw new Error(`damaged: ${JSON.stringify(word)} is none of ${Object.keys(table).join(', ')}`);
  };
}
