/** Opening a socket to an endpoint: TCP, a UNIX socket, or TLS from the first octet. */
import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Loss } from './channel.ts';
import type { Endpoint } from './endpoint.ts';

export interface ConnectOptions {
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** The address of ours to connect from, for each family; the system's choice when absent. */
  readonly sourceAddresses: readonly string[];
}

export const ABORTED: Loss = { cause: 'ours', text: 'delivery was interrupted' };

/** A connected socket, or why there is none. Nothing is left open behind a loss. */
export function connect(
  endpoint: Endpoint,
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<Socket | Loss> {
  if (signal.aborted) return Promise.resolve(ABORTED);
  return new Promise((resolve) => {
    const socket = start(endpoint, options);
    const settle = (result: Socket | Loss): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.off('connect', done).off('close', closed);
      if (result !== socket) socket.destroy();
      resolve(result);
    };
    const done = (): void => settle(socket);
    const closed = (): void => settle({ cause: 'closed', text: 'the connection was closed at once' });
    const abort = (): void => settle(ABORTED);
    const timer = setTimeout(
      () => settle({ cause: 'timeout', text: 'the connection was not made in time' }),
      options.timeoutMs,
    );
    // Stays on: a socket that was given up may still report something.
    socket.on('error', (error) => settle({ cause: 'closed', text: error.message }));
    socket.once('connect', done).once('close', closed);
    signal.addEventListener('abort', abort, { once: true });
  });
}

function start(endpoint: Endpoint, options: ConnectOptions): Socket {
  if ('path' in endpoint.at) return connectSocket({ path: endpoint.at.path });
  const { address, port } = endpoint.at;
  const family = isIP(address);
  const localAddress = options.sourceAddresses.find((candidate) => isIP(candidate) === family);
  return connectSocket({
    host: address,
    port,
    noDelay: true,
    autoSelectFamily: false,
    ...(localAddress === undefined ? {} : { localAddress }),
  });
}

/** Starts TLS on a connected socket; the certificate is judged by the caller, from `authorized` of the result. */
export function startTls(
  socket: Socket,
  endpoint: Endpoint,
  authorities: readonly string[] | undefined,
): TLSSocket {
  const options: ConnectionOptions = {
    socket,
    // What the certificate has to be for when it has no name to hold.
    host: endpoint.name,
    rejectUnauthorized: false,
    ...(authorities === undefined ? {} : { ca: [...authorities] }),
  };
  // RFC 6066 3: an IP address is not sent as a server name.
  return connectTls(isIP(endpoint.name) === 0 ? { ...options, servername: endpoint.name } : options);
}
