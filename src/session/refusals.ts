/** What a client reads when a rule of the screen refuses: what it can mend, and nothing else of the configuration. */
import type { ScreenRule } from '../screen/mod.ts';
import type { Reply } from '../smtp/mod.ts';
import { printable } from '../std/mod.ts';
import { REPLIES } from './replies.ts';

/** `client` is the client's address. */
export function refusalFor(rule: ScreenRule, client: string): Reply {
  switch (rule.kind) {
    case 'client':
      return REPLIES.clientRefused;
    case 'filter':
      return REPLIES.senderFiltered;
    case 'dnsList':
      return prohibited(`${client} is listed in ${rule.zone}`);
    case 'reverseName':
      return prohibited(`${client} has no name in DNS that leads back to it`);
    case 'helo':
      return prohibited(`The name you greeted with cannot be that of ${client}`);
    case 'accountSendAs':
    case 'grantSendAs':
      return prohibited(
        rule.address === undefined
          ? `The ${rule.where} field cannot be read, so nobody can say whether you may send so`
          : `You may not send as ${printable(rule.address)} (${rule.where})`,
      );
    case 'protectFrom':
      return prohibited(
        rule.address === undefined
          ? 'The From field cannot be read; sign in to send it'
          : `Sign in to send with ${printable(rule.address)} in From`,
      );
    default:
      return rule satisfies never;
  }
}

/** The reply to a message whose header has a field more than once that must be one (RFC 5322 3.6). */
export function repeatedField(name: string): Reply {
  return { code: 550, status: '6.0', lines: [`The header of the message has more than one ${name} field`] };
}

/** With the session's name, by which an administrator finds the reason. */
export function withReference(reply: Reply, session: string): Reply {
  return { ...reply, lines: [`${reply.lines.join(' ')} [${session}]`] };
}

function prohibited(text: string): Reply {
  return { code: 550, status: '7.1', lines: [text] };
}
