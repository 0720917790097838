/**
 * Whether a server can be given a message that is not plain, and how.
 *
 * What a message asks for is kept or the message fails: it is never sent in a way that breaks a promise. Another server of the
 * same destination may do better, so a verdict from here holds only when the last one was asked.
 */
import { hasNonAscii } from '../mail/mod.ts';
import { isLoopback, parseIp } from '../std/mod.ts';
import type { Connection } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import type { Message } from './message.ts';
import type { Recipient } from './types.ts';
import { deferred, failed, type Verdict } from './verdict.ts';

/** How a message goes over a connection. */
export interface Way {
  /** With BDAT (RFC 3030) rather than DATA. */
  readonly chunked: boolean;
  readonly body: '8BITMIME' | 'BINARYMIME' | undefined;
  /** MAIL says SMTPUTF8 (RFC 6531 3.4). */
  readonly utf8: boolean;
  /** MAIL says REQUIRETLS (RFC 8689 4.2.1). */
  readonly requireTls: boolean;
}

/** The recipients that the server can be given the message for, and those it cannot. */
export interface Fit {
  readonly way: Way;
  readonly fit: readonly Recipient[];
  readonly unfit: readonly Recipient[];
  /** For those. */
  readonly verdict: Verdict;
}

export function plainWay({ extensions }: Connection, { eightBit }: Message): Way {
  return eightBit && extensions.has('8BITMIME') ? EIGHT_BIT : PLAIN;
}

const PLAIN: Way = { chunked: false, body: undefined, utf8: false, requireTls: false };
const EIGHT_BIT: Way = { ...PLAIN, body: '8BITMIME' };

/** What stands against an endpoint before anybody has connected to it. */
export function objectionTo(endpoint: Endpoint, message: Message): Verdict | undefined {
  if (!isTlsRequired(message) || endpoint.proven || endpoint.protocol === 'lmtp') return undefined;
  // RFC 8689 4.2.1 (2): anybody could have made up the MX record, and have a certificate for the name in it.
  return noTls(
    '5.7.10',
    `that ${endpoint.name} is a mail host of the domain is not proven: its DNS answer is not signed`,
  );
}

/** `now` in milliseconds since the epoch. Rejects when the content has to be looked at and cannot be read. */
export async function fitTo(
  connection: Connection,
  message: Message,
  recipients: readonly Recipient[],
  { endpoint, now }: { readonly endpoint: Endpoint; readonly now: number },
): Promise<Fit> {
  const { extensions } = connection;
  const objection =
    tlsObjection(connection, endpoint, message) ??
    timeObjection(connection, message, now) ??
    (await binaryObjection(connection, message)) ??
    (await utf8Objection(connection, message));
  const way: Way = {
    ...carriage(connection, message),
    utf8: extensions.has('SMTPUTF8'),
    requireTls: message.requireTls && connection.tls !== undefined && extensions.has('REQUIRETLS'),
  };
  if (objection !== undefined) return { way, fit: [], unfit: recipients, verdict: objection };
  if (way.utf8) return { way, fit: recipients, unfit: [], verdict: NOT_ASCII };
  return {
    way,
    fit: recipients.filter(({ address }) => !hasNonAscii(address)),
    unfit: recipients.filter(({ address }) => hasNonAscii(address)),
    verdict: needsUtf8('5.6.7', 'the address of the recipient', connection),
  };
}

const NOT_ASCII = failed('5.6.7', 'The address needs SMTPUTF8');

/** RFC 8689 5: what tells of such a message is not lost for want of TLS. */
function isTlsRequired({ requireTls, sender }: Message): boolean {
  return requireTls && sender !== '';
}

function tlsObjection(connection: Connection, endpoint: Endpoint, message: Message): Verdict | undefined {
  if (!isTlsRequired(message) || isWithinThisMachine(endpoint)) return undefined;
  const { remote, tls, verified, extensions } = connection;
  if (tls === undefined) return noTls('5.7.10', `the connection to ${remote} is not encrypted`);
  if (verified !== true) return noTls('5.7.10', `the certificate of ${remote} does not verify`);
  return extensions.has('REQUIRETLS') ? undefined : noTls('5.7.30', `${remote} does not offer that`);
}

/** RFC 8689 4.4 leaves final delivery to us: a mail store on this machine is as good as a file. */
function isWithinThisMachine({ protocol, at }: Endpoint): boolean {
  if (protocol !== 'lmtp' || 'path' in at) return protocol === 'lmtp';
  const address = parseIp(at.address);
  return address !== undefined && isLoopback(address);
}

function noTls(status: string, why: string): Verdict {
  return failed(status, `The sender requires TLS all the way (REQUIRETLS), and ${why}`);
}

/**
 * RFC 2852 4.1.4.1: a message that is to come back if it is late goes only to servers that keep to it; 1: final delivery is in time.
 * The next mail host is tried, as the example of 6 wants it, although 7 would rather not.
 */
function timeObjection(connection: Connection, message: Message, now: number): Verdict | undefined {
  const { deliverBy } = message;
  if (deliverBy?.mode !== 'return' || connection.handed.to === 'mailbox') return undefined;
  const options = connection.extensions.get('DELIVERBY');
  const { remote } = connection;
  if (options === undefined) {
    return failed(
      '5.3.3',
      `The sender wants it back when it is late (DELIVERBY), and ${remote} does not offer that`,
    );
  }
  const left = secondsLeft(deliverBy, now);
  if (left <= 0) return deferred('4.4.7', 'The time that the sender gave is over');
  // RFC 2852 2: the first of a list, or nothing; 4.1.4.1: no server that asks for more.
  const least = /^[0-9]{1,9}(?=,|$)/.exec(options)?.[0] ?? '0';
  if (left >= Number(least)) return undefined;
  return failed(
    '5.4.7',
    `The sender gave it ${left} s more (DELIVERBY), and ${remote} asks for at least ${least} s`,
  );
}

/** Of the sender's time (RFC 2852 4); below 1 when it is over. */
export function secondsLeft({ at }: { readonly at: number }, now: number): number {
  return Math.floor((at - now) / 1000);
}

async function binaryObjection(connection: Connection, message: Message): Promise<Verdict | undefined> {
  if (!message.binary || takesBinary(connection) || (await message.nature()).lines) return undefined;
  // RFC 3030 3: the third of three ways.
  return failed(
    '5.6.1',
    `The message is binary, ${connection.remote} takes text only (no BINARYMIME), and this server does not convert messages`,
  );
}

async function utf8Objection(connection: Connection, message: Message): Promise<Verdict | undefined> {
  if (connection.extensions.has('SMTPUTF8')) return undefined;
  if (hasNonAscii(message.sender)) return needsUtf8('5.6.7', 'the address of the sender', connection);
  if (!message.smtpUtf8 || !(await message.nature()).utf8Header) return undefined;
  return needsUtf8('5.6.9', 'the header of the message', connection);
}

function needsUtf8(status: string, what: string, { remote }: Connection): Verdict {
  return failed(status, `${remote} does not offer SMTPUTF8, and ${what} is not ASCII`);
}

function takesBinary({ extensions }: Connection): boolean {
  return extensions.has('BINARYMIME') && extensions.has('CHUNKING');
}

function carriage(connection: Connection, message: Message): Pick<Way, 'chunked' | 'body'> {
  if (message.binary && takesBinary(connection)) return { chunked: true, body: 'BINARYMIME' };
  // What was declared binary and is lines may have eight bits all the same.
  const eightBit = message.eightBit || message.binary;
  return plainWay(connection, { ...message, eightBit });
}
