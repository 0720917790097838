/** The parameters of MAIL that the extensions bring. All of them are read; which ones are offered now is for the session. */
import { foldAscii } from '../mail/mod.ts';
import { readParameters, type Read } from './parameters.ts';
import { parseTimestamp } from './timestamp.ts';
import type { CommandProblem, DeliverByParameter, MailParameters } from './types.ts';
import { decodeXtext, isXtext } from './xtext.ts';

/** RFC 1870 5: at most 20 digits. */
const SIZE = /^[0-9]{1,20}$/;
/** RFC 2852 4. */
const BY = /^([+-]?[0-9]{1,9});([NR])(T?)$/i;
/** `future-release-integer` of RFC 4865 4.1. */
const HOLD_FOR = /^[1-9][0-9]{0,8}$/;
/** Characters of an envelope identifier before its encoding (RFC 3461 4.4). */
const LONGEST_ENVELOPE_ID = 100;

type Value = string | undefined;
type Reader = (value: Value) => MailParameters | undefined;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['SIZE', (value) => (value !== undefined && SIZE.test(value) ? { size: Number(value) } : undefined)],
  ['BODY', body],
  // RFC 4954 5: a mailbox in xtext, or `<>`, which xtext can be as well.
  ['AUTH', (value) => (value !== undefined && isXtext(value) ? { auth: value } : undefined)],
  ['SMTPUTF8', (value) => (value === undefined ? { smtpUtf8: true } : undefined)],
  ['REQUIRETLS', (value) => (value === undefined ? { requireTls: true } : undefined)],
  ['RET', ret],
  ['ENVID', envelopeId],
  ['BY', by],
  ['HOLDFOR', holdFor],
  ['HOLDUNTIL', holdUntil],
]);

const read: Read<MailParameters> = (name, value) => {
  const reader = READERS.get(name);
  return reader === undefined ? 'unknown' : (reader(value) ?? 'bad');
};

/** Parses what follows the reverse-path; the first thing that is wrong is what is reported. */
export function parseMailParameters(text: string): { readonly parameters: MailParameters } | CommandProblem {
  return readParameters(text, read);
}

function body(value: Value): MailParameters | undefined {
  switch (foldAscii(value ?? '')) {
    case '7bit':
      return { body: '7BIT' };
    case '8bitmime':
      return { body: '8BITMIME' };
    case 'binarymime':
      return { body: 'BINARYMIME' };
    default:
      return undefined;
  }
}

function ret(value: Value): MailParameters | undefined {
  const folded = foldAscii(value ?? '');
  if (folded === 'full') return { ret: 'FULL' };
  return folded === 'hdrs' ? { ret: 'HDRS' } : undefined;
}

function envelopeId(value: Value): MailParameters | undefined {
  const decoded = decodeXtext(value ?? '') ?? '';
  const legal = decoded !== '' && decoded.length <= LONGEST_ENVELOPE_ID;
  return legal ? { envelopeId: decoded } : undefined;
}

function by(value: Value): MailParameters | undefined {
  const [, seconds, mode, trace] = BY.exec(value ?? '') ?? [];
  if (seconds === undefined || mode === undefined) return undefined;
  const parsed: DeliverByParameter = {
    // `-0` is 0.
    seconds: Number(seconds) + 0,
    mode: foldAscii(mode) === 'r' ? 'return' : 'notify',
    trace: trace !== '',
  };
  // RFC 2852 4: what is to be returned cannot be late already.
  return parsed.mode === 'return' && parsed.seconds <= 0 ? undefined : { by: parsed };
}

function holdFor(value: Value): MailParameters | undefined {
  return HOLD_FOR.test(value ?? '') ? { hold: { kind: 'for', seconds: Number(value) } } : undefined;
}

function holdUntil(value: Value): MailParameters | undefined {
  const at = parseTimestamp(value ?? '');
  return at === undefined ? undefined : { hold: { kind: 'until', at } };
}
