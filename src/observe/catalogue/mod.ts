/** The total table of events: level, meaning and fields of each. */
import type { EventMap } from '../events.ts';
import { CONTROL_CATALOGUE } from './control.ts';
import type { Catalogue, MissingFields } from './definition.ts';
import { LISTENER_CATALOGUE } from './listener.ts';
import { LOG_CATALOGUE } from './log.ts';
import { SESSION_CATALOGUE } from './session.ts';

/** A missing event does not compile. */
export const EVENTS = {
  ...LISTENER_CATALOGUE,
  ...SESSION_CATALOGUE,
  ...LOG_CATALOGUE,
  ...CONTROL_CATALOGUE,
} satisfies Catalogue<EventMap>;

/** Does not compile while a definition leaves out a field of its event; the message names the field. */
export const COMPLETE = true satisfies [MissingFields<EventMap, typeof EVENTS>] extends [never]
  ? true
  : MissingFields<EventMap, typeof EVENTS>;

export { FIELDS } from './fields.ts';
export type { FieldName } from './fields.ts';
