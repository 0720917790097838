/** The exchanges of AUTH PLAIN (RFC 4616) and LOGIN (draft-murchison-sasl-login-00), as pure steps from line to line. */
import { decodeBase64, type Reply } from '../smtp/mod.ts';
import { REPLIES } from './replies.ts';

export type Mechanism = 'PLAIN' | 'LOGIN';

export type LoginExchange =
  { readonly mechanism: 'PLAIN' } | { readonly mechanism: 'LOGIN'; readonly user: string | undefined };

export interface Credentials {
  readonly mechanism: Mechanism;
  readonly login: string;
  readonly password: string;
  /** The authorisation identity; empty when none was asked for. */
  readonly identity: string;
}

export type LoginStep =
  | { readonly kind: 'ask'; readonly reply: Reply; readonly exchange: LoginExchange }
  | { readonly kind: 'verify'; readonly credentials: Credentials }
  | { readonly kind: 'refuse'; readonly reply: Reply };

export function isMechanism(name: string): name is Mechanism {
  return name === 'PLAIN' || name === 'LOGIN';
}

/** The first step: with an initial response (RFC 4954 4; `=` has become the empty string) or without. */
export function beginLogin(mechanism: Mechanism, initial: string | undefined): LoginStep {
  const exchange: LoginExchange = mechanism === 'PLAIN' ? { mechanism } : { mechanism, user: undefined };
  if (initial !== undefined) return continueLogin(exchange, initial);
  return { kind: 'ask', reply: mechanism === 'PLAIN' ? REPLIES.askPlain : REPLIES.askUser, exchange };
}

/** The client's next line. */
export function continueLogin(exchange: LoginExchange, line: string): LoginStep {
  if (line === '*') return { kind: 'refuse', reply: REPLIES.authCancelled }; // RFC 4954 4
  const octets = decodeBase64(line);
  const text = octets === undefined ? undefined : decodeUtf8(octets);
  if (text === undefined) return { kind: 'refuse', reply: REPLIES.badBase64 };
  return exchange.mechanism === 'PLAIN' ? plain(text) : login(exchange.user, text);
}

function plain(message: string): LoginStep {
  const [identity, login, password, ...more] = message.split('\0'); // RFC 4616 2
  if (identity === undefined || login === undefined || password === undefined || more.length > 0) {
    return { kind: 'refuse', reply: REPLIES.badBase64 };
  }
  return { kind: 'verify', credentials: { mechanism: 'PLAIN', login, password, identity } };
}

function login(user: string | undefined, text: string): LoginStep {
  if (user === undefined) {
    return { kind: 'ask', reply: REPLIES.askPassword, exchange: { mechanism: 'LOGIN', user: text } };
  }
  return { kind: 'verify', credentials: { mechanism: 'LOGIN', login: user, password: text, identity: '' } };
}

function decodeUtf8(octets: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return undefined;
  }
}
