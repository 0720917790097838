/** The trace line of RFC 5321 4.4. Nothing in it can break out of its line: the client's text is checked or left out. */
import { Buffer } from 'node:buffer';
import { formatDate, parseDomain, parseLiteral } from '../mail/mod.ts';
import type { IpAddress } from '../std/mod.ts';
import type { Hello, Standing } from './state.ts';

export interface Trace {
  readonly hello: Hello;
  readonly client: IpAddress;
  readonly hostname: string;
  readonly standing: Standing;
  /** The message was declared so (RFC 6531): its recipient may be in UTF-8. */
  readonly smtpUtf8: boolean;
  readonly id: string;
  /** The only recipient; undefined when there are several, so that none is disclosed to another. */
  readonly recipient: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export function receivedLine(trace: Trace): Buffer {
  const literal = trace.client.family === 4 ? `[${trace.client.text}]` : `[IPv6:${trace.client.text}]`;
  const named = parseDomain(trace.hello.name) ?? parseLiteral(trace.hello.name);
  const from = named === undefined ? `${literal} (${literal})` : `${named} (${literal})`;
  const to = trace.recipient === undefined ? '' : `\r\n\tfor <${trace.recipient}>`;
  const tls =
    trace.standing.tls === undefined
      ? ''
      : `\r\n\t(${trace.standing.tls.protocol} ${trace.standing.tls.cipher})`;
  return Buffer.from(
    `Received: from ${from}\r\n\tby ${trace.hostname} (Postern) with ${protocol(trace)} id ${trace.id}${tls}${to};\r\n\t${formatDate(trace.at)}\r\n`,
    'utf8',
  );
}

/** RFC 3848; RFC 6531 4.3 for internationalized mail. */
function protocol({ hello, standing, smtpUtf8 }: Trace): string {
  if (hello.verb === 'HELO') return 'SMTP';
  const base = hello.verb === 'LHLO' ? 'LMTP' : 'SMTP';
  const extended = base === 'SMTP' ? 'ESMTP' : base;
  const secured = standing.tls === undefined ? '' : 'S';
  const authenticated = standing.account === undefined ? '' : 'A';
  return `${smtpUtf8 ? `UTF8${base}` : extended}${secured}${authenticated}`;
}
