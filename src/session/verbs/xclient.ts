/**
 * XCLIENT, as Postfix has it (XCLIENT_README): a proxy says for whom it speaks, and the session begins anew with the greeting.
 * ADDR is what counts and must be given, or the session ends: what followed would have the rights of the proxy. From then on it is
 * the client's address for every right, that to XCLIENT included, so what a proxy passes on of its client cannot name another.
 *
 * The local address is DESTADDR. Without it there is none: that the proxy could reach an address of ours says nothing of the
 * client behind it, so no grant for those who connect to that address can fit.
 *
 * LOGIN is ignored: an account is only what signed in here, with its password, where guesses are counted and a removed account is
 * noticed. A client behind the proxy can sign in itself. NAME, HELO and PROTO grant nothing, and the client says HELO again.
 */
import { ipv4, ipv6, parseIp, type IpAddress } from '../../std/mod.ts';
import { REPLIES } from '../replies.ts';
import { refuse, type Check } from '../step.ts';

export const xclient: Check<'XCLIENT'> = (state, { attributes }, { settings, client }) => {
  if (!settings.mayXclient(client)) return refuse(REPLIES.xclientRefused);
  if (state.phase === 'transaction' || state.phase === 'chunked') return refuse(REPLIES.notInTransaction);
  const named = address(attributes.get('ADDR'));
  const local = address(attributes.get('DESTADDR'));
  const clientPort = port(attributes.get('PORT'));
  const localPort = port(attributes.get('DESTPORT'));
  if (named === undefined || clientPort === undefined || localPort === undefined)
    return { kind: 'close', reply: REPLIES.badXclient, reason: 'errors' }; // for whom what follows is said would be unclear
  return {
    kind: 'speakFor',
    client: { client: named, clientPort, localAddress: local ?? unspecified(named), localPort },
  };
};

function address(value: string | undefined): IpAddress | undefined {
  return value === undefined ? undefined : parseIp(value.replace(/^ipv6:/i, ''));
}

/** 0 when it is not said; undefined when it is none. */
function port(value: string | undefined): number | undefined {
  if (value === undefined || isUnknown(value)) return 0;
  const number = /^\d{1,5}$/.test(value) ? Number(value) : 65_536;
  return number > 65_535 ? undefined : number;
}

function isUnknown(value: string): boolean {
  return value === '[UNAVAILABLE]' || value === '[TEMPUNAVAIL]';
}

/** No address of ours, in the family of `client`. */
function unspecified({ family }: IpAddress): IpAddress {
  return family === 4 ? ipv4(0) : ipv6(0n);
}
