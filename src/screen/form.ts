/**
 * Whether a message has the form of one (RFC 5322), before it is taken.
 *
 * What the next server could read otherwise than we do is refused of everybody: a second From, a line in the header that is no field,
 * NUL, what is over a limit. What is merely not as it should be depends on who sends it: on submission there is a mail program that can
 * be mended, and it is held to the whole; strangers must have a From, and ASCII in the header; those we know (hosts by their address,
 * servers that signed in) are taken as they are, since nobody reads the refusals that a printer gets. See docs/decisions/0011.
 */
import type { Addresses } from './types.ts';

/** What is known of the content when all of it has come. */
export interface MessageForm {
  /** Octets of the header. */
  readonly headerSize: number;
  readonly fields: number;
  /** A line of the header that is no field: no colon, no legal name, or one that goes on before any has begun. */
  readonly badHeader: boolean;
  /** 8-bit octets in the header. */
  readonly eightBitHeader: boolean;
  readonly nul: boolean;
  /** Octets, CRLF included. */
  readonly longestLine: number;
  /** The first of the fields that may stand once only and stands again, as RFC 5322 writes it. */
  readonly repeated: string | undefined;
  /** Undefined: there is no such field. */
  readonly from: Addresses | undefined;
  readonly sender: Addresses | undefined;
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

const overLimits: FormCheck = ({ headerSize, fields, longestLine }, { limits }) => {
  if (headerSize > limits.headerSize) return { kind: 'headerTooBig' };
  if (fields > limits.headerFields) return { kind: 'tooManyFields' };
  return longestLine > limits.textLine ? { kind: 'textLineTooLong' } : undefined;
};

/** What others could read otherwise. */
const ambiguous: FormCheck = ({ nul, badHeader, repeated }) => {
  if (nul) return { kind: 'nul' };
  if (badHeader) return { kind: 'badHeader' };
  return repeated === undefined ? undefined : { kind: 'repeatedField', name: repeated };
};

const incomplete: FormCheck = ({ from: field, eightBitHeader }, { from, smtpUtf8 }) => {
  if (from === 'known') return undefined;
  if (field === undefined) return { kind: 'noFrom' };
  return eightBitHeader && !smtpUtf8 ? { kind: 'eightBitHeader' } : undefined;
};

/** Of strangers `protectFrom` judges what cannot be read, where anything is protected. */
const unreadable: FormCheck = ({ from: field, sender }, { from }) => {
  if (from !== 'submission') return undefined;
  if (field === 'unreadable') return { kind: 'badFrom' };
  return sender === 'unreadable' ? { kind: 'badSenderField' } : undefined;
};
