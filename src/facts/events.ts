/** What an administrator has to know about the questions; what they said of a client is told where it is used. */

export interface FactsEvents {
  /**
   * A DNS list gives no verdict: it answers with an error code, or with what no list answers, or several times in a row not at all.
   * Told at once, then at most once an hour for each list. Its verdict is unknown meanwhile, which refuses nobody.
   */
  'facts.listFailed': {
    /** The zone. */
    readonly list: string;
    readonly error: string;
    /** How often since this was told last. */
    readonly times: number;
  };
  /**
   * A DNS list is none any more: it lists what no list does, or does not list what every list does (RFC 5782 5). Told when that is
   * found out; it counts for nothing until `facts.listFit`.
   */
  'facts.listUnfit': { /** The zone. */ readonly list: string; readonly error: string };
  /** A DNS list passes its test again. */
  'facts.listFit': { readonly list: string };
  /** More clients at once than are looked up: of some nothing is known. Told at most once a minute. */
  'facts.skipped': { /** How often since this was told last. */ readonly times: number };
}
