/**
 * What DNS and the greeting say of a stranger. What is not known refuses nobody, and postmaster is asked of nothing: whoever is refused
 * must be able to say so (RFC 5321 4.5.1). Whether the client is a stranger is for whoever asks to say.
 */
import type { DnsFacts } from '../facts/mod.ts';
import type { Mailbox } from '../mail/mod.ts';
import type { ScreenRules } from './compile.ts';
import { PASS, type Verdict } from './types.ts';

/** Whether anything is asked of DNS. */
export function asksDns({ dnsLists, reverseName }: ScreenRules): boolean {
  return dnsLists.size > 0 || reverseName !== 'off';
}

/** Whether anything is asked that `judgeNetwork()` looks at. */
export function asksNetwork(rules: ScreenRules): boolean {
  return asksDns(rules) || rules.helo !== 'off';
}

export interface Approach {
  readonly dns: DnsFacts;
  readonly heloIsPlausible: boolean;
  /** After rewriting. */
  readonly recipient: Mailbox;
}

/** The verdict on a stranger for a recipient that the policy accepted. */
export function judgeNetwork(rules: ScreenRules, { dns, heloIsPlausible, recipient }: Approach): Verdict {
  if (recipient.localKey === 'postmaster') return PASS;
  const list = dns.lists.find(
    ({ list: zone, verdict }) => verdict === 'listed' && rules.dnsLists.get(zone)?.action === 'refuse',
  );
  if (list !== undefined) return { kind: 'refuse', rule: { kind: 'dnsList', zone: list.list } };
  const nameless = dns.name.kind === 'none' || dns.name.kind === 'unconfirmed';
  if (nameless && rules.reverseName === 'require') return { kind: 'refuse', rule: { kind: 'reverseName' } };
  if (!heloIsPlausible && rules.helo === 'require') return { kind: 'refuse', rule: { kind: 'helo' } };
  return PASS;
}
