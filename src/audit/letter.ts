/** The messages of the audit: each says what it is, and carries a token by which it is known again wherever it arrives. */
import { formatDate } from '../mail/mod.ts';
import type { Clock } from '../std/mod.ts';
import { fill } from './template.ts';
import type { Letter } from './transaction.ts';

export const TOKEN = /postern-audit-[0-9a-f]{16}-\d{1,6}-end/g;

export interface LetterWriter {
  /** A message for `outside`, or with these fields instead of its own To. */
  write(values: ReadonlyMap<string, string>, fields?: readonly string[]): Letter;
}

/** `run` is 16 hexadecimal digits that no other audit has. */
export function createLetterWriter(run: string, clock: Clock): LetterWriter {
  let count = 0;
  return {
    write(values, fields = ['To: <{outside}>']) {
      count += 1;
      const token = `postern-audit-${run}-${count}-end`;
      const lines = [
        'From: <{sender}>',
        ...fields,
        `Subject: Relay audit ${token}`,
        `Date: ${formatDate(clock.now())}`,
        `Message-ID: <${token}@{helo}>`,
        `X-Postern-Audit: ${token}`,
        'Auto-Submitted: auto-generated',
        '',
        'This message is part of an audit of a mail server, made by whoever runs it. It has no other purpose.',
        token,
      ];
      return { token, text: fill(lines.join('\r\n'), values) };
    },
  };
}
