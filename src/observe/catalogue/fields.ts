/** What a field means, whichever event it belongs to: one name has one meaning everywhere. */
import type { EventMap } from '../events.ts';

type NamesOf<Fields> = Fields extends unknown ? keyof Fields & string : never;

/** The name of any field of any event. */
export type FieldName = NamesOf<EventMap[keyof EventMap]>;

export const FIELDS: { readonly [Name in FieldName]: string } = {
  action: 'the request on the control socket: method and path',
  answer: 'what became of the request, in words',
  destination: 'where the log goes: a path, or `standard output`',
  error: 'what went wrong, in words',
  lines: 'a number of log lines',
  path: 'a path of a file or socket',
  threshold: 'the lowest level that is written',
};
