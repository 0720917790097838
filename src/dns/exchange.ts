/** Gets a response from one of the name servers: UDP, TCP where needed, the next server when one does not answer. */
import type { DecodedPacket } from 'dns-packet';
import { createGate } from './gate.ts';
import type { NameServer } from './server.ts';
import { askTcp } from './tcp.ts';
import type { RandomBelow } from './types.ts';
import { askUdp, type Asked } from './udp.ts';
import { makeQuery, RCODE, responseCode, type QuestionType } from './wire.ts';

export interface ExchangeOptions {
  readonly servers: readonly NameServer[];
  /** For each packet sent. */
  readonly timeoutMs: number;
  /** Rounds over all servers. */
  readonly attempts: number;
  /** Questions under way at once. */
  readonly concurrency: number;
  readonly random: RandomBelow;
}

export type Response =
  | { readonly kind: 'answer'; readonly packet: DecodedPacket }
  | { readonly kind: 'temporary'; readonly text: string };

export interface Question {
  /** Folded and askable. */
  readonly name: string;
  readonly type: QuestionType;
}

export type Exchange = (question: Question, signal: AbortSignal) => Promise<Response>;

export function createExchange(options: ExchangeOptions): Exchange {
  const gate = createGate(options.concurrency);
  // The server that answered last is asked first, so that a dead one costs its time-out once and not every time.
  let preferred = 0;

  async function askAll(question: Question, signal: AbortSignal): Promise<Response> {
    let last: Response = { kind: 'temporary', text: 'no name servers' };
    const start = preferred;
    for (let round = 0; round < options.attempts; round += 1) {
      for (let offset = 0; offset < options.servers.length; offset += 1) {
        const index = (start + offset) % options.servers.length;
        const server = options.servers[index];
        if (server === undefined) continue;
        last = await askOne(server, question, options, signal);
        if (last.kind === 'answer') preferred = index;
        if (last.kind === 'answer' || signal.aborted) return last;
      }
    }
    return last;
  }

  return async (question, signal) => {
    if (!(await gate.enter(signal))) return { kind: 'temporary', text: 'cancelled' };
    try {
      return await askAll(question, signal);
    } finally {
      gate.leave();
    }
  };
}

async function askOne(
  server: NameServer,
  question: Question,
  options: ExchangeOptions,
  signal: AbortSignal,
): Promise<Response> {
  let asked = await askOver(server, question, { ...options, edns: true, signal });
  if (asked.kind === 'answer' && isRefusalOfEdns(asked.packet)) {
    asked = await askOver(server, question, { ...options, edns: false, signal });
  }
  const where = `${server.host}:${server.port}`;
  if (asked.kind === 'temporary') return { kind: 'temporary', text: `${where}: ${asked.text}` };
  const code = responseCode(asked.packet);
  if (code === RCODE.noError || code === RCODE.nxDomain) return asked;
  return { kind: 'temporary', text: `${where}: ${codeName(code)}` };
}

async function askOver(
  server: NameServer,
  question: Question,
  options: ExchangeOptions & { readonly edns: boolean; readonly signal: AbortSignal },
): Promise<Exclude<Asked, { kind: 'useTcp' }>> {
  const query = makeQuery(question.name, question.type, options.random);
  const asked = await askUdp(server, query, options);
  if (asked.kind !== 'useTcp') return asked;
  // RFC 7766 5: a truncated answer is not used, the question goes to TCP.
  const again = await askTcp(server, makeQuery(question.name, question.type, options.random), options);
  return again.kind === 'useTcp' ? { kind: 'temporary', text: 'no usable answer' } : again;
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
