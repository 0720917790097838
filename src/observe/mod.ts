/** Seeing what happens: one typed map of events, written as JSON lines. */
export { EVENTS, FIELDS } from './catalogue/mod.ts';
export { LogError } from './destination.ts';
export type { EventMap, LogEvents } from './events.ts';
export { createLogger } from './logger.ts';
export type { Logger, LoggerOptions } from './logger.ts';
export { LEVELS } from './level.ts';
export type { Level } from './level.ts';
export { logEventsReference } from './reference.ts';
