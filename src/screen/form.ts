/**
 * Whether a message has the form of one (RFC 5322), before it is taken.
 *
 * What the next server could read otherwise than we do is refused of everybody: a second From, a line in the header that is no field,
 * NUL, what is over a limit. What is merely not as it should be depends on who sends it: on submission there is a mail program that can
 * be mended, and it is held to the whole; strangers must have a From, and ASCII in the header; those we know (hosts by their address,
 * servers that signed in) are taken as they are, since nobody reads the refusals that a printer gets. See docs/decisions/0011.
 */
import type { CountedField, HeaderDefect, HeaderFacts } from '../mail/mod.ts';

/** What is known of the content when all of it has come. */
export interface MessageForm {
  readonly header: HeaderFacts;
  readonly nul: boolean;
  /** Octets, CRLF included. */
  readonly longestLine: number;
}

export interface FormDemands {
  readonly limits: {
    /** Octets. */
    readonly headerSize: number;
    readonly headerFields: number;
    /** Octets, CRLF included. */
    readonly textLine: number;
  };
  /** The transaction has SMTPUTF8 (RFC 6531): the header may be internationalized (RFC 6532). */
  readonly smtpUtf8: boolean;
  readonly from: Origin;
}

/** `submission`: on such a listener. `known`: signed in elsewhere, holds a grant, or is listed in `clients.accept`. */
export type Origin = 'submission' | 'stranger' | 'known';

export type FormProblem =
  | {
      readonly kind:
        | 'headerTooBig'
        | 'tooManyFields'
        | 'textLineTooLong'
        | 'nul'
        | 'badHeader'
        | 'eightBitHeader'
        | 'noFrom'
        | 'badFrom'
        | 'badSenderField';
    }
  | { readonly kind: 'repeatedField'; readonly name: string };

/** The first problem that stands against the message; undefined: none. */
export function judgeForm(form: MessageForm, demands: FormDemands): FormProblem | undefined {
  return [overLimits, ambiguous, incomplete, unreadable]
    .map((check) => check(form, demands))
    .find((problem) => problem !== undefined);
}

type FormCheck = (form: MessageForm, demands: FormDemands) => FormProblem | undefined;

const overLimits: FormCheck = ({ header, longestLine }, { limits }) => {
  if (header.fields > limits.headerFields) return { kind: 'tooManyFields' };
  if (header.tooLarge || header.size > limits.headerSize) return { kind: 'headerTooBig' };
  return longestLine > limits.textLine ? { kind: 'textLineTooLong' } : undefined;
};

/** After such a line other programs may see another header than we do, or none. */
const BREAKS_HEADER: readonly HeaderDefect[] = ['noColon', 'badName', 'bareCr', 'bareLf'];

/** RFC 5322 3.6: once at most. The rest that it wants so (Reply-To, Bcc and others) misleads nobody. */
const ONCE: readonly (readonly [CountedField, string])[] = [
  ['from', 'From'],
  ['sender', 'Sender'],
  ['to', 'To'],
  ['cc', 'Cc'],
  ['subject', 'Subject'],
  ['date', 'Date'],
  ['messageId', 'Message-ID'],
];

/** What others could read otherwise. */
const ambiguous: FormCheck = ({ header, nul }) => {
  if (nul || header.defects.has('nul')) return { kind: 'nul' };
  if (BREAKS_HEADER.some((defect) => header.defects.has(defect))) return { kind: 'badHeader' };
  const repeated = ONCE.find(([field]) => header.counts[field] > 1);
  return repeated && { kind: 'repeatedField', name: repeated[1] };
};

const incomplete: FormCheck = ({ header: { counts, defects } }, { from, smtpUtf8 }) => {
  if (from === 'known') return undefined;
  if (counts.from === 0) return { kind: 'noFrom' };
  const undeclared = defects.has('eightBit') && !smtpUtf8;
  return undeclared || defects.has('badUtf8') ? { kind: 'eightBitHeader' } : undefined;
};

/** Of strangers `protectFrom` judges what cannot be read, where anything is protected. */
const unreadable: FormCheck = ({ header }, { from }) => {
  if (from !== 'submission') return undefined;
  if (header.from === 'unparsable') return { kind: 'badFrom' };
  return header.sender === 'unparsable' ? { kind: 'badSenderField' } : undefined;
};
