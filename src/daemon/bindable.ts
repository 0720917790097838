/**
 * Whether addresses can be bound: tried once, alone, by the supervisor. The workers bind with SO_REUSEPORT, which would let
 * two programs of one user share a port without either noticing.
 */
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Place } from '../policy/mod.ts';
import { formatHost } from '../std/mod.ts';

export interface Bind {
  readonly host: string;
  readonly port: number;
  readonly place: Place;
}

export interface BindProblem {
  readonly place: Place;
  readonly message: string;
  readonly remedy: string;
}

/** Between two looks at an address that is in use. Milliseconds. */
const LOOK_AGAIN = 100;

/** The addresses among `binds` that cannot be bound, and why. One that is in use is looked at again for `patience` milliseconds. */
export async function unbindable(binds: readonly Bind[], patience: number): Promise<BindProblem[]> {
  const until = Date.now() + patience;
  const problems: BindProblem[] = [];
  for (const bind of binds) {
    let code = await tryBind(bind);
    while (code === 'EADDRINUSE' && Date.now() < until) {
      await setTimeout(LOOK_AGAIN);
      code = await tryBind(bind);
    }
    if (code !== undefined) problems.push(explain(bind, code));
  }
  return problems;
}

async function tryBind({ host, port }: Bind): Promise<string | undefined> {
  const server = createServer();
  const code = await new Promise<string | undefined>((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, ipv6Only: host.includes(':'), exclusive: true }, () => resolve(undefined));
  });
  if (code === undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
  return code;
}

function explain({ host, port, place }: Bind, code: string): BindProblem {
  const address = formatHost({ host, port });
  switch (code) {
    case 'EADDRINUSE':
      return {
        place,
        message: `${address} is in use by another program`,
        remedy: `Stop it (ss -ltnp 'sport = :${port}' names it) or choose another port.`,
      };
    case 'EACCES':
      return {
        place,
        message: `${address} needs more rights: ports below 1024 are for root or a program with CAP_NET_BIND_SERVICE`,
        remedy:
          'Start Postern by a service manager that grants it (AmbientCapabilities=CAP_NET_BIND_SERVICE), or use a port from 1024 up.',
      };
    case 'EADDRNOTAVAIL':
      return {
        place,
        message: `${address} is not an address of this machine`,
        remedy: 'ip address show lists those it has.',
      };
    default:
      return {
        place,
        message: `${address} cannot be bound: ${code}`,
        remedy: 'Choose another address or port.',
      };
  }
}
