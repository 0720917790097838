/**
 * Writing notifications: multipart/report (RFC 6522) with a letter for people, a delivery status for programs (RFC 3464) and the
 * header of the original. Pure: the time, the identifier and the boundary are given.
 *
 * Nothing in it is trusted. The reply may come from the sender's accomplice and the addresses from the sender, so whatever
 * stands in a header is put on one line first, and the result is 7-bit with lines of legal length whatever went in.
 */
import { Buffer } from 'node:buffer';
import { encodeHeaderText, foldHeader, formatDate } from '../mail/mod.ts';
import { deliveryStatus } from './deliveryStatus.ts';
import { letter, subjectFor } from './letter.ts';
import { originalId, returnedHeader } from './original.ts';
import { asciiLine, encodeText } from './text.ts';
import type { Report, ReportKind } from './types.ts';

/** Recipients that could not be delivered to: RFC 5321 6.1. */
export function composeDsn(report: Report): Buffer {
  return compose(report, 'failure');
}

/** Recipients that are still being tried. */
export function composeDelayWarning(report: Report): Buffer {
  return compose(report, 'delay');
}

function compose(report: Report, kind: ReportKind): Buffer {
  const original = returnedHeader(report.start);
  const parts = [
    part('text/plain; charset=utf-8', encodeText(Buffer.from(letter(report, kind)))),
    // RFC 3464 2.1: 7bit, which deliveryStatus() keeps to.
    part('message/delivery-status', {
      encoding: '7bit',
      bytes: Buffer.from(deliveryStatus(report, kind), 'latin1'),
    }),
  ];
  if (original.length > 0) parts.push(part('text/rfc822-headers', encodeText(original)));
  const boundary = freeBoundary(report.boundary, parts);
  const pieces = parts.flatMap((each) => [Buffer.from(`--${boundary}\r\n`), each, Buffer.from('\r\n')]);
  return Buffer.concat([
    header(report, kind, { boundary, original }),
    ...pieces,
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}

function part(type: string, { encoding, bytes }: { encoding: string; bytes: Buffer }): Buffer {
  const head = `Content-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

function header(
  report: Report,
  kind: ReportKind,
  { boundary, original }: { boundary: string; original: Buffer },
): Buffer {
  const host = asciiLine(report.hostname).replaceAll(/[ <>]/g, '');
  const about = originalId(original);
  const fields = [
    `From: Mail Delivery System <mailer-daemon@${host}>`,
    `To: <${asciiLine(report.sender)}>`,
    `Subject: ${encodeHeaderText(subjectFor(report, kind))}`,
    `Date: ${formatDate(report.date)}`,
    `Message-ID: <${asciiLine(report.id).replaceAll(/[ <>]/g, '')}@${host}>`,
  ];
  if (about !== undefined) fields.push(`In-Reply-To: ${about}`, `References: ${about}`);
  fields.push(
    'Auto-Submitted: auto-replied', // RFC 3834 5
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`, // RFC 6522 3
  );
  return Buffer.from(`${fields.map(foldHeader).join('\r\n')}\r\n\r\n`, 'latin1');
}

/** RFC 2046 5.1.1: at most 70 characters that do not occur in the parts. A longer one ends this for certain. */
function freeBoundary(wanted: string, parts: readonly Buffer[]): string {
  let boundary = wanted.replaceAll(/[^0-9A-Za-z]/g, '').slice(0, 40) || 'b';
  while (parts.some((each) => each.includes(`--${boundary}`, 0, 'latin1'))) boundary += '0';
  return boundary;
}
