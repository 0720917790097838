/**
 * Gets a response from one of the name servers: UDP, TCP where needed, the next server when one does not answer.
 *
 * A question takes at most `attempts` rounds over the servers, each with at most twice (with and without EDNS) three packets
 * (UDP, TCP, UDP in one case). So many questions are under way at once, so many wait; others end as `busy` at once.
 */
import type { DecodedPacket } from 'dns-packet';
import { createGate } from './gate.ts';
import type { Health } from './health.ts';
import type { NameServer } from './server.ts';
import { askTcp } from './tcp.ts';
import type { RandomBelow } from './types.ts';
import { askUdp, type Asked } from './udp.ts';
import { makeQuery, RCODE, responseCode, type Query, type QuestionType } from './wire.ts';

export interface ExchangeOptions {
  readonly servers: readonly NameServer[];
  /** For each packet sent. */
  readonly timeoutMs: number;
  /** Rounds over all servers. */
  readonly attempts: number;
  /** Questions under way at once. */
  readonly concurrency: number;
  /** Questions that wait for their turn. */
  readonly waiting: number;
  readonly health: Health;
  readonly random: RandomBelow;
}

export type Response =
  | { readonly kind: 'answer'; readonly packet: DecodedPacket }
  | { readonly kind: 'temporary'; readonly text: string }
  /** Not asked: too many questions are under way. */
  | { readonly kind: 'busy' };

export interface Question {
  /** Folded and askable. */
  readonly name: string;
  readonly type: QuestionType;
}

export type Exchange = (question: Question, signal: AbortSignal) => Promise<Response>;

export function createExchange(options: ExchangeOptions): Exchange {
  const gate = createGate({ inside: options.concurrency, waiting: options.waiting });
  // The server that answered last is asked first, so that a dead one costs its time-out once and not every time.
  let preferred = 0;

  async function askAll(question: Question, signal: AbortSignal): Promise<Response> {
    let last: Reply = { kind: 'silent', text: 'no name servers' };
    const start = preferred;
    for (let round = 0; round < options.attempts; round += 1) {
      for (let offset = 0; offset < options.servers.length; offset += 1) {
        const index = (start + offset) % options.servers.length;
        const server = options.servers[index];
        if (server === undefined) continue;
        last = await askOne(server, question, options, signal);
        if (signal.aborted) return { kind: 'temporary', text: 'cancelled' };
        if (last.kind !== 'silent') options.health.answered();
        if (last.kind !== 'answer') continue;
        preferred = index;
        return last;
      }
    }
    if (last.kind === 'silent') options.health.unanswered(last.text);
    return last.kind === 'silent' ? { kind: 'temporary', text: last.text } : last;
  }

  return async (question, signal) => {
    const place = await gate.enter(signal);
    if (place === 'full') return { kind: 'busy' };
    if (place === 'cancelled') return { kind: 'temporary', text: 'cancelled' };
    try {
      return await askAll(question, signal);
    } finally {
      gate.leave();
    }
  };
}

/** What one server said. */
type Reply =
  | Exclude<Response, { kind: 'busy' }>
  /** Nothing that can be used. */
  | { readonly kind: 'silent'; readonly text: string };

async function askOne(
  server: NameServer,
  question: Question,
  options: ExchangeOptions,
  signal: AbortSignal,
): Promise<Reply> {
  let asked = await askOver(server, question, { ...options, edns: true, signal });
  if (asked.kind === 'answer' && isRefusalOfEdns(asked.packet)) {
    asked = await askOver(server, question, { ...options, edns: false, signal });
  }
  const where = `${server.host}:${server.port}`;
  if (asked.kind === 'temporary') return { kind: 'silent', text: `${where}: ${asked.text}` };
  const code = responseCode(asked.packet);
  if (code === RCODE.noError || code === RCODE.nxDomain) return asked;
  return { kind: 'temporary', text: `${where}: ${codeName(code)}` };
}

async function askOver(
  server: NameServer,
  question: Question,
  options: ExchangeOptions & { readonly edns: boolean; readonly signal: AbortSignal },
): Promise<Exclude<Asked, { kind: 'useTcp' }>> {
  const query = (mixed: boolean): Query => makeQuery(question.name, question.type, options.random, mixed);
  const asked = await askUdp(server, query(true), options);
  if (asked.kind !== 'useTcp') return asked;
  // RFC 7766 5: a truncated answer is not used, the question goes to TCP.
  const again = await askTcp(server, query(true), options);
  if (again.kind === 'answer') return again;
  if (asked.because !== 'caseLost' || options.signal.aborted) return unusable(again);
  // A server that folds case and has no TCP. A forger would have had to hit id and port to get us here, and must hit new ones again.
  return unusable(await askUdp(server, query(false), options));
}

function unusable(asked: Asked): Exclude<Asked, { kind: 'useTcp' }> {
  return asked.kind === 'useTcp' ? { kind: 'temporary', text: `no usable answer (${asked.because})` } : asked;
}

/** RFC 6891 7: a server that does not know EDNS says FORMERR; some say NOTIMP. */
function isRefusalOfEdns(response: DecodedPacket): boolean {
  const code = responseCode(response);
  return code === RCODE.formatError || code === RCODE.notImplemented;
}

function codeName(code: number): string {
  if (code === RCODE.serverFailure) return 'server failure (SERVFAIL)';
  if (code === RCODE.refused) return 'refused';
  return `response code ${code}`;
}
