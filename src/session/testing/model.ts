/**
 * What a client may expect of a session, written down a second time and independently of it: for each command the codes of its
 * replies, and what is known after it. Limits of errors and junk are out of the way here; they have tests of their own.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import type { AsyncCommand } from 'fast-check';
import type { Harness } from './harness.ts';
import { SETTINGS, USUAL, type World } from './services.ts';

/** Who may relay by its address, and may use XCLIENT and XFORWARD; and who may do none of it. */
export const OFFICE = '127.0.1.9';
export const STRANGER = '192.0.2.66';

export const WORLD: Partial<World> = {
  client: OFFICE,
  inlineLimit: 300,
  settings: {
    ...SETTINGS,
    offers: { ...SETTINGS.offers, etrn: true, deliverBy: true, futureRelease: { maxSeconds: 3600 } },
    mayXclient: ({ text }) => text === OFFICE,
    mayXforward: ({ text }) => text === OFFICE,
    limits: {
      ...SETTINGS.limits,
      messageSize: 2000,
      recipients: 3,
      errors: 1_000_000,
      softErrors: 1_000_000,
      junkCommands: 1_000_000,
      messagesPerConnection: 1_000_000,
    },
  },
  turn: () => 'nothing',
  screen: { accounts: { sendAs: 'any', sendAsExempt: [], mayAlsoSendAs: new Map() } },
};

export interface Expectation {
  lmtp: boolean;
  client: string;
  tls: boolean;
  account: boolean;
  /** `failed`: a chunk was refused, and what is under way gets the same reply. */
  phase: 'connected' | 'greeted' | 'transaction' | 'chunked' | 'failed' | 'ended';
  extended: boolean;
  recipients: number;
  smtpUtf8: boolean;
  binary: boolean;
  octets: number;
  messages: number;
}

export function fresh(lmtp: boolean): Expectation {
  return {
    lmtp,
    client: OFFICE,
    tls: false,
    account: false,
    phase: 'connected',
    extended: false,
    recipients: 0,
    smtpUtf8: false,
    binary: false,
    octets: 0,
    messages: 0,
  };
}

export const HEADER = 'From: a@outside.test\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n\r\n';
/** Content that would be commands if anybody took it for some. */
const EVIL = 'RSET\r\nMAIL FROM:<evil@outside.test>\r\nRCPT TO:<alice@inbound.test>\r\nDATA\r\n';

type Codes = readonly string[];
/** The codes that follow, and the expectation changed accordingly. */
type Reaction = (expected: Expectation) => Codes;

/** A line, and what follows on it. */
export class Line implements AsyncCommand<Expectation, Harness> {
  readonly #text: string;
  readonly #reaction: Reaction;

  constructor(text: string, reaction: Reaction) {
    this.#text = text;
    this.#reaction = reaction;
  }

  check({ phase }: Readonly<Expectation>): boolean {
    return phase !== 'ended';
  }

  async run(expected: Expectation, client: Harness): Promise<void> {
    await say(client, `${this.#text}\r\n`, this.#reaction(expected));
  }

  toString(): string {
    return this.#text;
  }
}

async function say(client: Harness, octets: string, codes: Codes): Promise<void> {
  await client.send(octets);
  assert.equal(client.codes(), codes.join(), octets);
}

function reset(expected: Expectation): void {
  if (expected.phase !== 'connected') expected.phase = 'greeted';
  forget(expected);
}

function forget(expected: Expectation): void {
  Object.assign(expected, { recipients: 0, smtpUtf8: false, binary: false, octets: 0 });
}

function hello(extended: boolean): Reaction {
  return (expected) => {
    if (expected.lmtp) return ['500'];
    reset(expected);
    Object.assign(expected, { phase: 'greeted', extended });
    return ['250'];
  };
}

function longHello(expected: Expectation): Codes {
  if (!expected.lmtp) return ['500'];
  reset(expected);
  Object.assign(expected, { phase: 'greeted', extended: true });
  return ['250'];
}

interface Asked {
  readonly smtpUtf8?: boolean;
  readonly binary?: boolean;
  readonly requireTls?: boolean;
  /** It has the parameter of an extension. */
  readonly extended?: boolean;
  readonly tooBig?: boolean;
}

function mail({ smtpUtf8 = false, binary = false, requireTls = false, ...asked }: Asked): Reaction {
  return (expected) => {
    if (expected.phase === 'connected' || expected.phase === 'transaction' || expected.phase === 'chunked')
      return ['503'];
    const extended = (asked.extended ?? false) || smtpUtf8 || binary || requireTls;
    if (extended && !expected.extended) return ['555'];
    if (requireTls && !expected.tls) return ['530'];
    if (asked.tooBig === true) return ['552'];
    forget(expected);
    Object.assign(expected, { phase: 'transaction', smtpUtf8, binary });
    return ['250'];
  };
}

function rcpt(
  answer: (expected: Expectation) => string,
  { utf8 = false, extended = false }: { utf8?: boolean; extended?: boolean } = {},
): Reaction {
  return (expected) => {
    if (expected.phase !== 'transaction') return ['503'];
    if (expected.recipients >= 3) return ['452'];
    if (extended && !expected.extended) return ['555'];
    if (utf8 && !expected.smtpUtf8) return ['553'];
    const code = answer(expected);
    if (code === '250') expected.recipients += 1;
    return [code];
  };
}

const mayRelay = ({ client, account }: Expectation): string => (client === OFFICE || account ? '250' : '550');

/** The replies to the end of a message, and what is after it. */
function ended(expected: Expectation, code: string): Codes {
  const replies = Array.from({ length: expected.lmtp ? expected.recipients : 1 }, () => code);
  if (code === '250') expected.messages += 1;
  reset(expected);
  return replies;
}

/** DATA; the content follows when it is asked for. */
export class Data implements AsyncCommand<Expectation, Harness> {
  readonly #content: string;
  readonly #code: string;

