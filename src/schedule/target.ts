/** Targets as names, and recipients that share one. Pure. */
import type { Target } from '../deliver/mod.ts';

/** Where the mail for an address goes, or why nowhere; asked again at every attempt, since a reload may change it. */
export type TargetOf = (address: string) => Target | { readonly unroutable: string };

/** RFC 5321 4.5.3.1.8: every server takes at least 100 recipients in one transaction; more would be a gamble. */
export const RECIPIENTS_PER_ATTEMPT = 100;

/**
 * The name of a target, for people and for comparing: equal targets have equal names, different ones different names (a
 * folder or path stands last, so nothing in it can look like another part).
 */
export function destinationOf(target: Target): string {
  if (target.kind === 'maildir') return `maildir:${target.folder}`;
  if (target.kind === 'mx') return `mx:${target.domain}`;
  if (target.kind === 'lmtp') {
    return 'path' in target.to ? `lmtp+unix:${target.to.path}` : `lmtp:${target.to.host}:${target.to.port}`;
  }
  const { to, login } = target satisfies { kind: 'smtp' };
  const host = `smtp:${to.host}:${to.port}`;
  return login === undefined ? host : `${host} as ${JSON.stringify(login.user)} with ${login.passwordFile}`;
}

/** Recipients of one message that go to the same place in one attempt. */
export interface Group<Recipient> {
  readonly destination: string;
  readonly target: Target;
  readonly recipients: readonly [Recipient, ...Recipient[]];
}

export interface Grouped<Recipient> {
  readonly groups: readonly Group<Recipient>[];
  readonly unroutable: readonly { readonly recipient: Recipient; readonly reason: string }[];
}

interface Collected<Recipient> {
  readonly destination: string;
  readonly target: Target;
  readonly recipients: [Recipient, ...Recipient[]];
}

/** Puts recipients with an equal target together, in their order, at most RECIPIENTS_PER_ATTEMPT in a group. */
export function groupByTarget<Recipient extends { readonly address: string }>(
  recipients: readonly Recipient[],
  targetOf: TargetOf,
): Grouped<Recipient> {
  const groups: Collected<Recipient>[] = [];
  const unroutable: { recipient: Recipient; reason: string }[] = [];
  /** The group of each destination that still takes recipients. */
  const open = new Map<string, Collected<Recipient>>();
  for (const recipient of recipients) {
    const target = targetOf(recipient.address);
    if ('unroutable' in target) {
      unroutable.push({ recipient, reason: target.unroutable });
      continue;
    }
    const destination = destinationOf(target);
    const group = open.get(destination);
    if (group !== undefined && group.recipients.length < RECIPIENTS_PER_ATTEMPT) {
      group.recipients.push(recipient);
    } else {
      const started: Collected<Recipient> = { destination, target, recipients: [recipient] };
      groups.push(started);
      open.set(destination, started);
    }
  }
  return { groups, unroutable };
}
