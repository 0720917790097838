/**
 * Questions and answers as octets: what is put into a query so that a forged answer is recognised, and which packets count
 * as its answer.
 */
import * as packet from 'dns-packet';
import type { DecodedPacket } from 'dns-packet';
import { foldName } from './name.ts';
import type { RandomBelow } from './types.ts';

export type QuestionType = 'A' | 'AAAA' | 'MX' | 'PTR' | 'TXT';

export interface Query {
  readonly id: number;
  /** The answer has to repeat it letter by letter, which in random case is hard to guess (draft-vixie-dnsext-dns0x20). */
  readonly name: string;
  readonly type: QuestionType;
}

/** What a packet is to a query. */
export type Reading =
  | { readonly kind: 'answer'; readonly packet: DecodedPacket }
  /** The right answer but for the case of letters: a name server that folds them, or a forger. */
  | { readonly kind: 'caseLost'; readonly packet: DecodedPacket }
  /** Something else. */
  | { readonly kind: 'foreign' };

/** The payload that passes almost every path without fragments (DNS flag day 2020). */
const UDP_PAYLOAD = 1232;

export const RCODE = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  nxDomain: 3,
  notImplemented: 4,
  refused: 5,
} as const;

/** `mixed`: letters in random case. */
export function makeQuery(name: string, type: QuestionType, random: RandomBelow, mixed = true): Query {
  return { id: random(65_536), name: mixed ? mixCase(name, random) : name, type };
}

function mixCase(name: string, random: RandomBelow): string {
  return name.replaceAll(/[a-z]/g, (letter) => (random(2) === 0 ? letter : letter.toUpperCase()));
}

/** `edns`: announce that answers over 512 octets are welcome (RFC 6891). */
export function encodeQuery(query: Query, edns: boolean): Buffer {
  return packet.encode({
    type: 'query',
    id: query.id,
    flags: packet.RECURSION_DESIRED,
    questions: [{ type: query.type, name: query.name, class: 'IN' }],
    additionals: edns
      ? [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: UDP_PAYLOAD,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ]
      : [],
  });
}

/** Never throws: octets that are no packet are foreign. */
export function readPacket(octets: Buffer, query: Query): Reading {
  let decoded: DecodedPacket;
  try {
    decoded = packet.decode(octets);
  } catch {
    return { kind: 'foreign' };
  }
  // RFC 5452 9.1: id and question must be those of the query; the source address is held by the connected socket.
  if (!decoded.flag_qr || decoded.id !== query.id) return { kind: 'foreign' };
  const [question, ...others] = decoded.questions ?? [];
  if (question === undefined) {
    // An old server that cannot parse EDNS answers FORMERR with the header alone (RFC 6891 7).
    return responseCode(decoded) === RCODE.formatError
      ? { kind: 'answer', packet: decoded }
      : { kind: 'foreign' };
  }
  if (others.length > 0 || question.type !== query.type || question.class !== 'IN')
    return { kind: 'foreign' };
  if (question.name === query.name) return { kind: 'answer', packet: decoded };
  return foldName(question.name) === foldName(query.name)
    ? { kind: 'caseLost', packet: decoded }
    : { kind: 'foreign' };
}

/** The response code, with the upper bits that EDNS adds (RFC 6891 6.1.3). */
export function responseCode(response: DecodedPacket): number {
  let upper = 0;
  for (const record of response.additionals ?? []) if (record.type === 'OPT') upper = record.extendedRcode;
  return (upper << 4) | ((response.flags ?? 0) & 0x0f);
}
