/** Making a connection on which a probe of a certain way can be tried. */
import type { Pace } from './pace.ts';
import { formatReceived, haltOf, isPositive, Talk } from './talk.ts';
import type { Way } from './types.ts';
import { isLoss, Wire, type Destination, type Loss, type WireLimits } from './wire.ts';

export interface Opener {
  readonly destination: Destination;
  readonly limits: WireLimits;
  readonly pace: Pace;
  /** The name we greet with. */
  readonly helo: string;
}

export interface Special {
  /** Written before anything is read. */
  readonly first?: string;
  /** The line of greeting instead of the usual one; empty for none. */
  readonly greeting?: string;
}

/** A connection that was greeted, over TLS when the way wants it; nothing is left open behind a loss. */
export async function openTalk(opener: Opener, way: Way, special: Special = {}): Promise<Talk | Loss> {
  const talk = await connectTalk(opener, special.first);
  if (isLoss(talk)) return talk;
  const loss = await introduce(talk, way, opener, special);
  if (loss === undefined) return talk;
  talk.wire.close();
  return loss;
}

/** A connection whose banner was read. */
export async function connectTalk(opener: Opener, first?: string): Promise<Talk | Loss> {
  const turn = await opener.pace.turn();
  if (turn !== 'go') return haltOf(turn);
  const octets = first === undefined ? undefined : Buffer.from(`${first}\r\n`, 'utf8');
  const wire = await Wire.open(opener.destination, opener.limits, octets);
  if (isLoss(wire)) return wire;
  const talk = new Talk(wire, opener.pace);
  if (first !== undefined) talk.record('us', first);
  const banner = await talk.hear();
  if (isLoss(banner)) return banner;
  talk.banner = banner.lines[0] ?? '';
  if (isPositive(banner)) return talk;
  wire.close();
  return { cause: 'closed', text: `the server turned us away: ${formatReceived(banner)}` };
}

async function introduce(talk: Talk, way: Way, opener: Opener, special: Special): Promise<Loss | undefined> {
  const usual = `${way.hello} ${opener.helo}`;
  if (way.tls && !opener.destination.implicitTls) {
    const loss = await protect(talk, opener);
    if (loss !== undefined) return loss;
  }
  const greeting = special.greeting ?? usual;
  if (greeting === '') return undefined;
  const reply = await talk.greet(greeting);
  if (isLoss(reply)) return reply;
  if (isPositive(reply)) return undefined;
  // What came was the answer to the line before the banner: the server does not know it.
  if (special.first !== undefined) return greetAgain(talk);
  // A server may refuse a false name; then the question is what it does with one that goes on.
  if (special.greeting !== undefined) return greetAs(talk, usual);
  return { cause: 'protocol', text: `the server refuses ${way.hello}: ${formatReceived(reply)}` };
}

async function protect(talk: Talk, { helo }: Opener): Promise<Loss | undefined> {
  const hello = await talk.greet(`EHLO ${helo}`);
  if (isLoss(hello)) return hello;
  const refused = await talk.startTls();
  if (refused === undefined || isLoss(refused)) return refused;
  return { cause: 'protocol', text: `the server refuses STARTTLS: ${formatReceived(refused)}` };
}

async function greetAs(talk: Talk, line: string): Promise<Loss | undefined> {
  const reply = await talk.greet(line);
  if (isLoss(reply)) return reply;
  return isPositive(reply)
    ? undefined
    : { cause: 'protocol', text: `the server refuses the greeting: ${formatReceived(reply)}` };
}

async function greetAgain(talk: Talk): Promise<Loss | undefined> {
  const reply = await talk.hear();
  if (isLoss(reply)) return reply;
  return isPositive(reply)
    ? undefined
    : { cause: 'protocol', text: `the server refuses the greeting: ${formatReceived(reply)}` };
}
