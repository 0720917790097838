/** What the resolver tells of itself; what became of a single question is the answer's to say. */

export interface DnsEvents {
  /**
   * No name server answers: so many questions in a row ended without a word from any. Told at once, then at most once in five
   * minutes while it lasts. Mail waits in the queue meanwhile, and facts about clients are unknown.
   */
  'dns.unreachable': {
    readonly servers: readonly string[];
    /** Questions since any server answered. */
    readonly questions: number;
    readonly error: string;
  };
  /** A name server answers again. */
  'dns.reachable': { readonly servers: readonly string[]; readonly questions: number };
}
