/** The mail of an address, for people: a line each. */
import type { Passage } from '../../history/mod.ts';
import { printable } from '../printable.ts';
import { formatMoment } from '../quantity.ts';
import { commandLine } from '../shell.ts';
import { formatTable } from '../table.ts';
import { beginOf, fatesOf, isAcceptedRecord, nameOf, senderOf } from './life.ts';
import { PARTS } from './words.ts';
import type { Context } from './words.ts';

/** A table, and the command to look closer. */
export function describeMail(mail: readonly Passage[], { options }: Context): string {
  const rows = mail.map((passage) => [
    formatMoment(beginOf(passage)).slice(0, 19),
    nameOf(passage) ?? passage.session ?? '-',
    passage.decisions[0]?.client ?? 'Postern itself',
    senderOf(passage) === '' ? '<>' : senderOf(passage),
    recipientsOf(passage),
    stateOf(passage),
  ]);
  const table = formatTable(
    ['TIME (UTC)', 'NAME', 'CLIENT', 'SENDER', 'RECIPIENT', 'WHAT BECAME OF IT'],
    rows,
  );
  const [latest] = rows;
  const words = ['postern', 'trace', ...options, latest?.[1] ?? 'NAME'];
  return `${table}\n\nLook closer with: ${printable(commandLine(words))}`;
}

function recipientsOf(passage: Passage): string {
  const recipients = recipientList(passage);
  const [first = '-'] = recipients;
  return recipients.length < 2 ? first : `${first} +${recipients.length - 1}`;
}

function recipientList({ decisions, attempts }: Passage): readonly string[] {
  const named = decisions.length > 0 ? decisions : attempts;
  return [...new Set(named.map(({ recipient }) => recipient))];
}

/** The worst first, in a few words, with the last reply where it says why. */
function stateOf(passage: Passage): string {
  if (nameOf(passage) === undefined) {
    const [refused] = passage.decisions.filter((record) => !isAcceptedRecord(record));
    return refused === undefined ? 'given up by the client' : `refused: ${refused.reply}`;
  }
  const fates = [...fatesOf(passage).values()];
  const worst = PARTS.find(([fate]) => fates.includes(fate))?.[0] ?? 'open';
  if (worst === 'delivered') return 'delivered';
  const last = passage.attempts.findLast(({ outcome }) => outcome !== 'delivered');
  const word = worst === 'open' ? 'not finished' : worst;
  return last === undefined ? word : `${word}: ${last.reply}`;
}
