/**
 * A mail server with holes, one switch each; without any it is closed. It is mx.broken.test, keeps mail for postmaster, bob and test at
 * broken.test, and sends on what it relays to a given port. Shares no parser with the program.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { testSecureContext } from '../../deliver/testing/mod.ts';

export const HOST = 'mx.broken.test';
export const DOMAIN = 'broken.test';
export const USER = 'bob@broken.test';
export const PASSWORD = 'bob has a password';
const MAILBOXES = new Set(['postmaster', 'bob', 'test']);

export type Hole =
  /** Relays for everybody. */
  | 'open'
  /** Accepts everything and throws it away. */
  | 'drops'
  /** Puts everything off. */
  | 'putsOff'
  | 'percent'
  | 'bang'
  | 'twoAt'
  | 'quoted'
  | 'sourceRoute'
  | 'encapsulated'
  | 'srs'
  | 'localSender'
  | 'nullSender'
  /** Every domain whose text ends like ours. */
  | 'suffix'
  /** Judges only the first recipient that it accepted. */
  | 'secondRecipient'
  /** Judges nothing more on a connection on which a recipient was accepted. */
  | 'carriedOver'
  | 'failedLogin'
  | 'emptyPassword'
  /** Judges only after EHLO. */
  | 'helo'
  | 'heloName'
  | 'starttls'
  | 'injection'
  | 'xclient'
  | 'proxyHeader'
  | 'lfLf'
  | 'headerRecipients'
  | 'turn'
  /** No hole: says more than is due before the handshake. */
  | 'talksBeforeTls'
  /** No hole: offers AUTH and refuses it at once. */
  | 'refusesAuth'
  /** No hole: any local part of ours is a mailbox. */
  | 'catchAll'
  /** Relays what it accepted and is not for us, but sends a bounce to the sender instead. */
  | 'bounces';

export interface BrokenServerOptions {
  readonly holes: readonly Hole[];
  /** Where relayed mail goes. */
  readonly relayTo?: number;
  readonly tls?: boolean;
}

export interface BrokenServer extends AsyncDisposable {
  readonly port: number;
  /** Command lines that came, of all connections. */
  readonly lines: string[];
  /** Messages that were accepted. */
  readonly messages: string[];
  /** Connections that did not end yet, by QUIT or by closing. */
  readonly connections: { most: number; now: number; all: number };
}

