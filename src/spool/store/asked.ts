/** What senders asked for, as columns and back. */
import type { AskedOfMessage, AskedOfRecipient, DeliverBy, Notify } from '../types.ts';
import { flag, integer, text, type Row } from './row.ts';

/** Values for ASKED_COLUMNS, in their order. */
export function askedValues(
  message: AskedOfMessage,
  { notify, originalRecipient }: AskedOfRecipient,
): (string | number | null)[] {
  const { binary, smtpUtf8, requireTls, ret, envelopeId, deliverBy, holdUntil } = message;
  return [
    binary ? 1 : 0,
    smtpUtf8 ? 1 : 0,
    requireTls ? 1 : 0,
    ret ?? null,
    envelopeId ?? null,
    deliverBy?.at ?? null,
    deliverBy?.mode ?? null,
    deliverBy === undefined ? null : deliverBy.trace ? 1 : 0,
    holdUntil ?? null,
    notifyText(notify),
    originalRecipient ?? null,
  ];
}

export function askedOfMessage(row: Row): AskedOfMessage {
  return {
    binary: flag(row['binary_mime'], 'binary_mime'),
    smtpUtf8: flag(row['smtp_utf8'], 'smtp_utf8'),
    requireTls: flag(row['require_tls'], 'require_tls'),
    ret: retOf(row),
    envelopeId: optional(row, 'envelope_id', text),
    deliverBy: deliverByOf(row),
    holdUntil: optional(row, 'hold_until', integer),
  };
}

/** `never`, or conditions with commas between them. */
function notifyText(notify: Notify | undefined): string | null {
  if (notify === undefined) return null;
  return notify === 'never' ? notify : notify.join(',');
}

export function askedOfRecipient(row: Row): AskedOfRecipient {
  return { notify: notifyOf(row), originalRecipient: optional(row, 'original_recipient', text) };
}

function notifyOf(row: Row): Notify | undefined {
  const given = optional(row, 'notify', text);
  if (given === undefined || given === 'never') return given;
  return given.split(',').map((condition) => {
    if (condition === 'success' || condition === 'failure' || condition === 'delay') return condition;
    throw new TypeError(`notify is ${given}`);
  });
}

function optional<T>(
  row: Row,
  column: string,
  read: (value: Row[string] | undefined, column: string) => T,
): T | undefined {
  const value = row[column] ?? null;
  return value === null ? undefined : read(value, column);
}

function retOf(row: Row): AskedOfMessage['ret'] {
  const ret = optional(row, 'ret', text);
  if (ret === undefined || ret === 'full' || ret === 'headers') return ret;
  throw new TypeError(`ret is ${ret}`);
}

function deliverByOf(row: Row): DeliverBy | undefined {
  const at = optional(row, 'by_time', integer);
  if (at === undefined) return undefined;
  const mode = text(row['by_mode'], 'by_mode');
  if (mode !== 'return' && mode !== 'notify') throw new TypeError(`by_mode is ${mode}`);
  return { at, mode, trace: flag(row['by_trace'], 'by_trace') };
}
