/**
 * Delivery into Maildirs: `<folder>/<owner>/{tmp,new,cur}`, files with LF line ends as mail programs on Unix expect; a binary
 * message (RFC 3030) is kept octet by octet, its CRLF included, since nobody could tell its line ends from its content.
 *
 * A message whose recipients include several addresses of one owner is written once for that owner, with a Delivered-To line for
 * each of the addresses: the owner needs one copy, and still sees which address was written to.
 */
import { join } from 'node:path';
import type { Emit } from '../std/mod.ts';
import { errorText } from '../std/mod.ts';
import type { DeliverEvents } from './events.ts';
import { createFolderSync } from './folderSync.ts';
import { errorCode, writeToMaildir } from './maildir.ts';
import { createUniqueNames, folderName } from './maildirNames.ts';
import type { Attempt, Courier, Outcome, Recipient } from './types.ts';
import { INTERRUPTED } from './unopened.ts';
import { deferred, failed, outcomeOf, type Verdict } from './verdict.ts';

export interface MaildirCourierOptions {
  /** Whose mailbox takes mail for the address; undefined: nobody's. When it throws, that is taken as "not known now". */
  readonly resolveOwner: (address: string) => string | undefined;
  /** Of this machine, for the names of files. */
  readonly hostname: string;
  readonly emit: Emit<DeliverEvents>;
}

/** Maildirs written at once for one message. */
const AT_ONCE = 8;

const DELIVERED: Verdict = { kind: 'delivered', status: '2.0.0', reply: 'Delivered to the mailbox' };
const UNKNOWN_NOW = deferred('4.3.0', 'It cannot be found out now whose mailbox this is');

/** Handles the target `maildir`. */
export function createMaildirCourier(options: MaildirCourierOptions): Courier {
  const uniqueName = createUniqueNames(options.hostname);
  const syncFolder = createFolderSync();
  const underWay = new Set<Promise<Verdict>>();

  async function store(owner: string, recipients: readonly Recipient[], job: Job): Promise<Verdict> {
    const name = folderName(owner);
    if (name === undefined) return fail(job.folder, 'the name of the owner cannot be that of a folder');
    const path = join(job.folder, name);
    const { content, sender, binary } = job.attempt;
    const head = headOf(sender, recipients, binary ? '\r\n' : '\n');
    try {
      await writeToMaildir({ path, head, content, binary, uniqueName, syncFolder, signal: job.signal });
      return DELIVERED;
    } catch (error) {
      return job.signal.aborted ? INTERRUPTED : fail(path, error);
    }
  }

  function ownerOf({ address }: Recipient, folder: string): string | Verdict {
    try {
      return options.resolveOwner(address) ?? failed('5.1.1', `There is no mailbox for ${address} here`);
    } catch (error) {
      fail(folder, error);
      return UNKNOWN_NOW;
    }
  }

  function fail(path: string, error: unknown): Verdict {
    options.emit('maildir.failed', { path, error: errorText(error) });
    return storeVerdict(errorCode(error));
  }

  async function storeAll(owners: ReadonlyMap<string, readonly Recipient[]>, job: Job): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    const waiting = [...owners];
    while (waiting.length > 0) {
      const batch = waiting.splice(0, AT_ONCE).map(async ([owner, recipients]) => {
        const writing = store(owner, recipients, job);
        underWay.add(writing);
        const verdict = await writing;
        underWay.delete(writing);
        for (const recipient of recipients) outcomes.push(outcomeOf(recipient, verdict, undefined));
      });
      await Promise.all(batch);
    }
    return outcomes;
  }

  return {
    async attempt(attempt, signal) {
      if (attempt.target.kind !== 'maildir') {
        throw new Error(`The Maildir courier cannot deliver to ${attempt.target.kind}`);
      }
      const { folder } = attempt.target;
      const { owners, outcomes } = byOwner(attempt.recipients, (recipient) => ownerOf(recipient, folder));
      const stored = await storeAll(owners, { attempt, signal, folder });
      return [...outcomes, ...stored];
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(underWay);
    },
  };
}

interface Job {
  readonly attempt: Attempt;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** What the sender is told when a message could not be stored; the details are for the log. */
export function storeVerdict(code: string | undefined): Verdict {
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? deferred('4.2.2', 'There is no room to store the message now')
    : deferred('4.3.0', 'The message could not be stored');
}

/** Recipients by owner, and outcomes for those who have none. */
function byOwner(
  recipients: readonly Recipient[],
  ownerOf: (recipient: Recipient) => string | Verdict,
): { readonly owners: ReadonlyMap<string, readonly Recipient[]>; readonly outcomes: readonly Outcome[] } {
  const owners = new Map<string, Recipient[]>();
  const outcomes: Outcome[] = [];
  for (const recipient of recipients) {
    const owner = ownerOf(recipient);
    if (typeof owner !== 'string') outcomes.push(outcomeOf(recipient, owner, undefined));
    else owners.set(owner, [...(owners.get(owner) ?? []), recipient]);
  }
  return { owners, outcomes };
}

/** RFC 5321 4.4: Return-Path comes first, at final delivery. */
function headOf(sender: string, recipients: readonly Recipient[], lineEnd: string): Buffer {
  const lines = [`Return-Path: <${headerLine(sender)}>`];
  for (const { address } of recipients) lines.push(`Delivered-To: ${headerLine(address)}`);
  return Buffer.from(lines.map((line) => `${line}${lineEnd}`).join(''));
}

/** UTF-8 stays (RFC 6532); what could end the line does not. */
function headerLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '?');
}
