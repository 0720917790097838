/** SMTP as octets and as values: parsers and writers for both sides of a connection. Pure. */
export * from './types.ts';
export { decodeBase64 } from './base64.ts';
export { parseCommand } from './command.ts';
export { BdatReader, type BdatOptions } from './bdatReader.ts';
export type { DataStep, DataSummary } from './contentReader.ts';
export { DataReader, type DataOptions } from './dataReader.ts';
export { LineReader, type Line } from './lineReader.ts';
export { Pieces } from './pieces.ts';
export { formatReply } from './reply.ts';
export { parseEhlo, ReplyReader, type ReceivedReply } from './replyReader.ts';
export { DotStuffer, stuffAll } from './stuff.ts';
export { formatTimestamp } from './timestamp.ts';
export { decodeXtext, encodeUnitext, encodeXtext, escapeBeyondAscii } from './xtext.ts';
