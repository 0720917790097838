/** What attempts have in common: their outcome, lines on the way, and the message. */
import type { ReceivedReply } from '../smtp/mod.ts';
import { formatReceived, isPositive, isRefusal, type Said, type Talk } from './talk.ts';
import type { Line } from './types.ts';
import { isLoss, type Loss } from './wire.ts';

/** What a probe came to, before it is known what arrives. */
export type Attempt =
  | { readonly kind: 'refused'; readonly reason: string }
  /** Accepted: the recipient, or the whole message with this token. */
  | { readonly kind: 'accepted'; readonly reason: string; readonly token: string | undefined }
  /** A message that may be accepted, and may not go outside. */
  | { readonly kind: 'watched'; readonly reason: string; readonly token: string }
  | { readonly kind: 'putOff'; readonly reason: string }
  | { readonly kind: 'lost'; readonly loss: Loss };

export interface AttemptContext {
  readonly values: ReadonlyMap<string, string>;
  /** Goes on to DATA where the recipient is accepted; else stops before it. */
  readonly wholeMessages: boolean;
  /** A message with a token of its own, for the address outside or with these fields instead of its To. */
  readonly letter: (values: ReadonlyMap<string, string>, fields?: readonly string[]) => Letter;
  readonly helo: string;
}

export interface Letter {
  readonly token: string;
  /** Stuffed, with CRLF, without the end of data. */
  readonly text: string;
}

/** DATA and the message; undefined when it was accepted. */
export async function sendContent(talk: Talk, { text }: Letter): Promise<Attempt | undefined> {
  const go = await talk.ask('DATA');
  if (isLoss(go) || go.code !== 354) return endOf(go, 'DATA') ?? putOff(go, 'DATA');
  const halted = await talk.send(`${text}\r\n.\r\n`, '(the message)');
  if (halted !== undefined) return { kind: 'lost', loss: halted };
  return endOf(await talk.hear(), 'the message');
}

/** What a reply other than 2xx ends the attempt with. */
export function endOf(reply: Said, what: string): Attempt | undefined {
  if (isLoss(reply)) return { kind: 'lost', loss: reply };
  if (isPositive(reply)) return undefined;
  if (isRefusal(reply)) return { kind: 'refused', reason: `${what}: ${formatReceived(reply)}` };
  return putOff(reply, what);
}

function putOff(reply: Said, what: string): Attempt {
  return isLoss(reply)
    ? { kind: 'lost', loss: reply }
    : { kind: 'putOff', reason: `${what}: ${formatReceived(reply)}` };
}

/** Sends lines whose replies decide nothing; the loss when the connection did not stand it. */
export async function sendLines(
  talk: Talk,
  lines: readonly Line[],
  text: (line: string) => string,
): Promise<Loss | undefined> {
  for (const line of lines) {
    const loss = await sendLine(talk, line, text);
    if (loss !== undefined) return loss;
  }
  return undefined;
}

async function sendLine(talk: Talk, line: Line, text: (line: string) => string): Promise<Loss | undefined> {
  if (typeof line === 'object') {
    if ('auth' in line) return logIn(talk, line.auth.map(text));
    const refused = await talk.startTls();
    return refused !== undefined && isLoss(refused) ? refused : undefined;
  }
  const reply = await talk.ask(text(line));
  if (isLoss(reply)) return reply;
  return reply.code === 354 ? endContent(talk) : undefined;
}

/** DATA that was taken although there is no recipient: an empty message, so that what follows are commands again. */
async function endContent(talk: Talk): Promise<Loss | undefined> {
  const reply = await talk.ask('.');
  return isLoss(reply) ? reply : undefined;
}

async function logIn(talk: Talk, lines: readonly string[]): Promise<Loss | undefined> {
  let reply: ReceivedReply | undefined;
  for (const line of lines) {
    if (reply !== undefined && reply.code !== 334) return undefined;
    const said = await talk.ask(line);
    if (isLoss(said)) return said;
    reply = said;
  }
  if (reply?.code !== 334) return undefined;
  // RFC 4954 4: a client cancels with an asterisk.
  const said = await talk.ask('*');
  return isLoss(said) ? said : undefined;
}
