/**
 * How every part says what happened: it names an event of its own map and gives the fields. What becomes of it (a log
 * line, a counter, a history row) is decided in `observe/`, never where it happened.
 */
export type Emit<Events> = <Name extends keyof Events & string>(name: Name, fields: Events[Name]) => void;