  constructor(content: string, code: string) {
    this.#content = content;
    this.#code = code;
  }

  check({ phase }: Readonly<Expectation>): boolean {
    return phase !== 'ended';
  }

  async run(expected: Expectation, client: Harness): Promise<void> {
    const { phase, recipients, binary } = expected;
    if (phase !== 'transaction' || recipients === 0 || binary) return say(client, 'DATA\r\n', ['503']);
    await say(client, 'DATA\r\n', ['354']);
    return say(client, `${this.#content}.\r\n`, ended(expected, this.#code));
  }

  toString(): string {
    return `DATA (${this.#content.length} octets, ${this.#code})`;
  }
}

/** BDAT with its octets, which begin with a header when they are the first of a message. */
export class Bdat implements AsyncCommand<Expectation, Harness> {
  readonly #body: string;
  readonly #last: boolean;

  constructor(body: string, last: boolean) {
    this.#body = body;
    this.#last = last;
  }

  check({ phase }: Readonly<Expectation>): boolean {
    return phase !== 'ended';
  }

  async run(expected: Expectation, client: Harness): Promise<void> {
    const octets = `${expected.phase === 'transaction' ? HEADER : ''}${this.#body}`;
    const line = `BDAT ${octets.length}${this.#last ? ' LAST' : ''}\r\n`;
    await say(client, `${line}${octets}`, this.#codes(expected, octets.length));
  }

  #codes(expected: Expectation, octets: number): Codes {
    if (expected.phase === 'connected') return ['503'];
    if (!expected.extended) return ['502'];
    if (expected.phase === 'greeted' || expected.recipients === 0) return ['503'];
    if (expected.phase === 'failed' || expected.octets + octets > 2000) {
      if (this.#last) return ended(expected, '552');
      expected.phase = 'failed';
      return ['552'];
    }
    if (this.#last) return ended(expected, '250');
    expected.phase = 'chunked';
    expected.octets += octets;
    return ['250'];
  }

  toString(): string {
    return `BDAT ${this.#body.length}${this.#last ? ' LAST' : ''}`;
  }
}

/** STARTTLS, with something injected behind it that must not be carried out. */
export class StartTls implements AsyncCommand<Expectation, Harness> {
  check({ phase }: Readonly<Expectation>): boolean {
    return phase !== 'ended';
  }

  async run(expected: Expectation, client: Harness): Promise<void> {
    if (expected.tls || expected.phase === 'connected') return say(client, 'STARTTLS\r\n', ['503']);
    await say(client, `STARTTLS\r\n${EVIL}`, ['220']);
    client.session.secured({ protocol: 'TLSv1.3', cipher: 'x' });
    forget(expected);
    Object.assign(expected, { phase: 'connected', tls: true, account: false, extended: false });
    return say(client, '', []);
  }

  toString(): string {
    return 'STARTTLS';
  }
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function auth(right: boolean): Reaction {
  return (expected) => {
    if (expected.phase !== 'greeted' || !expected.extended || expected.account) return ['503'];
    expected.account = right;
    return [right ? '235' : '535'];
  };
}

function xclient(address: string): Reaction {
  return (expected) => {
    if (expected.client !== OFFICE) return ['550'];
    if (expected.phase === 'transaction' || expected.phase === 'chunked') return ['503'];
    forget(expected);
    Object.assign(expected, { phase: 'connected', client: address, account: false, extended: false });
    return ['220'];
  };
}

/** It changes nothing of what can be seen. */
function xforward(code: string): Reaction {
  return ({ client, phase }) => {
    if (client !== OFFICE) return ['550'];
    if (code !== '250') return [code];
    return phase === 'greeted' ? ['250'] : ['503'];
  };
}

const always =
  (code: string): Reaction =>
  () => [code];

function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** What leads to a message; drawn more often, so that most dialogues come to one. */
export const LEADING: readonly AsyncCommand<Expectation, Harness>[] = [
  new Line('EHLO a.test', hello(true)),
  new Line('LHLO a.test', longHello),
  new Line('MAIL FROM:<>', mail({})),
  new Line(
    'RCPT TO:<bob@inbound.test>',
    rcpt(() => '250'),
  ),
  new Line(
    'RCPT TO:<alice@inbound.test>',
    rcpt(() => '250'),
  ),
  new Bdat('x\r\n', false),
  new Bdat('y'.repeat(2001), true),
  new Bdat(EVIL, true),
];

export const COMMANDS: readonly AsyncCommand<Expectation, Harness>[] = [
  new Line('HELO a.test', hello(false)),
  new Line('MAIL FROM:<>', mail({})),
  new Line('MAIL FROM:<a@outside.test> SIZE=2000 BODY=8BITMIME', mail({})),
  new Line('MAIL FROM:<a@outside.test> SIZE=2001', mail({ tooBig: true })),
  new Line('MAIL FROM:<a@outside.test> BODY=BINARYMIME', mail({ binary: true })),
  new Line(utf8('MAIL FROM:<é@outside.test> SMTPUTF8'), mail({ smtpUtf8: true })),
  new Line(utf8('MAIL FROM:<é@outside.test>'), always('553')),
  new Line('MAIL FROM:<a@outside.test> REQUIRETLS', mail({ requireTls: true })),
  new Line('MAIL FROM:<a@outside.test> RET=HDRS ENVID=x BY=60;R HOLDFOR=1', mail({ extended: true })),
  new Line(
    'RCPT TO:<bob@inbound.test>',
    rcpt(() => '250'),
  ),
  new Line(
    'RCPT TO:<bob@inbound.test> NOTIFY=NEVER',
    rcpt(() => '250', { extended: true }),
  ),
  new Line(
    'RCPT TO:<nobody@inbound.test>',
    rcpt(() => '550'),
  ),
  new Line('RCPT TO:<v@outside.test>', rcpt(mayRelay)),
  new Line('RCPT TO:<@inbound.test:v@outside.test>', rcpt(mayRelay)),
  new Line(
    utf8('RCPT TO:<ü@relaydom.test>'),
    rcpt(() => '250', { utf8: true }),
  ),
  new Data(`${HEADER}x\r\n`, '250'),
  new Data(`${HEADER}..\r\n${EVIL}`, '250'),
  new Data(`${HEADER}${'x'.repeat(70)}\r\n`.repeat(20), '552'),
  new Data(`${HEADER}a\nb\r\n`, '550'),
  new Bdat('', false),
  new Bdat('x\r\n', false),
  new Bdat(EVIL, false),
  new Bdat(EVIL, true),
  new Bdat('', true),
  new Bdat('y'.repeat(1500), false),
  new Bdat('y'.repeat(2001), false),
  new Line('RSET', (expected) => {
    reset(expected);
    return ['250'];
  }),
  new Line('NOOP', always('250')),
  new Line('VRFY bob', always('252')),
  new Line('HELP', always('214')),
  new Line('ETRN inbound.test', ({ phase, extended }) => [phase === 'greeted' && extended ? '251' : '503']),
  new StartTls(),
  new Line(`AUTH PLAIN ${base64('\0alice@inbound.test\0secret')}`, auth(true)),
  new Line(`AUTH PLAIN ${base64('\0alice@inbound.test\0wrong')}`, auth(false)),
  new Line(`XCLIENT ADDR=${STRANGER}`, xclient(STRANGER)),
  new Line(`XCLIENT ADDR=${OFFICE}`, xclient(OFFICE)),
  new Line('XCLIENT', (expected) => [expected.client === OFFICE ? '501' : '550']),
  new Line(`XFORWARD ADDR=${STRANGER} NAME=x.test`, xforward('250')),
  new Line('XFORWARD NAME=[UNAVAILABLE] PORT=25', xforward('250')),
  new Line('XFORWARD PORT=x', xforward('501')),
  new Line('EXPN x', always('502')),
  new Line('__proto__', always('500')),
  new Line('constructor', always('500')),
  new Line('MAIL FROM:<x', always('501')),
  new Line('QUIT', (expected) => {
    expected.phase = 'ended';
    return ['221'];
  }),
];

export function worldOf(lmtp: boolean): Partial<World> {
  const settings = WORLD.settings ?? USUAL.settings;
  return lmtp ? { ...WORLD, settings: { ...settings, purpose: 'lmtp' } } : WORLD;
}
