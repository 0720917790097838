/** Short ways to write screens and callers in tests. */
import { ip } from '../../policy/testing/mod.ts';
import type { Caller, ScreenSource } from '../mod.ts';

/** Rules that ask nothing, where not said otherwise. */
export function screenSource(parts: Partial<ScreenSource> = {}): ScreenSource {
  return {
    clients: { accept: [], refuse: [], dnsLists: [], reverseName: 'off', helo: 'off' },
    filters: [],
    accounts: { sendAs: 'own', sendAsExempt: [], mayAlsoSendAs: new Map() },
    routes: [],
    grants: [],
    proxies: [],
    ...parts,
  };
}

/** A stranger, where not said otherwise. */
export function callerOf(parts: Partial<Caller> = {}): Caller {
  return { client: ip('203.0.113.9'), account: undefined, holdsGrant: false, ...parts };
}
