/**
 * The SMTP session of a client: octets -> line -> Command -> check -> proceed -> one reply.
 *
 * `transition()` is pure; `Session` acts. A session knows no socket: it is given a `Transport`.
 */
export * from './events.ts';
export { AUTH_LINE_LIMIT, COMMAND_LINE_LIMIT } from './lines.ts';
export { repliesReference } from './reference.ts';
export { REPLIES, greeting, type ReplyName } from './replies.ts';
export { Session } from './session.ts';
export * from './types.ts';
