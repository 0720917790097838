/** A verb of ours with arguments that are not legal. */
import type { Command, CommandProblem, KnownVerb, Reply } from '../../smtp/mod.ts';
import { REPLIES } from '../replies.ts';
import { refuse, type Check } from '../step.ts';

export const malformed: Check<'MALFORMED'> = (_state, command, { settings, client }) => {
  // Nobody can say where the octets behind such a BDAT end and commands begin again.
  if (command.of === 'BDAT') return { kind: 'close', reply: replyTo(command), reason: 'errors' };
  if (command.of === 'XCLIENT' && !settings.mayXclient(client)) return refuse(REPLIES.xclientRefused);
  if (command.of === 'XFORWARD' && !settings.mayXforward(client)) return refuse(REPLIES.xforwardRefused);
  return refuse(replyTo(command));
};

function replyTo({ of, problem }: Extract<Command, { verb: 'MALFORMED' }>): Reply {
  return PROBLEMS[problem.kind](of);
}

const PROBLEMS: { readonly [K in CommandProblem['kind']]: (verb: KnownVerb) => Reply } = {
  octets: () => REPLIES.badOctets,
  syntax: () => REPLIES.badSyntax,
  needsSmtpUtf8: () => REPLIES.needsSmtpUtf8, // RFC 6531 3.5
  address: (verb) => (verb === 'MAIL' ? REPLIES.badSender : REPLIES.badRecipient),
  unknownParameter: () => REPLIES.unknownParameter, // RFC 5321 4.1.1.11
  badParameter: () => REPLIES.badParameter,
};
