/** The rules in the form in which they are asked. Made once for a configuration, never changed, shared by all sessions. */
import { foldAscii } from '../mail/mod.ts';
import { buildRangeTable, compilePatterns } from '../policy/mod.ts';
import type { PatternSet, RangeTable } from '../policy/mod.ts';
import { compileFilters, type Filters } from './filters.ts';
import { compileProtection, type Protection } from './protect.ts';
import type { Demand, DnsListSource, ScreenSource } from './types.ts';

export interface ScreenRules {
  /** Rule 0 is `clients.accept`, rule 1 `clients.refuse`. */
  readonly clients: RangeTable;
  /** By zone. */
  readonly dnsLists: ReadonlyMap<string, DnsListSource>;
  readonly reverseName: Demand;
  readonly helo: Demand;
  readonly filters: Filters;
  readonly protection: Protection;
  readonly accounts: {
    readonly sendAs: 'own' | 'any';
    readonly exempt: RangeTable;
    /** By the name of the account, folded. */
    readonly also: ReadonlyMap<string, PatternSet>;
  };
  /** `sendAs` by the name of the grant, of those that have it. */
  readonly grants: ReadonlyMap<string, PatternSet>;
  readonly proxies: RangeTable;
}

export function compileScreen(source: ScreenSource): ScreenRules {
  const { clients, accounts } = source;
  return Object.freeze({
    clients: buildRangeTable([clients.accept, clients.refuse]),
    dnsLists: new Map(clients.dnsLists.map((list) => [list.zone, list])),
    reverseName: clients.reverseName,
    helo: clients.helo,
    filters: compileFilters(source.filters),
    protection: compileProtection(source.routes),
    accounts: Object.freeze({
      sendAs: accounts.sendAs,
      exempt: buildRangeTable([accounts.sendAsExempt]),
      also: new Map(
        [...accounts.mayAlsoSendAs].map(([name, list]) => [foldAscii(name), compilePatterns(list)]),
      ),
    }),
    grants: new Map(
      source.grants.flatMap(({ name, sendAs }) =>
        sendAs === undefined ? [] : [[name, compilePatterns(sendAs)] as const],
      ),
    ),
    proxies: buildRangeTable([source.proxies]),
  });
}
