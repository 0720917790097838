/** ETRN: RFC 1985. Whether anything waits, and whether this client may ask for it, is not the session's to say. */
import { working } from '../extensions.ts';
import { REPLIES } from '../replies.ts';
import { refuse, type Check } from '../step.ts';
import { revoked } from './revoked.ts';

export const etrn: Check<'ETRN'> = (state, { target }, circumstances) => {
  if (!circumstances.settings.offers.etrn) return refuse(REPLIES.notImplemented);
  if (state.phase === 'connected') return refuse(REPLIES.helloFirst);
  if (state.phase !== 'greeted') return refuse(REPLIES.notInTransaction); // RFC 1985 5.2
  if (!working(state.hello.verb, state, circumstances.settings).etrn) return refuse(REPLIES.helloFirst);
  return revoked(state, circumstances) ?? { kind: 'turn', target };
};
