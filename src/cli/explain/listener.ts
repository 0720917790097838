/** What the listener settles before the policy is asked. */
import type { Config, ListenerConfig } from '../../config/mod.ts';
import type { IpAddress } from '../../std/mod.ts';
import type { InputProblem } from '../inputProblem.ts';
import type { Input } from './input.ts';

/** The listener of a session, and the local addresses it can have. */
export interface Entrance {
  readonly listener: ListenerConfig;
  /** The addresses the client can have connected to; undefined: any address of this machine. */
  readonly addresses: readonly IpAddress[] | undefined;
}

/**
 * Where such a client comes in: at the listener that is named; else at the first where it can, by the local address and by whether it
 * signed in. What contradicts the configuration is a problem.
 */
export function findEntrance(input: Input, config: Config): Entrance | InputProblem {
  const { localAddress, listener, login } = input;
  if (listener !== undefined) {
    if (localAddress !== undefined && !isBoundTo(listener, localAddress)) {
      return {
        error: `--to-address: listener ${listener.name} is not bound to ${localAddress.text}`,
        remedy: `It is bound to ${listener.bind.map(({ address }) => address.text).join(', ')}.`,
      };
    }
    if (login !== undefined && listener.auth === 'off') {
      return {
        error: `--account: nobody can sign in at listener ${listener.name}, where auth is off`,
        remedy: 'Leave out --account, or name another listener.',
      };
    }
    return entranceAt(listener, localAddress);
  }
  const bound = config.listeners.filter((one) => localAddress === undefined || isBoundTo(one, localAddress));
  const [first] = bound;
  if (first === undefined) {
    return {
      error: `--to-address: no listener is bound to ${String(localAddress?.text)}`,
      remedy: 'Name an address that is under `listeners` in the configuration.',
    };
  }
  const fitting = bound.find(({ auth }) => (login === undefined ? auth !== 'required' : auth !== 'off'));
  if (fitting === undefined && login !== undefined) {
    return {
      error: '--account: nobody can sign in here, auth is off at every listener',
      remedy: 'Leave out --account.',
    };
  }
  // Unnamed, so its addresses settle nothing: the client may have come by any other listener.
  return { listener: fitting ?? first, addresses: localAddress === undefined ? undefined : [localAddress] };
}

function entranceAt(listener: ListenerConfig, localAddress: IpAddress | undefined): Entrance {
  if (localAddress !== undefined) return { listener, addresses: [localAddress] };
  if (listener.bind.some(({ address }) => isWildcard(address))) return { listener, addresses: undefined };
  return { listener, addresses: listener.bind.map(({ address }) => address) };
}

function isBoundTo({ bind }: ListenerConfig, address: IpAddress): boolean {
  return bind.some(
    (endpoint) =>
      endpoint.address.text === address.text ||
      (isWildcard(endpoint.address) && endpoint.address.family === address.family),
  );
}

function isWildcard({ text }: IpAddress): boolean {
  return text === '0.0.0.0' || text === '::';
}
