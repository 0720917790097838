/**
 * The other side of `attack.ts`, in a process of its own: opens many connections, each of which misbehaves in one way and holds on.
 * Tells its parent how many are open, once a second.
 */
import { connect, type Socket } from 'node:net';

export interface Attack {
  /** Where SMTP begins in clear text, and where TLS begins at once; 0: no such listener. */
  readonly port: number;
  readonly tlsPort: number;
  readonly connections: number;
  /** Whether to send half of a PROXY header; from addresses of this /24: `127.0.77.`. */
  readonly proxies: string;
}

/** What the parent hears. */
export interface Standing {
  readonly open: number;
  readonly opened: number;
  readonly closed: number;
  readonly refused: number;
}

type Misbehave = (socket: Socket) => NodeJS.Timeout | undefined;

const DIALOGUE =
  'EHLO attacker.test\r\nMAIL FROM:<a@attacker.test>\r\nRCPT TO:<bob@inbound.test>\r\nDATA\r\n';

const KINDS: Readonly<Record<string, Misbehave>> = {
  silent: () => undefined,
  trickle: (socket) => {
    socket.write('EHLO ');
    return setInterval(() => socket.write('x'), 1_000);
  },
  slowData: (socket) => {
    socket.write(DIALOGUE);
    return setInterval(() => socket.write('x'), 1_000);
  },
  neverReads: (socket) => {
    socket.pause();
    const burst = 'NOOP\r\n'.repeat(500);
    return setInterval(() => {
      if (socket.writableLength < 65_536) socket.write(burst);
    }, 100);
  },
  /** The first octets of a ClientHello. */
  handshake: (socket) => {
    socket.write(Buffer.from('1603010200010001fc0303', 'hex'));
    return undefined;
  },
  proxy: (socket) => {
    socket.write('PROXY TCP4 192.0.2.');
    return undefined;
  },
};

/** So that limits for one address do not hide what limits in all do. */
function addressOf(index: number, prefix: string): string {
  return prefix === ''
    ? `127.${1 + (index % 100)}.${1 + (Math.floor(index / 100) % 200)}.7`
    : `${prefix}${1 + (index % 200)}`;
}

function kindOf(index: number, { tlsPort, proxies }: Attack): string {
  const kinds = Object.keys(KINDS).filter(
    (kind) => (kind !== 'handshake' || tlsPort !== 0) && (kind !== 'proxy' || proxies !== ''),
  );
  return kinds[index % kinds.length] ?? 'silent';
}

function run(attack: Attack): void {
  const standing = { open: 0, opened: 0, closed: 0, refused: 0 };
  const begin = (index: number): void => {
    const kind = kindOf(index, attack);
    const socket = connect({
      host: '127.0.0.1',
      port: kind === 'handshake' ? attack.tlsPort : attack.port,
      localAddress: addressOf(index, kind === 'proxy' ? attack.proxies : ''),
      allowHalfOpen: false,
    });
    let timer: NodeJS.Timeout | undefined;
    let open = false;
    socket.on('connect', () => {
      open = true;
      standing.opened += 1;
      standing.open += 1;
      if (kind !== 'neverReads') socket.resume();
      timer = KINDS[kind]?.(socket);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearInterval(timer);
      if (!open) standing.refused += 1;
      else {
        standing.open -= 1;
        standing.closed += 1;
      }
    });
  };
  let next = 0;
  const opening = setInterval(() => {
    for (let count = 0; count < 40 && next < attack.connections; count += 1) begin(next++);
    if (next >= attack.connections) clearInterval(opening);
  }, 100);
  setInterval(() => process.send?.({ ...standing }), 1_000);
}

process.on('disconnect', () => process.exit(0));
process.on('message', (message: Attack) => run(message));
