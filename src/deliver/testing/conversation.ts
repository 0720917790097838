/** The peer's side of one connection. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Answer, PeerMessage, PeerOptions, PeerSession } from './script.ts';

export interface ConversationOptions extends PeerOptions {
  readonly changed: () => void;
  readonly received: (message: PeerMessage) => void;
}

const OFFERS = ['PIPELINING', 'SIZE 50000000', '8BITMIME', 'ENHANCEDSTATUSCODES'];
const END = Buffer.from('\r\n.\r\n');

/** What has been said of the message to come. */
interface Envelope {
  mail: string;
  readonly to: string[];
}

export function createConversation(
  connected: Socket,
  number: number,
  options: ConversationOptions,
): PeerSession {
  const lines: string[] = [];
  const messages: PeerMessage[] = [];
  const state: { secure: boolean; closed: boolean; serverName: string | undefined } = {
    secure: false,
    closed: false,
    serverName: undefined,
  };
  let socket = connected;
  let unread: Buffer = Buffer.alloc(0);
  let mode: 'commands' | 'content' | 'chunk' | 'login' = 'commands';
  /** Octets that the chunk still lacks, and those of the message so far. */
  let expected: { readonly size: number; readonly last: boolean } = { size: 0, last: false };
  let chunks: Buffer[] = [];
  let envelope: Envelope | undefined;
  let loginSteps = 0;
  let mute = false;

  const session: PeerSession = {
    number,
    lines,
    messages,
    get secure() {
      return state.secure;
    },
    get serverName() {
      return state.serverName;
    },
    get closed() {
      return state.closed;
    },
    say(text) {
      send(`${text}\r\n`);
    },
    hangUp() {
      socket.destroy();
    },
  };

  function send(text: string | Buffer): void {
    const octets = Buffer.from(text);
    if (options.trickle !== true) {
      socket.write(octets);
      return;
    }
    for (let at = 0; at < octets.length; at += 1) socket.write(octets.subarray(at, at + 1));
  }

  function answer(given: Answer): void {
    if (mute) return;
    if (typeof given === 'string') send(`${given}\r\n`);
    else if ('raw' in given) send(given.raw);
    else if ('silent' in given) mute = true;
    else if ('hangUp' in given) {
      if (given.saying === undefined) socket.destroy();
      else socket.end(`${given.saying}\r\n`);
    }
  }

  function read(chunk: Buffer): void {
    unread = Buffer.concat([unread, chunk]);
    while (mode === 'content' ? readContent() : mode === 'chunk' ? readChunk() : readLine());
    options.changed();
  }

  function readLine(): boolean {
    const end = unread.indexOf('\r\n');
    if (end === -1) return false;
    const line = unread.toString('utf8', 0, end);
    unread = unread.subarray(end + 2);
    lines.push(line);
    if (mode === 'login') onLogin();
    else onCommand(line);
    return true;
  }

  function readContent(): boolean {
    // The line before the content ended in CRLF, so a first line with a dot alone ends it as well.
    const end = Buffer.concat([Buffer.from('\r\n'), unread]).indexOf(END);
    if (end === -1) return false;
    const content = unstuff(unread.subarray(0, end));
    unread = unread.subarray(end + END.length - 2);
    mode = 'commands';
    keep(content);
    return true;
  }

  function readChunk(): boolean {
    if (unread.length < expected.size) return false;
    chunks.push(unread.subarray(0, expected.size));
    unread = unread.subarray(expected.size);
    mode = 'commands';
    if (!expected.last) answer('250 2.0.0 More');
    else keep(Buffer.concat(chunks));
    return true;
  }

  function keep(content: Buffer): void {
    const { mail = '', to = [] } = envelope ?? {};
    envelope = undefined;
    chunks = [];
    const message = { from: pathOf(mail), to, content, mail, session };
    messages.push(message);
    options.received(message);
    const repliesTo = options.protocol === 'lmtp' ? to : [to[0] ?? ''];
    for (const recipient of repliesTo) answer(options.onMessage?.(message, recipient) ?? '250 2.0.0 Kept');
  }

  function onCommand(line: string): void {
    const bdat = /^BDAT (\d+)( LAST)?$/.exec(line);
    if (bdat !== null) {
      expected = { size: Number(bdat[1]), last: bdat[2] !== undefined };
      mode = 'chunk';
      return;
    }
    const scripted = options.onCommand?.(line, session);
    const verb = line.split(/[ :]/, 1)[0]?.toUpperCase() ?? '';
    if (scripted !== undefined) {
      // What was accepted counts, whoever wrote the words.
      const said = typeof scripted === 'string' ? scripted : '';
      if (said.startsWith('2') && verb !== 'DATA') properly(verb, line);
      if (said.startsWith('354')) beginContent();
      answer(scripted);
      if (verb === 'STARTTLS' && textOf(scripted).startsWith('220')) secure();
      return;
    }
    answer(properly(verb, line));
    if (verb === 'STARTTLS' && options.secureContext !== undefined) secure();
  }

  function properly(verb: string, line: string): Answer {
    switch (verb) {
      case 'EHLO':
      case 'LHLO':
        return ehlo();
      case 'MAIL':
        envelope = { mail: line, to: [] };
        return '250 2.1.0 Sender accepted';
      case 'RCPT':
        if (envelope === undefined) return '503 5.5.1 MAIL first';
        envelope.to.push(pathOf(line));
        return '250 2.1.5 Recipient accepted';
      case 'DATA':
        if (envelope === undefined || envelope.to.length === 0) return '503 5.5.1 RCPT first';
        beginContent();
        return '354 Go ahead';
      case 'RSET':
        envelope = undefined;
        chunks = [];
        return '250 2.0.0 Forgotten';
      case 'AUTH':
        return login(line);
      case 'STARTTLS':
        return options.secureContext === undefined ? '502 5.5.1 No TLS' : '220 2.0.0 Ready';
      case 'QUIT':
        return { hangUp: true, saying: '221 2.0.0 Goodbye' };
      default:
        return '250 2.0.0 Fine';
    }
  }

  function beginContent(): void {
    mode = 'content';
    if (options.stallsOnData === true) socket.pause();
  }

  function ehlo(): string {
    const offers = [...(options.offers ?? OFFERS)];
    if (options.secureContext !== undefined && !state.secure) offers.push('STARTTLS');
    const all = ['peer.test greets you', ...offers];
    return all.map((offer, place) => `250${place === all.length - 1 ? ' ' : '-'}${offer}`).join('\r\n');
  }

  function login(line: string): string {
    if (!/^AUTH LOGIN$/i.test(line)) return '235 2.7.0 Welcome';
    mode = 'login';
    loginSteps = 0;
    return '334 VXNlcm5hbWU6';
  }

  function onLogin(): void {
    loginSteps += 1;
    if (loginSteps === 2) mode = 'commands';
    answer(loginSteps === 2 ? '235 2.7.0 Welcome' : '334 UGFzc3dvcmQ6');
  }

  function secure(): void {
    if (options.secureContext === undefined) return;
    const plain = socket;
    plain.removeAllListeners('data');
    unread = Buffer.alloc(0);
    const { secureContext } = options;
    const wrapped = new TLSSocket(plain, {
      isServer: true,
      secureContext,
      SNICallback: (_name, done) => done(null, secureContext),
    });
    socket = wrapped;
    wrapped.on('secure', () => {
      state.secure = true;
      state.serverName = typeof wrapped.servername === 'string' ? wrapped.servername : undefined;
      if (options.implicitTls === true) greet();
      options.changed();
    });
    attach(wrapped);
  }

  function attach(to: Socket): void {
    to.on('data', read);
    to.on('error', () => to.destroy());
    to.on('close', () => {
      state.closed = true;
      options.changed();
    });
  }

  function greet(): void {
    answer(options.onCommand?.('CONNECT', session) ?? '220 peer.test ESMTP');
  }

  if (options.implicitTls === true) {
    secure();
  } else {
    attach(socket);
    greet();
  }
  return session;
}

function textOf(answer: Answer): string {
  if (typeof answer === 'string') return answer;
  return 'raw' in answer ? String(answer.raw) : '';
}

function pathOf(line: string): string {
  return /<(.*?)>/.exec(line)?.[1] ?? '';
}

function unstuff(stuffed: Buffer): Buffer {
  const text = stuffed.toString('latin1').replaceAll(/(^|\r\n)\.\./g, '$1.');
  return Buffer.from(text, 'latin1');
}
