/** What DNS says of a client: its name, what lists say of it. Never more than facts; what follows from them is the screen's to say. */
export * from './types.ts';
export { createClientFacts } from './clientFacts.ts';
export type { ClientFacts, ClientFactsOptions } from './clientFacts.ts';
export type { FactsEvents } from './events.ts';
export { heloPlausible } from './helo.ts';
export type { HeloVerdict, OurNames } from './helo.ts';
export type { DnsList } from './list.ts';
export type { FactsSettings } from './lookup.ts';
