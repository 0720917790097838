/** What DNS says of a client: its name, what lists say of it. Never more than facts; what follows from them is the screen's to say. */
export * from './types.ts';
