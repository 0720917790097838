/**
 * Goes through the header of a message once, as it passes in pieces of any size, and notes what a server must know of it (RFC
 * 5322 2.2, 3.6). Lines end in CRLF and in nothing else; the header ends at its first empty line. What is wrong with it is
 * noted as well: nothing is refused here, nothing repaired.
 */
import { HeaderNotes } from './headerNotes.ts';
import type { HeaderDefect, HeaderFacts } from './types.ts';
import { Utf8Check } from './utf8.ts';

/** Where a limit is exceeded the reader stops, and what follows is not looked at. */
export interface HeaderLimits {
  /** Octets, without the empty line. */
  readonly size: number;
  readonly fields: number;
}

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;
const COLON = 0x3a;
/** Characters of a name that are kept; no name that is looked for is so long. */
const KEPT_NAME = 16;

/** Where in a line the reader is. `blank`: in a folded line, of which only white space has come. */
type Place = 'start' | 'name' | 'afterName' | 'value' | 'blank';

export class HeaderReader {
  readonly #limits: HeaderLimits;
  readonly #notes = new HeaderNotes();
  readonly #utf8 = new Utf8Check();
  #place: Place = 'start';
  /** The last octet was CR, and what it is depends on the next. */
  #cr = false;
  /** In lower case. */
  #name = '';
  #badName = false;
  /** Octets of the header so far. */
  #size = 0;
  #state: 'open' | 'complete' | 'tooLarge' = 'open';

  constructor(limits: HeaderLimits) {
    this.#limits = limits;
  }

  /** Takes the next octets of the content; keeps no slice of them. Once the header is over this costs nothing. */
  push(chunk: Buffer): void {
    // The empty line is not counted.
    const end = Math.min(chunk.length, this.#limits.size + 2 - this.#size);
    for (let at = 0; at < end && this.#state === 'open'; at += 1) {
      at = this.#passPlain(chunk, at, end);
      if (at < end) this.#take(chunk[at] ?? 0);
    }
    if (this.#state === 'open' && this.#size >= this.#limits.size + 2) this.#state = 'tooLarge';
  }

  /** The content ends; where there was no empty line all of it was header. */
  end(): void {
    if (this.#state !== 'open') return;
    if (this.#cr) this.#bareCr(this.#size - 1);
    if (this.#state !== 'open') return;
    if (this.#place !== 'start') this.#judgeLine();
    this.#notes.close(this.#size);
    this.#state = this.#size > this.#limits.size ? 'tooLarge' : 'complete';
  }

  /** The header goes on: neither its end nor a limit has come. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** What is known so far; final once it is complete. */
  facts(): HeaderFacts {
    const { fields, counts, from, sender, bcc } = this.#notes;
    const defects = new Set(this.#notes.defects);
    if (!this.#utf8.valid) defects.add('badUtf8');
    return {
      complete: this.#state === 'complete',
      size: this.#size,
      fields,
      tooLarge: this.#state === 'tooLarge',
      defects,
      counts: { ...counts },
      from,
      sender,
      bcc: [...bcc],
    };
  }

  /** Most octets of a header are ASCII in values: nothing is to be asked of them one by one. Gives where the first other one is. */
  #passPlain(chunk: Buffer, start: number, end: number): number {
    if (this.#place !== 'value' || this.#cr || this.#utf8.inCharacter) return start;
    let at = start;
    for (let octet = chunk[at] ?? 0; at < end && octet > CR && octet < 0x80; octet = chunk[at] ?? 0) at += 1;
    this.#size += at - start;
    if (this.#notes.keeps) this.#notes.keepAll(chunk, start, at);
    return at;
  }

  #defect(defect: HeaderDefect): void {
    this.#notes.defects.add(defect);
  }

  #take(octet: number): void {
    const at = this.#size;
    this.#size += 1;
    if (octet >= 0x80 || this.#utf8.inCharacter) this.#utf8.take(octet);
    if (this.#cr && octet === LF) this.#endLine();
    else {
      if (this.#cr) this.#bareCr(at - 1);
      if (octet === CR) this.#cr = true;
      else this.#character(octet, at);
    }
  }

  /** The CR at `at` was none of a line end: a character like others. */
  #bareCr(at: number): void {
    this.#cr = false;
    this.#defect('bareCr');
    this.#character(CR, at);
  }

  /** CRLF has come. */
  #endLine(): void {
    this.#cr = false;
    if (this.#place === 'start') {
      this.#size -= 2;
      this.#notes.close(this.#size);
      this.#state = 'complete';
      return;
    }
    this.#judgeLine();
    this.#keep(CR);
    this.#keep(LF);
    this.#place = 'start';
  }

  #judgeLine(): void {
    if (this.#place === 'name' || this.#place === 'afterName') this.#defect('noColon');
    if (this.#place === 'blank') this.#defect('blankFold');
  }

  #character(octet: number, at: number): void {
    if (octet >= 0x80) this.#defect('eightBit');
    else if (octet === 0) this.#defect('nul');
    else if (octet === LF) this.#defect('bareLf');
    switch (this.#place) {
      case 'start':
        this.#beginLine(octet, at);
        break;
      case 'name':
        this.#inName(octet);
        break;
      case 'afterName':
        this.#afterName(octet);
        break;
      case 'blank':
      case 'value':
        if (!isBlank(octet)) this.#place = 'value';
        this.#keep(octet);
        break;
      default:
        this.#place satisfies never;
    }
  }

  #beginLine(octet: number, at: number): void {
    const blank = isBlank(octet);
    if (blank && this.#notes.isOpen) {
      this.#place = 'blank';
      this.#keep(octet);
      return;
    }
    this.#notes.open(at);
    if (this.#notes.fields > this.#limits.fields) this.#state = 'tooLarge';
    if (blank) {
      // It continues nothing.
      this.#defect('noColon');
      this.#place = 'value';
      return;
    }
    this.#place = 'name';
    this.#name = '';
    this.#badName = false;
    this.#inName(octet);
  }

  /** `field-name` of RFC 5322 3.6.8. */
  #inName(octet: number): void {
    if (octet === COLON) this.#endName();
    else if (isBlank(octet)) this.#place = 'afterName';
    else if (octet <= SPACE || octet > 0x7e) this.#badName = true;
    else if (this.#name.length < KEPT_NAME) this.#name += String.fromCharCode(lower(octet));
  }

  #afterName(octet: number): void {
    if (octet === COLON) {
      this.#defect('spaceBeforeColon');
      this.#endName();
    } else if (!isBlank(octet)) {
      this.#badName = true;
      this.#place = 'name';
    }
  }

  #endName(): void {
    if (this.#badName || this.#name === '') this.#defect('badName');
    else this.#notes.name(this.#name);
    this.#place = 'value';
  }

  #keep(octet: number): void {
    if (this.#notes.keeps) this.#notes.keep(octet);
  }
}

function isBlank(octet: number): boolean {
  return octet === SPACE || octet === TAB;
}

/** Of an octet that is a letter of ASCII (RFC 5322 1.2.2: names of fields have no case). */
function lower(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
}
