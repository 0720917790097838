/** Addresses, domains, dates and headers: what mail is made of. Pure; only this folder makes its branded types. */
export * from './types.ts';
export { describeAddressError, isAddressError } from './addressError.ts';
export { parseAddressList } from './addressList.ts';
export { foldAscii } from './ascii.ts';
export { formatDate } from './date.ts';
export { parseDomain, superdomains } from './domain.ts';
export { headerFields, splitHeader, type HeaderField, type SplitHeader } from './header.ts';
export { HeaderReader, type HeaderLimits } from './headerReader.ts';
export { encodeHeaderText, foldHeader } from './headerText.ts';
export { isLiteral, literalIp, literalOf, parseLiteral } from './literal.ts';
export { mailboxAt, parseMailbox, postmasterAt } from './mailbox.ts';
export { parseForwardPath, parseReversePath, pathLength } from './path.ts';
export { hasRoutingCharacters } from './routing.ts';
export { decodeUtf8, firstUnfit, hasNonAscii } from './text.ts';
