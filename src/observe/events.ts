/**
 * Everything that can be said in the log: one map, composed of those the parts declare themselves.
 *
 * A field is a plain value, so no message content, no buffer and no object can get into an event; a field whose name is that of a
 * secret, or that of a member every line has, does not compile.
 */
import type { AccountEvents } from '../accounts/mod.ts';
import type { ControlEvents } from '../api/mod.ts';
import type { DaemonEvents } from '../daemon/events.ts';
import type { DeliverEvents } from '../deliver/mod.ts';
import type { DnsEvents } from '../dns/mod.ts';
import type { FactsEvents } from '../facts/mod.ts';
import type { HistoryEvents } from '../history/mod.ts';
import type { LedgerEvents } from '../ledger/mod.ts';
import type { ListenerEvents } from '../listener/mod.ts';
import type { ScheduleEvents } from '../schedule/mod.ts';
import type { SessionEvents } from '../session/mod.ts';
import type { SpoolEvents } from '../spool/mod.ts';

export type {
  AccountEvents,
  ControlEvents,
  DaemonEvents,
  DeliverEvents,
  DnsEvents,
  FactsEvents,
  HistoryEvents,
  LedgerEvents,
  ListenerEvents,
  ScheduleEvents,
  SessionEvents,
  SpoolEvents,
};

/** What the log says of itself. */
export interface LogEvents {
  'log.opened': { readonly destination: string; readonly threshold: string };
  'log.reopened': { readonly destination: string };
  'log.reopenFailed': { readonly destination: string; readonly error: string };
  'log.dropped': { readonly lines: number };
}

/** Every event of the program, by name; in the order of a message's way. */
export interface EventMap
  extends
    DaemonEvents,
    ListenerEvents,
    SessionEvents,
    FactsEvents,
    LedgerEvents,
    AccountEvents,
    SpoolEvents,
    ScheduleEvents,
    DeliverEvents,
    DnsEvents,
    HistoryEvents,
    ControlEvents,
    LogEvents {}

/** What a field of an event can be. */
export type LogValue = string | number | boolean | null | undefined | readonly string[] | readonly number[];

/** Members of every line; no event has a field of that name. */
export type LineMember = 'time' | 'level' | 'event' | 'pid' | 'process' | 'msg';

/** Names under which a secret or a piece of a message would travel. */
type Unspeakable =
  'password' | 'secret' | 'credentials' | 'key' | 'token' | 'content' | 'body' | 'header' | 'initial';

type Illegal<Events> = {
  [Name in keyof Events]: {
    [Field in keyof Events[Name]]-?: Field extends LineMember | Unspeakable
      ? [Name, Field]
      : Events[Name][Field] extends LogValue
        ? never
        : [Name, Field];
  }[keyof Events[Name]];
}[keyof Events];

/** Does not compile while an event has a field that may not be logged. */
export const LEGAL = true satisfies [Illegal<EventMap>] extends [never] ? true : Illegal<EventMap>;
