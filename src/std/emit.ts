/**
 * How every part says what happened: it names an event of its own map and gives the fields. What becomes of it (a log
 * line, a counter, a history row) is decided in `observe/`, never where it happened.
 */
export type Emit<Events> = (...event: EventOf<Events>) => void;

/**
 * One event: its name and its fields. A union of pairs and no generic function, so that whoever takes every event can be given to a
 * part that tells only its own.
 */
export type EventOf<Events> = {
  [Name in keyof Events & string]: [name: Name, fields: Events[Name]];
}[keyof Events & string];
