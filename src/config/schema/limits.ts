/** `limits` and `timeouts`: what a client may use up. */
import { z } from 'zod';
import { duration, size } from '../field.ts';

const count = (least: number, most: number, preset: number) => z.int().min(least).max(most).default(preset);

export const limits = z.strictObject({
  messageSize: size(1024, 2 ** 32)
    .prefault('50MiB')
    .describe(
      'The largest message, in octets or with a unit: `50MB` is 50,000,000 octets, `50MiB` is 52,428,800. Announced as SIZE (RFC 1870).',
    ),
  recipients: count(1, 100_000, 1000).describe(
    'Recipients of one message; the others are asked to come again. RFC 5321 4.5.3.1.8 wants at least 100.',
  ),
  messagesPerConnection: count(1, 1_000_000, 1000).describe(
    'Messages of one connection, then 421; the client connects again.',
  ),
  connections: count(1, 1_000_000, 5000).describe('Open connections, for each worker.'),
  connectionsPerAddress: count(1, 1_000_000, 100).describe(
    'Open connections from one client address, for each worker.',
  ),
  hops: count(1, 1000, 100).describe(
    'Received fields of a message; more is a loop. RFC 5321 6.3 wants at least 100.',
  ),
  errors: count(1, 10_000, 20).describe(
    'Errors a connection may make, refused recipients among them; then 421.',
  ),
  softErrors: count(1, 10_000, 10).describe(
    'Errors a connection may make before the answer to each further one comes later and later. Less than `errors`.',
  ),
  junkCommands: count(1, 1_000_000, 100).describe(
    'Commands that move nothing on (NOOP, RSET, VRFY, HELP, EHLO again) between two messages; then 421.',
  ),
  headerSize: size(1024, 2 ** 24)
    .prefault('256KiB')
    .describe('The largest header of a message, in octets or with a unit.'),
  headerFields: count(10, 100_000, 1000).describe('Header fields of a message.'),
  textLine: size(1000, 2 ** 24)
    .prefault('128KiB')
    .describe(
      'The longest line of a message, in octets with its CRLF. RFC 5321 4.5.3.1.6 asks for 1,000; what many programs write is longer.',
    ),
  minimumRate: z
    .int()
    .min(0)
    .max(2 ** 20)
    .default(64)
    .describe(
      'Octets of a message that must come in a second, on average; a slower client is ended. 0: no limit.',
    ),
  connectionsPerSecond: count(1, 1_000_000, 200).describe('New connections in a second, for each worker.'),
  connectionsPerSecondPerAddress: count(1, 1_000_000, 20).describe(
    'New connections in a second from one client address (IPv6: from one /64), for each worker. Loopback addresses are not held to it.',
  ),
});

export const timeouts = z.strictObject({
  command: duration({ least: '1s', most: '1d' })
    .prefault('5m')
    .describe('To wait for the next command. RFC 5321 4.5.3.2.7 wants at least 5 minutes.'),
  data: duration({ least: '1s', most: '1d' })
    .prefault('5m')
    .describe(
      'To wait for the next octets of a message. Clients wait 3 minutes to be able to send some (RFC 5321 4.5.3.2.5); a server waits at least 5 minutes.',
    ),
  session: duration({ least: '1s', most: '7d' })
    .prefault('1h')
    .describe(
      'Of a whole connection. The RFC sets no limit; this one ends clients that keep a connection alive without an end.',
    ),
  beforeTls: duration({ least: '1s', most: '1d' })
    .prefault('1m')
    .describe('From the connection to TLS, on listeners where clients must sign in and need TLS for it.'),
  beforeAuth: duration({ least: '1s', most: '1d' })
    .prefault('2m')
    .describe('From the connection to a successful AUTH, on listeners where clients must sign in.'),
});
