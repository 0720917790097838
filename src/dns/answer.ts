/** What a response means for one question: records, an alias to follow, or one of the two kinds of "nothing". */
import type { Answer, DecodedPacket } from 'dns-packet';
import { foldName } from './name.ts';
import { RCODE, responseCode, type QuestionType } from './wire.ts';

/** How records of one type are taken out of an answer. */
export interface RecordReader<T> {
  readonly type: QuestionType;
  /** Undefined for a record that is not of this type or not usable. */
  read(record: Answer): T | undefined;
}

export type Meaning<T> =
  | { readonly kind: 'found'; readonly records: readonly T[]; readonly ttl: number }
  /** The name is an alias and the response does not hold the end of the chain. `links`: aliases passed so far. */
  | { readonly kind: 'alias'; readonly target: string; readonly ttl: number; readonly links: number }
  /** `ttl` 0: the server did not say how long that holds, so it may not be kept (RFC 2308 5). */
  | { readonly kind: 'noData'; readonly ttl: number }
  | { readonly kind: 'nxDomain'; readonly ttl: number }
  | { readonly kind: 'temporary'; readonly text: string };

/** Records taken out of one answer; over TCP there could be thousands. */
export const MAX_RECORDS = 100;

/** Aliases followed for one question; RFC 1034 3.6.2 asks not to be caught in loops. */
export const MAX_ALIASES = 8;

/** Reads `response` as the answer to `name` (folded) and the reader's type. `links`: aliases passed on the way to `name`. */
export function interpret<T>(
  response: DecodedPacket,
  name: string,
  reader: RecordReader<T>,
  links: number,
): Meaning<T> {
  const code = responseCode(response);
  if (code !== RCODE.noError && code !== RCODE.nxDomain)
    return { kind: 'temporary', text: `response code ${code}` };
  const end = followAliases(response, name, links);
  if (end === undefined)
    return { kind: 'temporary', text: `more than ${MAX_ALIASES} aliases, or a loop of them` };

  const found = collect(response, end.name, reader);
  if (found.records.length > 0) {
    return { kind: 'found', records: found.records, ttl: Math.min(end.ttl, found.ttl) };
  }
  const ttl = Math.min(end.ttl, negativeTtl(response));
  // RFC 2308 2.1: with aliases the code speaks of the end of the chain.
  if (code === RCODE.nxDomain) return { kind: 'nxDomain', ttl };
  const settled = hasSoa(response);
  if (!settled && end.links > links)
    return { kind: 'alias', target: end.name, ttl: end.ttl, links: end.links };
  if (!settled && isReferral(response))
    return { kind: 'temporary', text: 'the name server only refers to others' };
  return { kind: 'noData', ttl };
}

function followAliases(
  response: DecodedPacket,
  name: string,
  links: number,
): { name: string; ttl: number; links: number } | undefined {
  const aliases = new Map<string, { target: string; ttl: number }>();
  for (const record of response.answers ?? []) {
    if (record.type !== 'CNAME' || record.class !== 'IN') continue;
    aliases.set(foldName(record.name), { target: foldName(record.data), ttl: ttlOf(record.ttl) });
  }
  const end = { name, ttl: Number.MAX_SAFE_INTEGER, links };
  for (let next = aliases.get(name); next !== undefined; next = aliases.get(end.name)) {
    end.links += 1;
    if (end.links > MAX_ALIASES) return undefined;
    end.name = next.target;
    end.ttl = Math.min(end.ttl, next.ttl);
  }
  return end;
}

function collect<T>(
  response: DecodedPacket,
  owner: string,
  reader: RecordReader<T>,
): { records: readonly T[]; ttl: number } {
  const records: T[] = [];
  let ttl = Number.MAX_SAFE_INTEGER;
  for (const answer of response.answers ?? []) {
    if (answer.type !== reader.type || answer.class !== 'IN' || foldName(answer.name) !== owner) continue;
    if (records.length >= MAX_RECORDS) break;
    const record = reader.read(answer);
    if (record === undefined) continue;
    records.push(record);
    ttl = Math.min(ttl, ttlOf(answer.ttl));
  }
  return { records, ttl };
}

/** RFC 2308 5: the lesser of the SOA's own time to live and its minimum field. */
function negativeTtl(response: DecodedPacket): number {
  for (const record of response.authorities ?? []) {
    if (record.type === 'SOA') return Math.min(ttlOf(record.ttl), ttlOf(record.data.minimum));
  }
  return 0;
}

function hasSoa(response: DecodedPacket): boolean {
  return (response.authorities ?? []).some((record) => record.type === 'SOA');
}

/** RFC 2308 2.2: name servers in the authority section without SOA, from one that is no authority, say "ask there". */
function isReferral(response: DecodedPacket): boolean {
  return !response.flag_aa && (response.authorities ?? []).some((record) => record.type === 'NS');
}

/** RFC 2181 8: a time to live with the top bit set counts as zero. */
function ttlOf(ttl: number | undefined): number {
  return ttl === undefined || ttl > 0x7fff_ffff ? 0 : ttl;
}
