/** Listeners where passwords can be read on the way. */
import { formatEndpoint } from '../../config/mod.ts';
import type { ListenerConfig } from '../../config/mod.ts';
import { isInside, isLoopback, listOf } from '../../std/mod.ts';
import type { Draft, Scene } from '../types.ts';

/** Submission that has no TLS at all. */
export function* submissionInClear({ config }: Scene): Generator<Draft> {
  for (const listener of config.listeners) {
    if (listener.purpose !== 'submission' || listener.tls !== 'none') continue;
    const outer = outerBinds(listener);
    if (outer.length === 0) continue;
    yield {
      place: listener.place,
      message: `listener ${listener.name} has no TLS: passwords and mail cross the network to ${listOf(outer.map(formatEndpoint))} in clear text`,
      remedy: 'Write tls: starttls (587) or tls: implicit (465).',
      ...acknowledgedFor(outer),
    };
  }
}

/** TLS is offered, and who does without it can sign in all the same. */
export function* passwordsInClear({ config }: Scene): Generator<Draft> {
  for (const listener of config.listeners) {
    if (!listener.authWithoutTls || (listener.purpose === 'submission' && listener.tls === 'none')) continue;
    const outer = outerBinds(listener);
    if (outer.length === 0) continue;
    yield {
      place: listener.place,
      message: `clients can sign in to listener ${listener.name} without TLS: passwords may cross the network to ${listOf(outer.map(formatEndpoint))} in clear text`,
      remedy: 'Remove authWithoutTls.',
      ...acknowledgedFor(outer),
    };
  }
}

function outerBinds({ bind }: ListenerConfig): ListenerConfig['bind'][number][] {
  return bind.filter(({ address }) => !isLoopback(address));
}

/** For an address that is not private the configuration demands `iUnderstand`, so it is there. */
function acknowledgedFor(outer: readonly ListenerConfig['bind'][number][]): Pick<Draft, 'acknowledged'> {
  return outer.some(({ address }) => !isInside(address)) ? { acknowledged: true } : {};
}
