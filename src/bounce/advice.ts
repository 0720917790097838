/** From a status code to what the reader can do about it. Pure. */
import { asciiLine } from './text.ts';
import type { ReportedRecipient } from './types.ts';

/** By RFC 3463 subject and detail (and RFC 7505, RFC 7504 for 1.10), the class left out. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ['1.0', 'The address was not accepted. Please check how it is spelt.'],
  ['1.1', 'There is no such mailbox. Please check the part before the @, or ask for the right address.'],
  ['1.2', 'There is no such mail domain. Please check the part after the @.'],
  ['1.3', 'The address is not well formed. Please check how it is spelt.'],
  ['1.6', 'The mailbox has moved and left no new address. Please ask for it.'],
  ['1.10', 'This domain takes no mail at all. Please check the part after the @.'],
  ['2.1', 'The mailbox is switched off. Only its owner or their provider can change that.'],
  ['2.2', 'The mailbox is full. Once its owner has made room, the message can be sent again.'],
  ['2.3', 'The message is larger than this mailbox takes. Please send a smaller one, or a link.'],
  ['3.4', 'The message is larger than that server takes. Please send a smaller one, or a link.'],
  ['4.4', 'No way to that domain was found. Please check the part after the @.'],
  ['6.1', 'That server takes text only, and the message is binary. Please send it with encoded attachments.'],
  ['6.7', 'That server does not take addresses with such letters. Please use an address in plain ASCII.'],
  [
    '6.9',
    'That server does not take such letters in a header. Please keep names and subject to plain ASCII.',
  ],
  ['7.10', 'You asked for TLS all the way, and there is none. Please send it without, or by another way.'],
  [
    '7.30',
    'You asked for TLS all the way, and that server does not promise it. Please send it without, or by another way.',
  ],
  ['4.6', 'Mail for this address goes round in a circle. An administrator has to mend that.'],
]);

/** RFC 2852: the sender's own time was over. */
const LATE = '5.4.7';

/** One or two sentences for the sender of a message that could not be delivered. */
export function adviceFor({ status, original, expired }: ReportedRecipient): string {
  if (status === LATE) return 'It could not be delivered within the time that you gave it.';
  if (expired) {
    return 'It was tried again and again until its time was up. You can send it again once the cause is gone.';
  }
  const [, subject = '', detail = ''] = status.split('.');
  const known = ADVICE.get(`${subject}.${detail}`);
  if (known !== undefined) return known;
  const ask = `Whoever runs that server can say more: ${postmasterOf(original)}.`;
  return subject === '7' ? `The other server's rules do not let the message in. ${ask}` : ask;
}

/** RFC 5321 4.5.1: every domain with mail has one. */
function postmasterOf(address: string): string {
  const at = address.lastIndexOf('@');
  return at === -1 ? 'its postmaster' : asciiLine(`postmaster${address.slice(at)}`);
}