export async function startBroken(options: BrokenServerOptions): Promise<BrokenServer> {
  const sockets = new Set<Socket>();
  const lines: string[] = [];
  const messages: string[] = [];
  const connections = { most: 0, now: 0, all: 0 };
  const server = createServer((socket) => {
    sockets.add(socket);
    connections.all += 1;
    connections.now += 1;
    connections.most = Math.max(connections.most, connections.now);
    let open = true;
    const ended = (): void => {
      if (open) connections.now -= 1;
      open = false;
    };
    socket.on('close', () => {
      sockets.delete(socket);
      ended();
    });
    serve(socket, options, { lines, messages, ended });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: isInet(address) ? address.port : 0,
    lines,
    messages,
    connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function isInet(address: AddressInfo | string | null): address is AddressInfo {
  return address !== null && typeof address === 'object';
}

interface Session {
  hello: 'none' | 'EHLO' | 'HELO';
  name: string;
  secure: boolean;
  signedIn: boolean;
  loginFailed: boolean;
  trusted: boolean;
  everAccepted: boolean;
  sender: string | undefined;
  recipients: { path: string; to: string | undefined }[];
}

function serve(
  plain: Socket,
  { holes, relayTo, tls = false }: BrokenServerOptions,
  { lines, messages, ended }: { lines: string[]; messages: string[]; ended: () => void },
): void {
  const has = (hole: Hole): boolean => holes.includes(hole);
  let socket = plain;
  let buffer = '';
  let content: string | undefined;
  let login: 'PLAIN' | 'LOGIN' | 'password' | undefined;
  let user = '';
  const session: Session = {
    hello: 'none',
    name: '',
    secure: false,
    signedIn: false,
    loginFailed: false,
    trusted: false,
    everAccepted: false,
    sender: undefined,
    recipients: [],
  };
  const say = (text: string): void => void socket.write(`${text}\r\n`);

  function command(line: string): void {
    lines.push(line);
    if (login !== undefined) return answerLogin(line);
    const verb = (line.split(/[ \t]/)[0] ?? '').toUpperCase();
    const argument = line.slice(verb.length).trim();
    switch (verb) {
      case 'EHLO':
      case 'HELO':
        return hello(verb, argument);
      case 'MAIL':
        return mail(line);
      case 'RCPT':
        return rcpt(line);
      case 'DATA':
        if (session.recipients.length === 0) return say('503 5.5.1 No recipients');
        content = '';
        return say('354 Go ahead');
      case 'RSET':
        session.sender = undefined;
        session.recipients = [];
        return say('250 2.0.0 Ok');
      case 'NOOP':
        return say('250 2.0.0 Ok');
      case 'VRFY':
        return say('252 2.5.2 Perhaps');
      case 'QUIT':
        ended();
        return void socket.end('221 2.0.0 Bye\r\n');
      case 'AUTH':
        return auth(argument);
      case 'STARTTLS':
        return tls && !session.secure ? startTls() : say('502 5.5.1 No TLS');
      case 'XCLIENT':
        session.trusted ||= has('xclient');
        return say(has('xclient') ? '220 2.0.0 Ok' : '502 5.5.1 Unknown');
      case 'PROXY':
        session.trusted ||= has('proxyHeader');
        if (!has('proxyHeader')) say('502 5.5.1 Unknown');
        return;
      case 'TURN':
        return say(has('turn') ? '250 2.0.0 Ok' : '502 5.5.1 Unknown');
      default:
        return say('502 5.5.1 Unknown');
    }
  }

  function hello(verb: 'EHLO' | 'HELO', name: string): void {
    if (name === '') return say('501 5.5.4 No name');
    Object.assign(session, { hello: verb, name, sender: undefined, recipients: [] });
    if (verb === 'HELO') return say(`250 ${HOST}`);
    say(
      `250-${HOST}\r\n250-PIPELINING\r\n250-AUTH PLAIN LOGIN${tls && !session.secure ? '\r\n250-STARTTLS' : ''}\r\n250 8BITMIME`,
    );
  }

  function mail(line: string): void {
    const match = /^MAIL FROM:<([^<>]*)>(?: BODY=8BITMIME)?$/i.exec(line);
    if (session.hello === 'none') return say('503 5.5.1 Who are you?');
    if (session.sender !== undefined) return say('503 5.5.1 There is a sender');
    if (match === null) return say('501 5.5.4 Syntax');
    session.sender = match[1] ?? '';
    say('250 2.1.0 Ok');
  }

  function rcpt(line: string): void {
    const match = /^RCPT TO:<(.*)>$/is.exec(line);
    if (session.sender === undefined) return say('503 5.5.1 No sender');
    if (match === null) return say('501 5.1.3 Syntax');
    if (has('putsOff')) return say('450 4.7.0 Greylisted, come again');
    const path = match[1] ?? '';
    const to = destinationOf(path);
    const local = isLocal(path, has('catchAll'));
    if (to === undefined && !local) return say('550 5.7.1 Relaying denied');
    session.recipients.push({ path, to: local ? undefined : to });
    session.everAccepted = true;
    say('250 2.1.5 Ok');
  }

  /** Where a foreign recipient goes; undefined when it is refused. */
  function destinationOf(path: string): string | undefined {
    if (has('open') || has('drops') || has('bounces') || session.signedIn || session.trusted) return path;
    const route = /^@([^:]*):(.*)$/.exec(path);
    if (route !== null)
      return has('sourceRoute') && isOurs((route[1] ?? '').split(',')[0]?.replace(/^@/, '') ?? '')
        ? route[2]
        : undefined;
    if (session.recipients.length > 0 && has('secondRecipient')) return path;
    if (session.everAccepted && has('carriedOver')) return path;
    if (session.loginFailed && has('failedLogin')) return path;
    if (session.hello === 'HELO' && has('helo')) return path;
    if (session.name === HOST && has('heloName')) return path;
    if (session.secure && has('starttls')) return path;
    if (session.sender === '' && has('nullSender')) return path;
    if (has('localSender') && domainOf(session.sender ?? '').toLowerCase() === DOMAIN) return path;
    if (has('suffix') && domainOf(path).endsWith(DOMAIN) && !isOurs(domainOf(path))) return path;
    return isOurs(domainOf(path)) ? routed(path.slice(0, path.lastIndexOf('@'))) : undefined;
  }

  function routed(local: string): string | undefined {
    const bare = has('quoted') ? local.replace(/^"(.*)"$/, '$1') : local;
    if (
      (has('quoted') && bare !== local && bare.includes('@')) ||
      (has('twoAt') && !local.startsWith('"') && local.includes('@'))
    )
      return bare;
    const imcea = /^IMCEASMTP-(.*)$/i.exec(local);
    if (has('encapsulated') && imcea !== null)
      return (imcea[1] ?? '').replaceAll(/\+([0-9A-F]{2})/g, (_whole, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
    const srs = /^SRS0[=+][^=]*=[^=]*=([^=]*)=(.*)$/.exec(local);
    if (has('srs') && srs !== null) return `${srs[2]}@${srs[1]}`;
    const percent = /^([^"]*)%([^"%]*)$/.exec(local);
    if (has('percent') && percent !== null)
      return isOurs(percent[2] ?? '') ? routed(percent[1] ?? '') : `${percent[1]}@${percent[2]}`;
    const bang = /^([^!"]*)!([^"]*)$/.exec(local);
    if (has('bang') && bang !== null)
      return isOurs(bang[1] ?? '') ? routed(bang[2] ?? '') : `${bang[2]}@${bang[1]}`;
    return undefined;
  }

  function auth(argument: string): void {
    const [mechanism = '', initial] = argument.split(' ');
    if (has('refusesAuth')) return say('454 4.7.0 Not now');
    if (mechanism !== 'PLAIN' && mechanism !== 'LOGIN') return say('504 5.5.4 Unknown mechanism');
    login = mechanism;
    user = '';
    if (initial === undefined) return say('334 ');
    answerLogin(initial);
  }

  function answerLogin(line: string): void {
    const text = Buffer.from(line, 'base64').toString();
    if (line === '*') {
      login = undefined;
      return say('501 5.7.0 Cancelled');
    }
    if (login === 'LOGIN') {
      user = text;
      login = 'password';
      return say('334 ');
    }
    const [, name = '', secret = ''] = login === 'PLAIN' ? text.split('\0') : ['', user, text];
    login = undefined;
    const right = (name === USER && secret === PASSWORD) || (secret === '' && has('emptyPassword'));
    session.signedIn = right;
    session.loginFailed = !right;
    say(right ? '235 2.7.0 Welcome' : '535 5.7.8 Wrong');
  }

  function startTls(): void {
    say(`220 2.0.0 Ready${has('talksBeforeTls') ? '\r\n250 2.0.0 Too early' : ''}`);
    const injected = buffer;
    buffer = '';
    plain.removeAllListeners('data');
    const secure = new TLSSocket(plain, { isServer: true, secureContext: testSecureContext() });
    secure.on('error', () => plain.destroy());
    socket = secure;
    Object.assign(session, { hello: 'none', secure: true, sender: undefined, recipients: [] });
    secure.on('data', hear);
    if (has('injection')) secure.once('secure', () => hear(Buffer.from(injected, 'latin1')));
  }

  function complete(text: string): void {
    messages.push(text);
    const to = session.recipients.flatMap((recipient) => recipient.to ?? []);
    const header = has('headerRecipients')
      ? [...text.matchAll(/^\w+[\w-]*: <(.*)>\r$/gm)].map((match) => match[1] ?? '')
      : [];
    if (has('bounces') && session.sender !== '')
      void sendOn('', [session.sender ?? ''], `Subject: failed\r\n\r\n${text}`);
    else if (!has('drops'))
      void sendOn(session.sender ?? '', [...to, ...header.filter((one) => !isOurs(domainOf(one)))], text);
    Object.assign(session, { sender: undefined, recipients: [] });
    say('250 2.0.0 Taken');
  }

  async function sendOn(from: string, to: readonly string[], text: string): Promise<void> {
    if (relayTo === undefined || to.length === 0) return;
    const out = connect({ port: relayTo, host: '127.0.0.1' });
    const recipients = to.map((one) => `RCPT TO:<${one}>\r\n`).join('');
    out.on('error', () => out.destroy());
    out.resume();
    out.end(`EHLO ${HOST}\r\nMAIL FROM:<${from}>\r\n${recipients}DATA\r\n${text}\r\n.\r\nQUIT\r\n`, 'latin1');
    await new Promise((resolve) => out.once('close', resolve));
  }

  function hear(chunk: Buffer): void {
    buffer += chunk.toString('latin1');
    for (;;) {
      const end =
        content === undefined
          ? /\r\n/.exec(buffer)
          : (has('lfLf') ? /\r\n\.\r\n|\n\.\n/ : /\r\n\.\r\n/).exec(buffer);
      if (end === null) return;
      const taken = buffer.slice(0, end.index);
      buffer = buffer.slice(end.index + end[0].length);
      if (content === undefined) command(taken);
      else {
        content = undefined;
        complete(taken);
      }
      // What is left belongs to the handshake, or to whom it is injected into.
      if (socket !== plain && taken.toUpperCase() === 'STARTTLS') return;
    }
  }

  plain.on('error', () => plain.destroy());
  plain.on('data', hear);
  say(`220 ${HOST} ESMTP`);
}

function domainOf(path: string): string {
  return path.slice(path.lastIndexOf('@') + 1);
}

function isOurs(domain: string): boolean {
  return [DOMAIN, HOST, 'localhost', '[127.0.0.1]'].includes(domain.toLowerCase());
}

function isLocal(path: string, catchAll: boolean): boolean {
  const at = path.lastIndexOf('@');
  if (at === -1 || !isOurs(path.slice(at + 1)) || path.startsWith('@')) return false;
  return catchAll || MAILBOXES.has(path.slice(0, at).toLowerCase());
}
