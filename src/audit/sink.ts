/**
 * Where relayed mail arrives: a server that takes the messages of an audit, keeps nothing but their tokens and envelopes, and puts off all
 * other mail. Bounded: so
 * many connections, so many octets of a message are searched, and a connection that is silent is closed.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { DataReader, LineReader } from '../smtp/mod.ts';
import { TOKEN } from './letter.ts';
import { whyDeaf } from './reason.ts';

/** A message of the audit that came here. */
export interface Arrival {
  readonly token: string;
  /** As in MAIL; empty for a bounce. */
  readonly sender: string;
  /** As in RCPT. */
  readonly recipients: readonly string[];
  /** The address it came from. */
  readonly client: string;
}

export interface Sink extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  /** The first arrivals of each token and recipient. */
  readonly arrivals: readonly Arrival[];
  /** Messages that carried no token of an audit, and were put off. */
  readonly strange: number;
  /** Calls once, at the next arrival. */
  next(listener: () => void): void;
}

const MOST_CONNECTIONS = 50;
const LONGEST_COMMAND = 4096;
const SEARCHED_OCTETS = 262_144;
const MOST_RECIPIENTS = 100;
const MOST_ARRIVALS = 20_000;
const IDLE_MS = 60_000;

export interface SinkAddress {
  /** An IP address of this machine. */
  readonly address: string;
  /** 0: any. */
  readonly port: number;
}

interface Shared {
  readonly arrivals: Arrival[];
  strange: number;
  wake: () => void;
}

/** Listens; the text of the system's error when it cannot. */
export async function openSink({ address, port }: SinkAddress): Promise<Sink | { readonly problem: string }> {
  const shared: Shared = { arrivals: [], strange: 0, wake: () => undefined };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, shared);
  });
  server.maxConnections = MOST_CONNECTIONS;
  try {
    await listening(server, address, port);
  } catch (error) {
    return { problem: whyDeaf(error) };
  }
  const bound = server.address();
  return {
    address,
    port: bound === null || typeof bound === 'string' ? port : bound.port,
    arrivals: shared.arrivals,
    get strange() {
      return shared.strange;
    },
    next(listener) {
      shared.wake = () => {
        shared.wake = () => undefined;
        listener();
      };
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** One connection. */
function serve(socket: Socket, shared: Shared): void {
  const lines = new LineReader(LONGEST_COMMAND);
  let sender = '';
  let recipients: string[] = [];
  let content: { readonly reader: DataReader; searched: string } | undefined;
  const say = (text: string): void => void socket.write(`${text}\r\n`);

  function command(line: string): void {
    const verb = line.slice(0, 4).toUpperCase();
    switch (verb) {
      case 'EHLO':
        say('250-postern-audit sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING');
        break;
      case 'MAIL':
        sender = pathOf(line);
        recipients = [];
        say('250 2.1.0 Ok');
        break;
      case 'RCPT':
        if (recipients.length < MOST_RECIPIENTS) recipients.push(pathOf(line));
        say('250 2.1.5 Ok');
        break;
      case 'DATA':
        content = { reader: new DataReader({ maxSize: SEARCHED_OCTETS, repairBareLf: false }), searched: '' };
        say('354 Go ahead');
        break;
      case 'QUIT':
        socket.end('221 2.0.0 Bye\r\n');
        break;
      default:
        say('250 2.0.0 Ok');
    }
  }

  function complete(text: string): void {
    const tokens = new Set(text.match(TOKEN));
    for (const token of tokens) {
      if (shared.arrivals.length >= MOST_ARRIVALS) break;
      shared.arrivals.push({ token, sender, recipients, client: socket.remoteAddress ?? '' });
    }
    sender = '';
    recipients = [];
    if (tokens.size === 0) shared.strange += 1;
    // Somebody's mail that came here by mistake stays where it was.
    say(tokens.size === 0 ? '451 4.3.0 This is an audit; only its messages are taken' : '250 2.0.0 Taken');
    shared.wake();
  }

  /** Content comes in pieces; what follows its end are commands again. */
  function hear(chunk: Buffer): void {
    let rest: Buffer | undefined = chunk;
    while (rest !== undefined && rest.length > 0) {
      if (content === undefined) {
        lines.push(rest);
        rest = hearCommands();
      } else {
        const step = content.reader.push(rest);
        for (const piece of step.pieces) content.searched += piece.toString('latin1');
        if (!step.done) return;
        const { searched } = content;
        content = undefined;
        complete(searched);
        rest = rest.subarray(step.consumed);
      }
    }
  }

  /** The octets that follow DATA, when it came. */
  function hearCommands(): Buffer | undefined {
    for (;;) {
      const line = lines.next();
      if (line === undefined) {
        if (lines.overlong) socket.destroy();
        return undefined;
      }
      command(line.tooLong ? '' : line.bytes.toString('latin1'));
      if (content !== undefined) return lines.rest();
    }
  }

  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', hear);
  say('220 postern-audit sink ESMTP');
}

function pathOf(line: string): string {
  return /<(.*)>/.exec(line)?.[1] ?? line.slice(line.indexOf(':') + 1).trim();
}

/** Waits until each of the tokens has arrived, at most so long; the seconds that were waited, rounded up. */
export async function waitForArrivals(
  sink: Sink,
  tokens: readonly string[],
  ms: number,
  signal: AbortSignal,
): Promise<number> {
  if (tokens.length === 0) return 0;
  const missing = new Set(tokens);
  const look = (): boolean => {
    for (const { token } of sink.arrivals) missing.delete(token);
    return missing.size === 0;
  };
  const began = performance.now();
  await new Promise<void>((resolve) => {
    if (signal.aborted || look()) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const again = (): void => {
      if (look()) done();
      else sink.next(again);
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    sink.next(again);
  });
  return Math.ceil((performance.now() - began) / 1000);
}
