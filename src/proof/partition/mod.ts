/** The facts, cut into what policies can tell apart, one dimension at a time. */
export * from './accounts.ts';
export * from './addresses.ts';
export * from './mailboxes.ts';
export * from './moments.ts';
export * from './specimens.ts';
