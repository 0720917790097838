/** What is known of an event beside its fields: how much it matters and what it means. */
import type { Level } from '../level.ts';

export interface EventDefinition<Fields> {
  readonly level: Level;
  /** One line for `docs/log-events.md`. */
  readonly meaning: string;
  /** Every field of the event, in the order in which they are worth reading. */
  readonly fields: readonly (keyof Fields & string)[];
}

/** A definition for every event of a part; a missing one does not compile. */
export type Catalogue<Events> = {
  readonly [Name in keyof Events]: EventDefinition<Events[Name]>;
};

/** The fields of events that their definition does not list; `never` when complete. */
export type MissingFields<Events, Table extends Catalogue<Events>> = {
  [Name in keyof Events]: Exclude<keyof Events[Name], Table[Name]['fields'][number]>;
}[keyof Events];
