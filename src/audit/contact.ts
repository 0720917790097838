/** The first connection: whether there is a server, what it calls itself, what it offers, and whether it takes mail at all. */
import { literalOf, parseDomain } from '../mail/mod.ts';
import { parseIp } from '../std/mod.ts';
import { openTalk, type Opener } from './open.ts';
import { formatReceived, isPositive, type Talk } from './talk.ts';
import type { Names, Way } from './types.ts';
import { isLoss, type Loss } from './wire.ts';

/** What the caller knows of the server and wants to be used. */
export interface GivenNames {
  readonly domain: string | undefined;
  readonly inbound: string | undefined;
  readonly outside: string;
  readonly sender: string;
  readonly helo: string;
}

/** A recipient that the server should accept from anybody. */
export interface Control {
  readonly recipient: string;
  readonly accepted: boolean;
  readonly reply: string;
}

export interface Contact {
  readonly banner: string;
  readonly names: Names;
  /** Nobody said which domain the server accepts. */
  readonly domainGuessed: boolean;
  readonly knowsEhlo: boolean;
  readonly extensions: ReadonlyMap<string, string>;
  readonly control: Control;
}

/** Two tries: EHLO, and HELO for a server that does not know it. */
export async function makeContact(opener: Opener, given: GivenNames): Promise<Contact | Loss> {
  const way: Way = { id: 'ehlo', hello: 'EHLO', tls: false, fresh: true };
  const first = await openTalk(opener, way);
  const talk =
    isLoss(first) && first.cause === 'protocol' ? await openTalk(opener, { ...way, hello: 'HELO' }) : first;
  if (isLoss(talk)) return talk;
  const names = findNames(talk, opener, given);
  const control = await tryControl(talk, names);
  await talk.quit();
  if (isLoss(control)) return control;
  return {
    banner: talk.banner,
    names,
    domainGuessed: given.domain === undefined,
    knowsEhlo: talk === first,
    extensions: talk.extensions,
    control,
  };
}

function findNames(talk: Talk, { destination }: Opener, given: GivenNames): Names {
  const host = ownName(talk) ?? nameOf(destination.name) ?? 'localhost';
  const domain = given.domain ?? parentOf(host);
  const inbound = given.inbound ?? '';
  return {
    host,
    domain,
    ip: destination.address,
    literal: literalText(destination.address),
    client: literalText(talk.wire.localAddress),
    known: inbound === '' ? `postmaster@${domain}` : inbound,
    inbound,
    outside: given.outside,
    sender: given.sender,
    helo: given.helo,
  };
}

function literalText(address: string): string {
  const ip = parseIp(address);
  return ip === undefined ? '[127.0.0.1]' : literalOf(ip);
}

/** The name in the server's own greeting, when it is one (RFC 5321 4.2: the first word). */
function ownName({ greeted, banner }: Talk): string | undefined {
  for (const text of [greeted, banner]) {
    const name = nameOf(text.trim().split(/\s+/)[0] ?? '');
    if (name !== undefined) return name;
  }
  return undefined;
}

function nameOf(text: string): string | undefined {
  if (parseIp(text) !== undefined || !text.includes('.')) return undefined;
  return parseDomain(text);
}

/** mx.contoso.example receives for contoso.example, as a rule; contoso.example for itself. */
function parentOf(host: string): string {
  const labels = host.split('.');
  return labels.length > 2 ? labels.slice(1).join('.') : host;
}

async function tryControl(talk: Talk, { sender, known }: Names): Promise<Control | Loss> {
  const mail = await talk.ask(`MAIL FROM:<${sender}>`);
  if (isLoss(mail)) return mail;
  const reply = isPositive(mail) ? await talk.ask(`RCPT TO:<${known}>`) : mail;
  if (isLoss(reply)) return reply;
  return { recipient: known, accepted: isPositive(reply), reply: formatReceived(reply) };
}
