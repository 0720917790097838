/**
 * Writing notifications: multipart/report (RFC 6522) with a letter for people, a delivery status for programs (RFC 3464), and
 * the original or its header. Pure: the time, the identifier and the boundary are given.
 *
 * Nothing in it is trusted. The reply may come from the sender's accomplice and the addresses from the sender, so whatever
 * stands in a header is put on one line first, and the result is 7-bit with lines of legal length whatever went in. Two things
 * that the sender asked for are the exception: the whole of an 8-bit message, and a report to an address beyond ASCII, which
 * only SMTPUTF8 can carry anyway (RFC 6533).
 */
import { Buffer } from 'node:buffer';
import { encodeHeaderText, foldHeader, formatDate, hasNonAscii } from '../mail/mod.ts';
import { deliveryStatus } from './deliveryStatus.ts';
import { letter, subjectFor } from './letter.ts';
import { originalId, returnedHeader, returnedWhole } from './original.ts';
import { addressLine, asciiLine, encodeText, oneLine, type Encoded } from './text.ts';
import type { Report, ReportKind } from './types.ts';

/** A notification, and what it needs of those that carry it. */
export interface Composed {
  readonly bytes: Buffer;
  readonly eightBit: boolean;
  readonly smtpUtf8: boolean;
}

interface Part extends Encoded {
  readonly type: string;
}

export function composeNotification(report: Report, kind: ReportKind): Composed {
  const utf8 = report.smtpUtf8 && hasNonAscii(oneLine(report.sender));
  const header = returnedHeader(report.start);
  const parts = [
    { type: 'text/plain; charset=utf-8', ...encodeText(Buffer.from(letter(report, kind))) },
    statusPart(report, kind, utf8),
    ...returnedParts(report, header),
  ];
  const eightBit = parts.some(({ encoding }) => encoding === '8bit');
  const boundary = freeBoundary(report.boundary, parts);
  const pieces = parts.flatMap((part) => [
    Buffer.from(
      `--${boundary}\r\nContent-Type: ${part.type}\r\nContent-Transfer-Encoding: ${part.encoding}\r\n\r\n`,
    ),
    part.bytes,
    Buffer.from('\r\n'),
  ]);
  const bytes = Buffer.concat([
    headOf(report, kind, { boundary, about: originalId(header), utf8, eightBit }),
    ...pieces,
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  return { bytes, eightBit, smtpUtf8: utf8 };
}

function statusPart(report: Report, kind: ReportKind, utf8: boolean): Part {
  const bytes = Buffer.from(deliveryStatus(report, kind, utf8));
  // RFC 3464 2.1: 7bit, which deliveryStatus() keeps to; RFC 6533 4: UTF-8.
  return utf8
    ? { type: 'message/global-delivery-status', encoding: '8bit', bytes }
    : { type: 'message/delivery-status', encoding: '7bit', bytes };
}

function returnedParts(report: Report, header: Buffer): readonly Part[] {
  const whole = report.whole ? returnedWhole(report.start) : undefined;
  const utf8 = report.smtpUtf8 && hasNonAscii(header.toString('latin1'));
  // RFC 2046 5.2.1: a message within is never encoded.
  if (whole !== undefined) return [{ type: utf8 ? 'message/global' : 'message/rfc822', ...whole }];
  if (header.length === 0) return [];
  return [{ type: utf8 ? 'message/global-headers' : 'text/rfc822-headers', ...encodeText(header) }];
}

interface Head {
  readonly boundary: string;
  readonly about: string | undefined;
  readonly utf8: boolean;
  readonly eightBit: boolean;
}

function headOf(report: Report, kind: ReportKind, { boundary, about, utf8, eightBit }: Head): Buffer {
  const host = asciiLine(report.hostname).replaceAll(/[ <>]/g, '');
  const fields = [
    `From: Mail Delivery System <mailer-daemon@${host}>`,
    `To: <${utf8 ? addressLine(report.sender) : asciiLine(report.sender)}>`,
    `Subject: ${encodeHeaderText(subjectFor(report, kind))}`,
    `Date: ${formatDate(report.date)}`,
    `Message-ID: <${asciiLine(report.id).replaceAll(/[ <>]/g, '')}@${host}>`,
  ];
  if (about !== undefined) fields.push(`In-Reply-To: ${about}`, `References: ${about}`);
  const type = utf8 ? 'global-delivery-status' : 'delivery-status';
  fields.push(
    'Auto-Submitted: auto-replied', // RFC 3834 5
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=${type}; boundary="${boundary}"`, // RFC 6522 3
  );
  // RFC 2045 6.4: what holds 8-bit parts says so.
  if (eightBit) fields.push('Content-Transfer-Encoding: 8bit');
  return Buffer.from(`${fields.map(foldHeader).join('\r\n')}\r\n\r\n`);
}

/** RFC 2046 5.1.1: at most 70 characters that do not occur in the parts. A longer one ends this for certain. */
function freeBoundary(wanted: string, parts: readonly Part[]): string {
  let boundary = wanted.replaceAll(/[^0-9A-Za-z]/g, '').slice(0, 40) || 'b';
  while (parts.some(({ bytes }) => bytes.includes(`--${boundary}`, 0, 'latin1'))) boundary += '0';
  return boundary;
}
