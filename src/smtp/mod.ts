/** SMTP as octets and as values: parsers and writers for both sides of a connection. Pure. */
export * from './types.ts';
export { decodeBase64 } from './base64.ts';
export { parseCommand } from './command.ts';
export { DataReader, type DataOptions, type DataStep, type DataSummary } from './dataReader.ts';
export { LineReader, type Line } from './lineReader.ts';
export { formatReply } from './reply.ts';
export { parseEhlo, ReplyReader, type ReceivedReply } from './replyReader.ts';
export { DotStuffer, stuffAll } from './stuff.ts';
