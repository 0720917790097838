/**
 * The pure half of a session: which step a command leads to in a state. Total over the verbs; a new verb without its
 * check does not compile.
 */
import type { Command } from '../smtp/mod.ts';
import type { CommandState } from './state.ts';
import type { Check, Circumstances, Step } from './step.ts';
import { auth } from './verbs/auth.ts';
import { bdat } from './verbs/bdat.ts';
import { data } from './verbs/data.ts';
import { ehlo } from './verbs/ehlo.ts';
import { etrn } from './verbs/etrn.ts';
import { expn } from './verbs/expn.ts';
import { helo } from './verbs/helo.ts';
import { help } from './verbs/help.ts';
import { lhlo } from './verbs/lhlo.ts';
import { mail } from './verbs/mail.ts';
import { malformed } from './verbs/malformed.ts';
import { noop } from './verbs/noop.ts';
import { quit } from './verbs/quit.ts';
import { rcpt } from './verbs/rcpt.ts';
import { rset } from './verbs/rset.ts';
import { starttls } from './verbs/starttls.ts';
import { unknown } from './verbs/unknown.ts';
import { vrfy } from './verbs/vrfy.ts';
import { xclient } from './verbs/xclient.ts';
import { xforward } from './verbs/xforward.ts';

const CHECKS: { readonly [V in Command['verb']]: Check<V> } = {
  EHLO: ehlo,
  HELO: helo,
  LHLO: lhlo,
  MAIL: mail,
  RCPT: rcpt,
  DATA: data,
  BDAT: bdat,
  RSET: rset,
  NOOP: noop,
  QUIT: quit,
  VRFY: vrfy,
  EXPN: expn,
  HELP: help,
  STARTTLS: starttls,
  AUTH: auth,
  ETRN: etrn,
  XCLIENT: xclient,
  XFORWARD: xforward,
  UNKNOWN: unknown,
  MALFORMED: malformed,
};

export function transition(state: CommandState, command: Command, circumstances: Circumstances): Step {
  return dispatch(command.verb, state, command, circumstances);
}

function dispatch<V extends Command['verb']>(
  verb: V,
  state: CommandState,
  command: Command & { readonly verb: V },
  circumstances: Circumstances,
): Step {
  const check: Check<V> = CHECKS[verb];
  return check(state, command, circumstances);
}
