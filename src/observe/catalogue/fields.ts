/** What a field means, whichever event it belongs to: one name has one meaning everywhere. */
import type { EventMap } from '../events.ts';

type NamesOf<Fields> = Fields extends unknown ? keyof Fields & string : never;

/** The name of any field of any event. */
export type FieldName = NamesOf<EventMap[keyof EventMap]>;

export const FIELDS: { readonly [Name in FieldName]: string } = {
  account: 'the account that signed in on this connection',
  action: 'the request on the control socket: method and path',
  address: 'an address with its port',
  answer: 'what became of the request, in words',
  cause: 'why signing in failed: `rejected`, `busy`, `unavailable`, `identity`',
  cipher: 'the cipher suite of TLS',
  client: 'the address of the client',
  destination: 'where the log goes: a path, or `standard output`',
  error: 'what went wrong, in words',
  errors: 'how many commands of the connection were refused',
  helo: 'the name the client gave with EHLO or HELO',
  id: 'the message: the same in the queue, in replies and in every event',
  lines: 'a number of log lines',
  listener: 'the name of the listener',
  local: 'the address of ours that the client connected to',
  login: 'the login that the client claimed; printable, at most 100 characters',
  mechanism: 'the mechanism of AUTH',
  messages: 'how many messages were accepted on the connection',
  octets: 'a number of octets',
  open: 'how many connections were open',
  path: 'a path of a file or socket',
  protocol: 'the version of TLS',
  reason: 'why: a word of the reasons in the code, the same every time',
  recipient: 'a recipient, as it was judged',
  recipients: 'how many recipients',
  reply: 'the reply that was sent',
  rule: 'the rule that decided: `route:…`, `grant:…`, `never:…` or `none`',
  seconds: 'how long it took',
  sender: 'the claimed sender; empty for the null reverse-path',
  session: 'the connection: the same in all events of one client connection',
  size: 'octets of content',
  threshold: 'the lowest level that is written',
  tls: 'the version of TLS; `null` in clear text',
  verb: 'the command',
};
