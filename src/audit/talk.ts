/** A conversation with the server that is audited, at the agreed pace, with a record of what was said. */
import { parseEhlo, type ReceivedReply } from '../smtp/mod.ts';
import type { Pace } from './pace.ts';
import type { Utterance } from './types.ts';
import { isLoss, type Loss, type Wire } from './wire.ts';

/** What is kept of a conversation: enough for evidence, whatever the server sends. */
const MOST_UTTERANCES = 60;
const MOST_LINES_OF_A_REPLY = 12;
const LONGEST_LINE = 300;
/** How long the answer to QUIT is waited for. */
const QUIT_MS = 1000;

export type Said = ReceivedReply | Loss;

export class Talk {
  readonly wire: Wire;
  readonly #pace: Pace;
  #utterances: Utterance[] = [];
  #opening: readonly Utterance[] = [];
  /** What the last EHLO offered; empty after HELO. */
  extensions: ReadonlyMap<string, string> = new Map();
  /** The text behind the code of the server's greeting. */
  banner = '';
  /** The text behind the code of the last reply to EHLO or HELO. */
  greeted = '';

  constructor(wire: Wire, pace: Pace) {
    this.wire = wire;
    this.#pace = pace;
  }

  get dialogue(): readonly Utterance[] {
    return this.#utterances;
  }

  /** What was said so far belongs to everything that comes on this connection. */
  opened(): void {
    this.#opening = [...this.#utterances];
  }

  /** A new record after the opening: what comes is about something else. */
  forget(): void {
    this.#utterances = [...this.#opening];
  }

  /** Sends a line and waits for its reply. `shown` stands for it in the record where it holds a secret. */
  async ask(line: string, shown = line): Promise<Said> {
    const halted = await this.send(`${line}\r\n`, shown);
    return halted ?? this.hear();
  }

  /** Sends octets when it is their turn. A reply that came unasked would be taken for that to what is sent now: it ends the talk. */
  async send(text: string, shown = text): Promise<Loss | undefined> {
    const turn = await this.#pace.turn();
    if (turn !== 'go') return haltOf(turn);
    const { lost } = this.wire;
    // What it said before it went away still counts: it is heard first.
    if (lost !== undefined && lost.cause !== 'closed') return lost;
    if (this.wire.waiting > 0) {
      this.wire.close();
      return { cause: 'protocol', text: 'the server sent a reply that nobody had asked for' };
    }
    this.record('us', shown);
    this.wire.send(Buffer.from(text, 'utf8'));
    return undefined;
  }

  /** A reply that is due; 421 says that the server ends the session, and counts as lost. */
  async hear(): Promise<Said> {
    const reply = await this.wire.read();
    if (isLoss(reply)) {
      this.record('server', `(${reply.text})`);
      return reply;
    }
    this.recordReply(reply);
    if (reply.code !== 421) return reply;
    this.wire.close();
    return { cause: 'closed', text: `the server ended the session: ${formatReceived(reply)}` };
  }

  /** EHLO or HELO, or any other line of greeting. */
  async greet(line: string): Promise<Said> {
    const reply = await this.ask(line);
    if (!isLoss(reply) && isPositive(reply)) {
      this.extensions = /^EHLO\b/i.test(line) ? parseEhlo(reply) : new Map();
      this.greeted = reply.lines[0] ?? '';
    }
    return reply;
  }

  /** STARTTLS and the handshake; the reply when the server does not want to. */
  async startTls(): Promise<Said | undefined> {
    const reply = await this.ask('STARTTLS');
    if (isLoss(reply) || !isPositive(reply)) return reply;
    const loss = await this.wire.secure();
    this.record('server', loss === undefined ? '(TLS from here on)' : `(${loss.text})`);
    if (loss === undefined) this.extensions = new Map();
    return loss;
  }

  /** Ends it politely: the server knows of it before the next connection comes. */
  async quit(): Promise<void> {
    const halted = await this.send('QUIT\r\n');
    if (halted === undefined) await this.wire.readWithin(Math.min(QUIT_MS, this.wire.replyMs));
    this.wire.close();
  }

  record(by: Utterance['by'], text: string): void {
    if (this.#utterances.length >= MOST_UTTERANCES) return;
    const line = text.replace(/\r\n$/, '');
    this.#utterances.push({
      by,
      text: line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}...` : line,
    });
  }

  recordReply({ code, lines }: ReceivedReply): void {
    const shown = lines.slice(0, MOST_LINES_OF_A_REPLY);
    shown.forEach((line, index) => {
      this.record('server', `${code}${index === lines.length - 1 ? ' ' : '-'}${line}`);
    });
    if (shown.length < lines.length) this.record('server', `(${lines.length - shown.length} more lines)`);
  }
}

export function haltOf(turn: 'interrupted' | 'over'): Loss {
  return turn === 'interrupted'
    ? { cause: 'interrupted', text: 'the audit was interrupted' }
    : { cause: 'over', text: 'the time or the number of commands of the audit was used up' };
}

export function isPositive({ code }: ReceivedReply): boolean {
  return code >= 200 && code < 300;
}

/**
 * A refusal: 5xx, or "relay access denied" as Debian's Postfix gives it, with a code that only asks the client to come again
 * (`defer_unauth_destination`). Greylisting and overload never speak of relaying, and stay what they are.
 */
export function isRefusal({ code, status, lines }: ReceivedReply): boolean {
  return code >= 500 || (code >= 400 && status === '4.7.1' && lines.some((line) => /\brelay/i.test(line)));
}

/** The code and the last line of text, which says most; at most 200 characters. */
export function formatReceived({ code, lines }: ReceivedReply): string {
  return `${code} ${(lines.at(-1) ?? '').trim()}`.trimEnd().slice(0, 200);
}
