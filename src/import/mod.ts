/** Makes a configuration of Postern from another server's. */
export { formatOrigin } from './types.ts';
export type { Imported, Importing, Origin, Remark, Unreadable } from './types.ts';
export { importPostfix } from './postfix/import.ts';
export type { PostfixSurroundings } from './postfix/import.ts';
export { importExchange } from './exchange/import.ts';
export type { ExchangeChoices, ExchangeFile } from './exchange/import.ts';
export { importHaraka } from './haraka/import.ts';
export type { HarakaChoices } from './haraka/import.ts';
