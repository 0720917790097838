/** What a notification is made of. */

/** What is said of one recipient. None of it is trusted: replies come from strangers. */
export interface ReportedRecipient {
  /** Where it was to be delivered. */
  readonly address: string;
  /** As the sender wrote it; differs when the domain was rewritten. */
  readonly original: string;
  /** ORCPT as given (RFC 3461 4.2). */
  readonly originalRecipient: string | undefined;
  /** RFC 3463. */
  readonly status: string;
  /** The other server's answer, or our own words when there was none. */
  readonly reply: string;
  /** Who answered, `mail.example [192.0.2.1]:25`; undefined when nobody did. */
  readonly remote: string | undefined;
  /** Given up for its age, not refused. */
  readonly expired: boolean;
}

/** One message to the sender of another. Times in milliseconds since the epoch. */
export interface Report {
  /** The name of this server. */
  readonly hostname: string;
  /** Left part of the Message-ID; unique. */
  readonly id: string;
  readonly date: number;
  /** A random text of letters and digits; lengthened if the content should happen to contain it. */
  readonly boundary: string;
  /** To whom it goes. */
  readonly sender: string;
  readonly receivedAt: number;
  readonly triedAt: number;
  /** Until when the recipients are tried. */
  readonly retryUntil: number;
  /** Until when it was to be delivered (RFC 2852), and from when on (RFC 4865), if the sender said so. */
  readonly deliverBy: number | undefined;
  readonly holdUntil: number | undefined;
  readonly recipients: readonly [ReportedRecipient, ...ReportedRecipient[]];
  /** ENVID (RFC 3461 4.4), decoded. */
  readonly envelopeId: string | undefined;
  /** The original was sent with SMTPUTF8: addresses and header may be UTF-8. */
  readonly smtpUtf8: boolean;
  /** The beginning of the original message: at least its header, as far as it is to be returned. */
  readonly start: Buffer;
  /** That is all of it, and to be returned whole. */
  readonly whole: boolean;
}

export type ReportKind =
  | 'failure'
  | 'delay'
  /** It is in the mailbox. */
  | 'delivered'
  /** It went on to a server that is not known to tell more. */
  | 'relayed';
