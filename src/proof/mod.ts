/** What can be said of a policy as a whole: proof, who can relay, difference. Pure. */
export type * from './types.ts';
export { addressSet, countAddresses, EVERY_ADDRESS, publicAddresses, withoutRanges } from './address-sets.ts';
export { classesOf } from './classes.ts';
export type { Classes } from './classes.ts';
export { difference } from './difference.ts';
export { prove } from './prove.ts';
export { isInRegion } from './regions.ts';
export { formatAddressSet, formatMailboxPattern, formatMailboxSet, formatWho } from './words.ts';
export { isPrivateUse } from './private-use.ts';
