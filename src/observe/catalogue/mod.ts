/** The total table of events: level, meaning and fields of each. */
import type { EventMap } from '../events.ts';
import { ACCOUNTS_CATALOGUE } from './accounts.ts';
import { CONTROL_CATALOGUE } from './control.ts';
import { DAEMON_CATALOGUE } from './daemon.ts';
import type { Catalogue, MissingFields } from './definition.ts';
import { DELIVER_CATALOGUE } from './deliver.ts';
import { DNS_CATALOGUE } from './dns.ts';
import { FACTS_CATALOGUE } from './facts.ts';
import { HISTORY_CATALOGUE } from './history.ts';
import { LEDGER_CATALOGUE } from './ledger.ts';
import { LISTENER_CATALOGUE } from './listener.ts';
import { LOG_CATALOGUE } from './log.ts';
import { SCHEDULE_CATALOGUE } from './schedule.ts';
import { SESSION_CATALOGUE } from './session.ts';
import { SPOOL_CATALOGUE } from './spool.ts';

/** A missing event does not compile. */
export const EVENTS = {
  ...DAEMON_CATALOGUE,
  ...LISTENER_CATALOGUE,
  ...SESSION_CATALOGUE,
  ...FACTS_CATALOGUE,
  ...LEDGER_CATALOGUE,
  ...ACCOUNTS_CATALOGUE,
  ...SPOOL_CATALOGUE,
  ...SCHEDULE_CATALOGUE,
  ...DELIVER_CATALOGUE,
  ...DNS_CATALOGUE,
  ...HISTORY_CATALOGUE,
  ...CONTROL_CATALOGUE,
  ...LOG_CATALOGUE,
} satisfies Catalogue<EventMap>;

/** Does not compile while a definition leaves out a field of its event; the message names the field. */
export const COMPLETE = true satisfies [MissingFields<EventMap, typeof EVENTS>] extends [never]
  ? true
  : MissingFields<EventMap, typeof EVENTS>;

export { FIELDS } from './fields.ts';
export type { FieldName } from './fields.ts';
