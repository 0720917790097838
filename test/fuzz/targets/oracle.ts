/**
 * What the replies to a stream of octets may be, told from the stream and the codes alone, with nothing of the session's own code:
 * which octets are commands and which content, how many replies each must have, and who may relay.
 */
import assert from 'node:assert/strict';
import type { Buffer } from 'node:buffer';

export interface Situation {
  readonly lmtp: boolean;
  /** Lines may end in LF alone. */
  readonly bareLf: boolean;
  /** The client may relay by its address. */
  readonly office: boolean;
}

export interface Account {
  /** How many recipients each message that was accepted has, in order. */
  readonly messages: readonly number[];
  /** What was said to what, for the search. */
  readonly said: readonly string[];
}

type Expected =
  | { readonly kind: 'line' | 'login' | 'content' }
  | { readonly kind: 'chunk'; readonly size: number; readonly last: boolean }
  /** Nothing more is answered. */
  | { readonly kind: 'nothing' };

const LINE: Expected = { kind: 'line' };
const OURS = new Set(['inbound.test', 'relaydom.test']);
/** 127.0.1.0/25, as the policy of these sessions has it. */
const OFFICE = /^127\.0\.1\.(?:\d|[1-9]\d|1[01]\d|12[0-7])$/;
const CHUNK = /^BDAT (\d{1,15})( LAST)? *$/i;
const PATH = /^RCPT TO: *<((?:"(?:\\.|[^"\\])*"|[^">])*)>/i;

/** Reads octets and codes side by side. Throws when they do not fit. */
export class Oracle {
  readonly #situation: Situation;
  readonly #codes: readonly number[];
  readonly #said: string[] = [];
  readonly #messages: number[] = [];
  #expected: Expected = LINE;
  #text = '';
  #at = 0;
  #mayRelay: boolean;
  #account = false;
  /** MAIL was answered with 250, and nothing has ended that. */
  #envelope = false;
  #recipients = 0;

