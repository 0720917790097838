/** Notifications as messages to spool: with the null reverse-path, so that none of them causes another. */
import type { Buffer } from 'node:buffer';
import type { Clock } from '../std/mod.ts';
import { composeNotification } from './compose.ts';
import type { Report, ReportKind } from './types.ts';

/** What a notification is about; the rest of a report is ours. */
export interface Notice extends Omit<Report, 'hostname' | 'id' | 'date' | 'boundary'> {
  readonly kind: ReportKind;
  /** What it is about was sent with REQUIRETLS. */
  readonly requireTls: boolean;
}

/** A message as the spool takes it. */
export interface Notification<Id extends string> {
  readonly id: Id;
  readonly envelope: {
    /** RFC 5321 4.5.5, 6.1: the null reverse-path. */
    readonly sender: '';
    readonly eightBit: boolean;
    readonly binary: false;
    readonly smtpUtf8: boolean;
    readonly requireTls: boolean;
    readonly ret: undefined;
    readonly envelopeId: undefined;
    readonly deliverBy: undefined;
    readonly holdUntil: undefined;
    readonly receivedAt: number;
    readonly origin: {
      readonly client: 'local';
      readonly listener: '';
      readonly account: null;
      readonly helo: string;
    };
  };
  readonly recipients: readonly [
    {
      readonly address: string;
      readonly original: string;
      readonly by: string;
      readonly notify: 'never';
      readonly originalRecipient: undefined;
    },
  ];
  readonly quarantine: undefined;
  readonly body: { readonly kind: 'memory'; readonly bytes: Buffer };
}

export interface NotifierOptions<Id extends string> {
  readonly hostname: string;
  readonly clock: Clock;
  readonly newId: () => Id;
  /** A fresh random text of letters and digits, 16 or more. */
  readonly randomBoundary: () => string;
}

/** Writes notifications in the name of `hostname`. */
export function createNotifier<Id extends string>(
  options: NotifierOptions<Id>,
): {
  compose(notice: Notice): Notification<Id>;
} {
  const { hostname, clock, newId, randomBoundary } = options;
  return {
    compose({ kind, requireTls, ...notice }) {
      const id = newId();
      const date = clock.now();
      const report: Report = { ...notice, hostname, id, date, boundary: randomBoundary() };
      const { bytes, eightBit, smtpUtf8 } = composeNotification(report, kind);
      return {
        id,
        envelope: {
          sender: '',
          eightBit,
          binary: false,
          smtpUtf8,
          // RFC 8689 5: it tells of what was to be protected.
          requireTls,
          ret: undefined,
          envelopeId: undefined,
          deliverBy: undefined,
          holdUntil: undefined,
          receivedAt: date,
          origin: { client: 'local', listener: '', account: null, helo: hostname },
        },
        recipients: [
          {
            address: notice.sender,
            original: notice.sender,
            by: `notification:${kind}`,
            // RFC 3461 6.1.
            notify: 'never',
            originalRecipient: undefined,
          },
        ],
        quarantine: undefined,
        body: { kind: 'memory', bytes },
      };
    },
  };
}
