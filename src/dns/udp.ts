/**
 * One question over UDP: a socket of its own, so that each query leaves from a fresh random port (RFC 5452 4.5), connected,
 * so that the kernel passes only packets of the server asked.
 */
import { createSocket } from 'node:dgram';
import type { DecodedPacket } from 'dns-packet';
import type { NameServer } from './server.ts';
import { encodeQuery, readPacket, type Query } from './wire.ts';

export interface AskOptions {
  /** Announce EDNS (RFC 6891). */
  readonly edns: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export type Asked =
  | { readonly kind: 'answer'; readonly packet: DecodedPacket }
  /** Ask again over TCP, where nobody off the path can forge. */
  | { readonly kind: 'useTcp'; readonly because: UseTcp }
  | { readonly kind: 'temporary'; readonly text: string };

export type UseTcp =
  /** The answer did not fit into a packet (TC). */
  | 'truncated'
  /** The name in the answer had its letters in another case. */
  | 'caseLost'
  /** Too many packets were not the answer. */
  | 'guessing';

/** Packets that are not the answer, after which somebody is taken to be guessing. */
const MAX_FOREIGN = 8;

export function askUdp(server: NameServer, query: Query, options: AskOptions): Promise<Asked> {
  return new Promise((resolve) => {
    const socket = createSocket(server.family === 6 ? 'udp6' : 'udp4');
    const finish = (result: Asked): void => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', cancel);
      socket.removeAllListeners('message');
      socket.close();
      finished = true;
      resolve(result);
    };
    const fail = (text: string): void => {
      if (!finished) finish({ kind: 'temporary', text });
    };
    const cancel = (): void => fail('cancelled');
    const timer = setTimeout(() => fail(`no answer within ${options.timeoutMs} ms`), options.timeoutMs);
    let finished = false;
    let foreign = 0;

    socket.on('error', (error) => fail(error.message));
    socket.on('message', (octets) => {
      const reading = readPacket(octets, query);
      if (reading.kind === 'foreign') {
        foreign += 1;
        if (foreign > MAX_FOREIGN) finish({ kind: 'useTcp', because: 'guessing' });
      } else if (reading.kind === 'caseLost') {
        finish({ kind: 'useTcp', because: 'caseLost' });
      } else if (reading.packet.flag_tc) {
        finish({ kind: 'useTcp', because: 'truncated' });
      } else {
        finish(reading);
      }
    });
    socket.once('connect', () => {
      if (!finished) socket.send(encodeQuery(query, options.edns));
    });
    options.signal.addEventListener('abort', cancel, { once: true });
    if (options.signal.aborted) cancel();
    else socket.connect(server.port, server.host);
  });
}