  constructor(situation: Situation, codes: readonly number[]) {
    this.#situation = situation;
    this.#codes = codes;
    this.#mayRelay = situation.office;
    assert.equal(this.#next('greeting'), 220, 'the greeting');
  }

  /** The next octets of the stream. What follows STARTTLS in them is not answered. */
  read(octets: Buffer): void {
    this.#text += octets.toString('latin1');
    while (this.#step());
  }

  end(): Account {
    assert.equal(this.#at, this.#codes.length, 'more replies than commands');
    return { messages: this.#messages, said: this.#said };
  }

  #next(to: string): number {
    const code = this.#codes[this.#at];
    assert.ok(code !== undefined, `no reply to ${to}`);
    this.#at += 1;
    this.#said.push(`${to} ${code}`);
    if (code === 421 || code === 221) this.#expected = { kind: 'nothing' };
    return code;
  }

  /** @returns false when more octets are needed. */
  #step(): boolean {
    const expected = this.#expected;
    switch (expected.kind) {
      case 'nothing':
        return false;
      case 'content':
        return this.#content();
      case 'chunk':
        return this.#chunk(expected);
      case 'line':
      case 'login':
        return this.#line(expected.kind);
    }
  }

  #line(kind: 'line' | 'login'): boolean {
    const line = /^[^\n]*\n/.exec(this.#text)?.[0];
    if (line === undefined) return false;
    this.#text = this.#text.slice(line.length);
    const [, size, last] = (kind === 'line' && CHUNK.exec(line.replace(/\r?\n$/, ''))) || [];
    if (size !== undefined && line.length < 2000 && this.#isProper(line)) {
      this.#expected = { kind: 'chunk', size: Number(size), last: last !== undefined };
      return true;
    }
    const verb = kind === 'login' ? 'AUTH' : (/^[A-Za-z]{4,8}(?![!-~])/.exec(line)?.[0] ?? '-').toUpperCase();
    const lost = kind === 'login' ? /^bdat[ \t]/i.test(line) : /^bdat(?![!-~])/i.test(line);
    const before = this.#codes[this.#at - 1];
    const code = this.#next(kind === 'login' ? `login ${before}` : verb);
    if (!this.#isProper(line)) assert.ok(code >= 400, 'a line that ends in LF alone was carried out');
    // Nobody knows how many octets follow a BDAT that cannot be read, so the session must end there.
    if (lost) this.#expected = { kind: 'nothing' };
    if (this.#expected.kind !== 'nothing') this.#expected = this.#after(verb, line, code);
    return true;
  }

  #isProper(line: string): boolean {
    return line.endsWith('\r\n') || this.#situation.bareLf;
  }

  #after(verb: string, line: string, code: number): Expected {
    if (code === 354) {
      assert.ok(this.#recipients > 0, 'content is taken for nobody');
      return { kind: 'content' };
    }
    if (code === 334) return { kind: 'login' };
    // An XCLIENT that does not say for whom ends the session.
    if (verb === 'XCLIENT' && code === 501 && this.#at === this.#codes.length) return { kind: 'nothing' };
    if (code < 400) this.#done(verb, line, code);
    return LINE;
  }

  /** A command was carried out. */
  #done(verb: string, line: string, code: number): void {
    switch (verb) {
      case 'RCPT':
        assert.ok(this.#envelope, 'a recipient without MAIL');
        assert.ok(this.#mayRelay || this.#account || isOurs(line), 'a stranger may relay');
        this.#recipients += 1;
        break;
      case 'AUTH':
        this.#account = code === 235;
        break;
      case 'EHLO':
      case 'HELO':
      case 'LHLO':
      case 'RSET':
        this.#forget();
        break;
      case 'MAIL':
        this.#forget();
        this.#envelope = true;
        break;
      case 'STARTTLS':
      case 'XCLIENT':
        this.#forget();
        this.#account = false;
        if (verb === 'STARTTLS') this.#text = '';
        else this.#mayRelay = OFFICE.test(/ ADDR=([^ \r]+)/i.exec(line)?.[1] ?? '');
        break;
      default:
    }
  }

  #forget(): void {
    this.#envelope = false;
    this.#recipients = 0;
  }

  #content(): boolean {
    const end = this.#text.startsWith('.\r\n') ? 0 : this.#text.indexOf('\r\n.\r\n') + 2;
    if (end === 1) {
      // Before its end there can only be the reply that ends the session.
      if (this.#codes[this.#at] === 421) this.#next('content');
      return false;
    }
    this.#text = this.#text.slice(end + 3);
    this.#message('end of data');
    return true;
  }

  #chunk({ size, last }: { readonly size: number; readonly last: boolean }): boolean {
    if (this.#text.length < size) {
      if (this.#codes[this.#at] === 421) this.#next('chunk');
      return false;
    }
    this.#text = this.#text.slice(size);
    if (last && this.#recipients > 0) this.#message('BDAT LAST');
    else {
      const code = this.#next('BDAT');
      assert.ok(code !== 500 && code !== 501, 'a chunk was not counted off');
      assert.ok(code !== 250 || this.#recipients > 0, 'content is taken for nobody');
      if (this.#expected.kind !== 'nothing') this.#expected = LINE;
    }
    return true;
  }

  /** The end of a message. LMTP has a reply for each recipient (RFC 2033 4.2). */
  #message(what: string): void {
    const codes = [this.#next(what)];
    const replies = this.#situation.lmtp ? this.#recipients : 1;
    while (codes.length < replies && codes[0] !== 421) codes.push(this.#next(what));
    assert.equal(new Set(codes).size, 1, 'recipients of one message are answered differently');
    if (codes[0] === 250) this.#messages.push(this.#recipients);
    this.#forget();
    if (codes[0] !== 421) this.#expected = LINE;
  }
}

/** Whether the last domain of the path is one of ours, or there is none. */
function isOurs(line: string): boolean {
  const path = PATH.exec(line)?.[1] ?? '';
  const domain = path.slice(path.lastIndexOf('@') + 1);
  return !path.includes('@') || OURS.has(domain.toLowerCase().replace(/\.$/, ''));
}
