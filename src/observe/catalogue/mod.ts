/** The total table of events: level, meaning and fields of each. */
import type { EventMap } from '../events.ts';
import { CONTROL_CATALOGUE } from './control.ts';
import type { Catalogue, MissingFields } from './definition.ts';
import { LOG_CATALOGUE } from './log.ts';

/** A missing event does not compile. */
export const EVENTS = { ...LOG_CATALOGUE, ...CONTROL_CATALOGUE } satisfies Catalogue<EventMap>;

/** Does not compile while a definition leaves out a field of its event; the message names the field. */
export const COMPLETE = true satisfies [MissingFields<EventMap, typeof EVENTS>] extends [never]
  ? true
  : MissingFields<EventMap, typeof EVENTS>;

export { FIELDS } from './fields.ts';
export type { FieldName } from './fields.ts';
