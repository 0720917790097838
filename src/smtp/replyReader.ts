/** The client's side: reads a server's replies (RFC 5321 4.2.1), bounded, whatever the server sends. */
import { LineReader } from './lineReader.ts';

/** Octets with CRLF: eight times what RFC 5321 4.5.3.1.5 permits, since real servers exceed it. */
const LONGEST_LINE = 4096;
const MOST_LINES = 100;
const REPLY_LINE = /^([2-5][0-9]{2})(?:([ -])(.*))?$/s;
const STATUS = /^([245])\.[0-9]{1,3}\.[0-9]{1,3}(?![^ ])/;

export interface ReceivedReply {
  readonly code: number;
  /** The enhanced status of the first line, `5.1.1`; undefined without one, or when its class is not that of the code. */
  readonly status: string | undefined;
  /** The text of each line as it came, enhanced status included; one character an octet, any octet but LF. */
  readonly lines: readonly string[];
}

/** `push()` what arrives, take replies with `next()`. A line may end in LF alone. */
export class ReplyReader {
  readonly #reader = new LineReader(LONGEST_LINE);
  #code: string | undefined;
  #lines: string[] = [];
  #malformed = false;

  push(chunk: Buffer): void {
    if (!this.#malformed) this.#reader.push(chunk);
  }

  /** Octets of replies that have not been taken; after STARTTLS there must be none (RFC 3207 section 4.2). */
  get buffered(): number {
    return this.#lines.reduce((sum, line) => sum + 4 + line.length, this.#reader.buffered);
  }

  /** The next complete reply; `malformed`, from then on for ever, when the server does not speak SMTP. */
  next(): ReceivedReply | 'malformed' | undefined {
    while (!this.#malformed) {
      const line = this.#reader.next();
      // A server that sends a line without end is not waited for.
      if (line === undefined && !this.#reader.overlong) return undefined;
      if (line === undefined) break;
      const match = line.tooLong ? null : REPLY_LINE.exec(line.bytes.toString('latin1'));
      const code = match?.[1];
      this.#code ??= code;
      if (code === undefined || code !== this.#code || this.#lines.length === MOST_LINES) break;
      this.#lines.push(match?.[3] ?? '');
      if (match?.[2] !== '-') return this.#complete(code);
    }
    this.#malformed = true;
    return 'malformed';
  }

  #complete(code: string): ReceivedReply {
    const lines = this.#lines;
    this.#lines = [];
    this.#code = undefined;
    const status = STATUS.exec(lines[0] ?? '');
    return { code: Number(code), status: status?.[1] === code.charAt(0) ? status[0] : undefined, lines };
  }
}

const KEYWORD = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:[ =](.*))?$/;

/**
 * The extensions that a reply to EHLO offers, by keyword in upper case, with their parameters (RFC 5321 4.1.1.1). The
 * pre-standard `AUTH=LOGIN PLAIN` counts as AUTH; of a keyword that comes twice the first line counts.
 */
export function parseEhlo(reply: ReceivedReply): Map<string, string> {
  const extensions = new Map<string, string>();
  for (const line of reply.lines.slice(1)) {
    const match = KEYWORD.exec(line.trimEnd());
    const keyword = match?.[1]?.toUpperCase();
    if (keyword !== undefined && !extensions.has(keyword)) extensions.set(keyword, (match?.[2] ?? '').trim());
  }
  return extensions;
}
