/** The part for programs: message/delivery-status of RFC 3464. Pure. */
import { encodeHeaderText, foldHeader, formatDate } from '../mail/mod.ts';
import { asciiLine } from './text.ts';
import type { Report, ReportedRecipient, ReportKind } from './types.ts';

/** How a peer's name begins: `mail.example [192.0.2.1]:25`, `[192.0.2.1]:25`. */
const PEER_NAME = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f.:]+\])(?=$|[ :])/;

/** One block about the message and one about each recipient; RFC 3464 2.1. */
export function deliveryStatus(report: Report, kind: ReportKind): string {
  const blocks = [perMessage(report), ...report.recipients.map((each) => perRecipient(each, report, kind))];
  return blocks.map((fields) => `${fields.map(foldHeader).join('\r\n')}\r\n`).join('\r\n');
}

function perMessage({ hostname, receivedAt }: Report): string[] {
  return [
    `Reporting-MTA: dns; ${asciiLine(hostname)}`, // RFC 3464 2.2.2
    `Arrival-Date: ${formatDate(receivedAt)}`, // RFC 3464 2.2.5
  ];
}

function perRecipient(recipient: ReportedRecipient, report: Report, kind: ReportKind): string[] {
  const { address, original, status, reply, remote } = recipient;
  const fields: string[] = [];
  // RFC 3464 2.3.1: what the sender gave us; the same address twice would tell nothing.
  if (original !== address) fields.push(`Original-Recipient: rfc822; ${asciiLine(original)}`);
  fields.push(
    `Final-Recipient: rfc822; ${asciiLine(address)}`, // RFC 3464 2.3.2
    `Action: ${kind === 'failure' ? 'failed' : 'delayed'}`, // RFC 3464 2.3.3
    `Status: ${statusCode(status, kind)}`, // RFC 3464 2.3.4
  );
  const peer = remote === undefined ? undefined : PEER_NAME.exec(remote)?.[0];
  if (peer !== undefined) fields.push(`Remote-MTA: dns; ${peer}`); // RFC 3464 2.3.5
  // RFC 3464 2.3.6: of type smtp only what an SMTP server said.
  const diagnostic = encodeHeaderText(reply).trim();
  if (diagnostic !== '') {
    fields.push(`Diagnostic-Code: ${remote === undefined ? 'x-postern' : 'smtp'}; ${diagnostic}`);
  }
  fields.push(`Last-Attempt-Date: ${formatDate(report.triedAt)}`); // RFC 3464 2.3.7
  if (kind === 'delay') fields.push(`Will-Retry-Until: ${formatDate(report.retryUntil)}`); // RFC 3464 2.3.9
  return fields;
}

/** The status must have the form of RFC 3463 2 whatever the peer sent. */
function statusCode(status: string, kind: ReportKind): string {
  if (/^[245]\.\d{1,3}\.\d{1,3}$/.test(status)) return status;
  return kind === 'failure' ? '5.0.0' : '4.0.0';
}
