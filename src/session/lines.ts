/** From a line to the step it leads to: a command, or the next line of an AUTH exchange. Pure. */
import { parseCommand, type Line, type Reply } from '../smtp/mod.ts';
import { continueLogin } from './login.ts';
import { isJunk } from './pacing.ts';
import { REPLIES } from './replies.ts';
import { greeted, type LineState, type LoginState } from './state.ts';
import { refuse, type Circumstances, type Step } from './step.ts';
import { transition } from './transition.ts';
import type { ListenerSettings } from './types.ts';

/** Octets of a command line, CRLF included: RFC 5321 4.5.3.1.4 asks for 512 and more with extensions. */
export const COMMAND_LINE_LIMIT = 2048;
/** Octets of a line of AUTH: RFC 4954 4.4 asks for 12288. */
export const AUTH_LINE_LIMIT = 12_288;

/** The beginning of a line behind which octets come that are no lines (RFC 3030 2). */
const CHUNK = /^bdat(?![!-~])/i;
/** The same where base64 is expected, which `BDAT` alone would be. */
const CHUNK_NO_BASE64 = /^bdat[ \t]/i;

export interface LineStep {
  /** For the log; `-`: the line is no command. */
  readonly verb: string;
  /** It brings no message nearer. */
  readonly junk: boolean;
  readonly step: Step;
}

export function stepFor(state: LineState, line: Line, circumstances: Circumstances): LineStep {
  const broken = brokenLine(line, circumstances.settings);
  if (broken !== undefined && CHUNK.test(line.bytes.toString('latin1'))) return lostChunk(broken);
  if (state.phase === 'login' && CHUNK_NO_BASE64.test(line.bytes.toString('latin1')))
    return lostChunk(REPLIES.badBase64);
  if (state.phase === 'login') return { verb: 'AUTH', junk: false, step: loginStep(state, line, broken) };
  if (broken !== undefined) return { verb: '-', junk: false, step: refuse(broken) };
  const command = parseCommand(line.bytes, circumstances.settings.compat);
  const verb = command.verb === 'MALFORMED' ? command.of : command.verb;
  if (verb !== 'AUTH' && line.bytes.length + 2 > COMMAND_LINE_LIMIT)
    return verb === 'BDAT'
      ? lostChunk(REPLIES.lineTooLong)
      : { verb: '-', junk: false, step: refuse(REPLIES.lineTooLong) };
  return {
    verb,
    junk: state.phase !== 'barred' && isJunk(command, state),
    step: state.phase === 'barred' ? barred(verb) : transition(state, command, circumstances),
  };
}

/** A BDAT whose line nobody can read: what follows are octets, nobody knows how many, and none of them may be a command. */
function lostChunk(reply: Reply): LineStep {
  return { verb: 'BDAT', junk: false, step: { kind: 'close', reply, reason: 'errors' } };
}

/** RFC 5321 3.1: after 554 for a greeting only QUIT is carried out. The octets behind BDAT are not waited for. */
function barred(verb: LineStep['verb']): Step {
  if (verb === 'QUIT') return { kind: 'close', reply: REPLIES.bye, reason: 'quit' };
  return verb === 'BDAT'
    ? { kind: 'close', reply: REPLIES.onlyQuit, reason: 'errors' }
    : refuse(REPLIES.onlyQuit);
}

function brokenLine(line: Line, { compat }: ListenerSettings): Reply | undefined {
  if (line.tooLong) return REPLIES.lineTooLong;
  // RFC 5321 2.3.8: only CRLF ends a line.
  return line.ending === 'lf' && !compat.bareLf ? REPLIES.bareLineFeed : undefined;
}

/** Whatever ends the exchange, the client is then where it was before. */
function loginStep(state: LoginState, line: Line, broken: Reply | undefined): Step {
  const next = { ...greeted(state, state.hello), forwarded: state.forwarded };
  if (broken !== undefined) return { kind: 'refuse', reply: broken, next };
  const step = continueLogin(state.exchange, line.bytes.toString('latin1'));
  return step.kind === 'ask'
    ? { kind: 'reply', reply: step.reply, next: { ...state, exchange: step.exchange } }
    : { ...step, next };
}
