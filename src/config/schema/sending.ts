/** `queue`, `delivery` and `dns`: how mail leaves. */
import { z } from 'zod';
import { boundedDuration, duration, listOf, textField } from '../field.ts';
import { formatHost } from '../../std/mod.ts';
import { parseHost } from '../text/endpoint.ts';
import { isTextProblem } from '../text/problem.ts';

const WAIT = { least: '1s', most: '30d' } as const;
const REPLY = { least: '1s', most: '1h' } as const;

export const queue = z.strictObject({
  retry: listOf(duration(WAIT))
    .prefault(['15m', '30m', '1h', '4h'])
    .describe(
      'How long after a failed attempt the next one is made, the first wait first; the last is repeated.',
    )
    .meta({ 'x-examples': [['15m', '30m', '1h', '4h']] }),
  expire: duration(WAIT)
    .prefault('5d')
    .describe(
      'After this time a message that could not be delivered goes back to its sender. RFC 5321 4.5.4.1 wants 4 to 5 days.',
    ),
  warnAfter: textField('duration or never', (text) => (text === 'never' ? text : boundedDuration(text, WAIT)))
    .prefault('4h')
    .describe(
      'After this time the sender is told, once, that the message is still waiting; `never`: not told, and not either where a message expires before the default.',
    )
    .meta({ 'x-examples': ['4h', 'never'] }),
});

const replies = z.strictObject({
  connect: duration(REPLY).prefault('30s').describe('To connect, and again for a TLS handshake.'),
  greeting: duration(REPLY).prefault('5m').describe('For the greeting (RFC 5321 4.5.3.2.1).'),
  command: duration(REPLY).prefault('5m').describe('For the reply to EHLO, STARTTLS, AUTH or RSET.'),
  mail: duration(REPLY).prefault('5m').describe('For the reply to MAIL (RFC 5321 4.5.3.2.2).'),
  recipient: duration(REPLY).prefault('5m').describe('For the reply to RCPT (RFC 5321 4.5.3.2.3).'),
  data: duration(REPLY).prefault('2m').describe('For the reply to DATA (RFC 5321 4.5.3.2.4).'),
  block: duration(REPLY)
    .prefault('3m')
    .describe('Until the other server takes the next part of the message (RFC 5321 4.5.3.2.5).'),
  final: duration(REPLY)
    .prefault('10m')
    .describe('For the reply to the whole message (RFC 5321 4.5.3.2.6); too short a wait makes duplicates.'),
  quit: duration(REPLY).prefault('2s').describe('For the reply to QUIT, when the message is safe.'),
});

export const delivery = z.strictObject({
  connectionsPerHost: z
    .int()
    .min(1)
    .max(10_000)
    .default(20)
    .describe('Connections to one host at a time, for each worker.'),
  tls: z
    .enum(['opportunistic', 'off'])
    .default('opportunistic')
    .describe(
      '`opportunistic`: TLS where the other server offers it, clear text where not. `off`: clear text; not possible for a smarthost with `login`.',
    ),
  idle: duration({ least: '1s', most: '1h' })
    .prefault('10s')
    .describe('How long a connection is kept for the next message.'),
  timeouts: replies
    .prefault({})
    .describe('How long other servers may take; the least that RFC 5321 4.5.3.2 wants is the default.'),
});

const server = textField('address:port', (text) => {
  const host = parseHost(text, { addressOnly: true, port: 53 });
  return isTextProblem(host) ? host : formatHost(host);
});

export const dns = z.strictObject({
  servers: listOf(server)
    .describe('The name servers to ask, port 53 unless one is written.')
    .meta({ 'x-examples': [['127.0.0.1:5353', '192.0.2.53']], 'x-default': 'those of /etc/resolv.conf' })
    .optional(),
  timeout: duration({ least: '100ms', most: '1m' })
    .prefault('2s')
    .describe('How long to wait for an answer before the question is asked again.'),
  attempts: z.int().min(1).max(10).default(2).describe('How often every server is asked.'),
});
