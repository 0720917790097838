/** The part for programs: message/delivery-status of RFC 3464. Pure. */
import { encodeHeaderText, foldHeader, formatDate } from '../mail/mod.ts';
import { formatTimestamp } from '../smtp/mod.ts';
import { typedAddress, typedOriginal } from './addresses.ts';
import { asciiLine } from './text.ts';
import type { Report, ReportedRecipient, ReportKind } from './types.ts';

/** How a peer's name begins: `mail.example [192.0.2.1]:25`, `[192.0.2.1]:25`. */
const PEER_NAME = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f.:]+\])(?=$|[ :])/;

const ACTION = {
  failure: 'failed',
  delay: 'delayed',
  delivered: 'delivered',
  relayed: 'relayed',
} as const satisfies Record<ReportKind, string>;

/** One block about the message and one about each recipient; RFC 3464 2.1. */
export function deliveryStatus(report: Report, kind: ReportKind, utf8: boolean): string {
  const recipients = report.recipients.map((each) => perRecipient(each, { report, kind, utf8 }));
  const blocks = [perMessage(report), ...recipients];
  return blocks.map((fields) => `${fields.map(foldHeader).join('\r\n')}\r\n`).join('\r\n');
}

function perMessage({ hostname, receivedAt, envelopeId, deliverBy, holdUntil }: Report): string[] {
  const fields = [
    // RFC 3464 2.2.1: what the sender knows it by.
    envelopeId === undefined ? '' : `Original-Envelope-Id: ${asciiLine(envelopeId)}`,
    `Reporting-MTA: dns; ${asciiLine(hostname)}`, // RFC 3464 2.2.2
    `Arrival-Date: ${formatDate(receivedAt)}`, // RFC 3464 2.2.5
    deliverBy === undefined ? '' : `Deliver-By-Date: ${formatDate(deliverBy)}`, // RFC 2852 5
    // RFC 4865 5.1.2: as it was asked for; HOLDFOR is kept as the moment that it leads to.
    holdUntil === undefined ? '' : `Future-Release-Request: until;${formatTimestamp(holdUntil)}`,
  ];
  return fields.filter((field) => field !== '');
}

function perRecipient(
  recipient: ReportedRecipient,
  { report, kind, utf8 }: { readonly report: Report; readonly kind: ReportKind; readonly utf8: boolean },
): string[] {
  const { address, original, originalRecipient, status, reply, remote } = recipient;
  const fields: string[] = [];
  // RFC 3464 2.3.1: what the sender gave us. RFC 3461 6.3 (d) wants none without ORCPT; one is told all the same where the address
  // is another by now, for else the sender would not know whom it wrote to.
  if (originalRecipient !== undefined) {
    fields.push(`Original-Recipient: ${typedOriginal(originalRecipient, utf8)}`);
  } else if (original !== address) {
    fields.push(`Original-Recipient: ${typedAddress(original, utf8)}`);
  }
  fields.push(
    `Final-Recipient: ${typedAddress(address, utf8)}`, // RFC 3464 2.3.2
    `Action: ${ACTION[kind]}`, // RFC 3464 2.3.3
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
  if (kind === 'failure') return '5.0.0';
  return kind === 'delay' ? '4.0.0' : '2.0.0';
}
