/** What can be said of a policy as a whole: proof, who can relay, difference. Pure. */
export type * from './types.ts';
