/** Which clients may connect at all, and who is a stranger. */
import { findBlock } from '../policy/mod.ts';
import type { IpAddress } from '../std/mod.ts';
import type { ScreenRules } from './compile.ts';
import { PASS, type Caller, type Verdict } from './types.ts';

const ACCEPT = 0;
const REFUSE = 1;

/** Asked when a client connects, and again when a proxy names another one. */
export function judgeClient(rules: ScreenRules, client: IpAddress): Verdict {
  return listed(rules, client) === 'refuse' ? { kind: 'refuse', rule: { kind: 'client' } } : PASS;
}

/**
 * Who has neither signed in, nor holds a grant, nor is listed in `clients.accept`. Behind a proxy that does not say for whom it speaks
 * may be anybody: what its own address holds by `connectingTo` is nobody's.
 */
export function isStranger(rules: ScreenRules, { client, account, holdsGrant }: Caller): boolean {
  if (account !== undefined || listed(rules, client) === 'accept') return false;
  return !holdsGrant || findBlock(rules.proxies, client) !== undefined;
}

/** What the narrowest range says that holds the address. */
function listed({ clients }: ScreenRules, client: IpAddress): 'accept' | 'refuse' | undefined {
  const lists = findBlock(clients, client)?.rules;
  if (lists?.includes(REFUSE) === true) return 'refuse';
  return lists?.includes(ACCEPT) === true ? 'accept' : undefined;
}
