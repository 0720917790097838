/** How the rules of the screen are called in logs, in queue listings and to administrators. */
import type { ScreenRule } from './types.ts';

/** One word: `filter:spammers`, `dnsList:zen.example`, `clients.refuse`. */
export function formatScreenRule(rule: ScreenRule): string {
  switch (rule.kind) {
    case 'client':
      return 'clients.refuse';
    case 'filter':
      return `filter:${rule.name}`;
    case 'dnsList':
      return `dnsList:${rule.zone}`;
    case 'reverseName':
      return 'clients.reverseName';
    case 'helo':
      return 'clients.helo';
    case 'accountSendAs':
      return 'accounts.sendAs';
    case 'grantSendAs':
      return `sendAs:${rule.grant}`;
    case 'protectFrom':
      return `protectFrom:${rule.pattern ?? 'unreadable'}`;
    default:
      return rule satisfies never;
  }
}

/** Why, for the log and for whoever looks through what is kept held: the rule, and what it met. */
export function describeScreenRule(rule: ScreenRule): string {
  switch (rule.kind) {
    case 'client':
    case 'filter':
    case 'dnsList':
    case 'reverseName':
    case 'helo':
      return formatScreenRule(rule);
    case 'accountSendAs':
    case 'grantSendAs':
      return `${formatScreenRule(rule)} (${rule.where}: ${rule.address ?? 'cannot be read'})`;
    case 'protectFrom':
      return `${formatScreenRule(rule)} (From: ${rule.address ?? 'cannot be read'})`;
    default:
      return rule satisfies never;
  }
}
