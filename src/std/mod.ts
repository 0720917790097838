/** The few things every part may use: time, addresses, events, words. Imports nothing of ours. */
export * from './clock.ts';
export * from './dataFolder.ts';
export * from './emit.ts';
export * from './errorText.ts';
export * from './exclusive.ts';
export * from './host.ts';
export * from './ip.ts';
export * from './words.ts';
