/** Accepts connections: sockets, admission, TLS. */
export * from './admission.ts';
export * from './events.ts';
export * from './listener.ts';
