/** What is looked for, by the form of what was typed. */
import type { HistoryReader, Passage } from '../../history/mod.ts';
import { parseSpoolId } from '../../spool/mod.ts';

export type Query =
  | { readonly kind: 'messageId'; readonly id: string }
  /** Something with @, which can be an address or a Message-ID. */
  | { readonly kind: 'address'; readonly text: string }
  /** A name in the queue. */
  | { readonly kind: 'message'; readonly id: string }
  | { readonly kind: 'session'; readonly id: string };

export function readQuery(typed: string): Query {
  const text = typed.trim();
  const inAngles = /^<(.*)>$/s.exec(text)?.[1];
  if (inAngles !== undefined) return { kind: 'messageId', id: inAngles };
  const inBrackets = /^\[([^@]*)\]$/.exec(text)?.[1];
  if (inBrackets !== undefined) return { kind: 'session', id: inBrackets };
  if (text.includes('@')) return { kind: 'address', text };
  const id = parseSpoolId(text.toUpperCase());
  return id === undefined ? { kind: 'session', id: text } : { kind: 'message', id };
}

export interface Found {
  /** What was asked for itself. */
  readonly whole: readonly Passage[];
  /** The mail of an address, the latest first. */
  readonly mail: readonly Passage[];
}

export interface FindOptions {
  /** Of the mail of an address. */
  readonly limit: number;
  /** Milliseconds since the epoch; undefined: from the beginning. */
  readonly since: number | undefined;
}

export function find(history: HistoryReader, query: Query, { limit, since }: FindOptions): Found {
  switch (query.kind) {
    case 'messageId':
      return { whole: history.byMessageId(query.id), mail: [] };
    case 'message':
      return { whole: history.byMessage(query.id), mail: [] };
    case 'session':
      return { whole: history.bySession(query.id), mail: [] };
    case 'address':
      return {
        whole: history.byMessageId(query.text),
        mail: history.byAddress(query.text, { limit, ...(since === undefined ? {} : { since }) }),
      };
    default:
      return query satisfies never;
  }
}
