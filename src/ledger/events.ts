/** What the ledger tells. */
export interface LedgerEvents {
  /**
   * Recipients were refused because a grant has reached a limit. The first refusal is told at once; those that follow within the
   * time of the limit are told together at its end.
   */
  'limit.reached': {
    readonly grant: string;
    readonly per: 'grant' | 'account' | 'client';
    /** The account or client; null when all of the grant are counted together. */
    readonly whose: string | null;
    /** `200/hour` */
    readonly limit: string;
    readonly burst: number;
    /** When the next one is accepted, ISO 8601. */
    readonly until: string;
    /** Recipients refused since this was told last. */
    readonly refused: number;
  };
  /** Too many counters are in use; recipients that need a new one are put off. */
  'limit.tableFull': { readonly counters: number };
  /** A client that relays by its address alone looks like a gateway with others behind it. */
  'gateway.suspected': {
    readonly client: string;
    readonly grant: string;
    readonly reason: string;
    /** Different EHLO names it gave. */
    readonly names: number;
    readonly examples: readonly string[];
  };
  /** The ledger could not be read or written; what is counted is lost when the supervisor ends. */
  'ledger.failed': { readonly path: string; readonly error: string };
}
