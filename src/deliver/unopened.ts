/** The ways in which no connection comes about, as values. */
import type { ReceivedReply } from '../smtp/mod.ts';
import type { Loss } from './channel.ts';
import type { Unopened } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import { deferred, verdictOf, type Verdict } from './verdict.ts';

export const INTERRUPTED: Verdict = deferred(
  '4.3.2',
  'Delivery was interrupted because this server is stopping',
);

/** Nobody answered at the address. */
export function unreachable(endpoint: Endpoint, loss: Loss): Unopened {
  if (loss.cause === 'ours') return interrupted();
  const verdict = deferred('4.4.1', `Cannot connect to ${endpoint.remote}: ${loss.text}`);
  return { kind: 'unopened', verdict, elsewhere: true, answered: false };
}

/** Somebody was there and then was no more. */
export function brokenOff(endpoint: Endpoint, loss: Loss): Unopened {
  if (loss.cause === 'ours') return interrupted();
  const verdict = deferred('4.4.2', `The connection to ${endpoint.remote} broke off: ${loss.text}`);
  return { kind: 'unopened', verdict, elsewhere: true, answered: true };
}

/** The peer said no before any message. */
export function turnedAway(reply: ReceivedReply): Unopened {
  return { kind: 'unopened', verdict: verdictOf(reply), elsewhere: true, answered: true };
}

/** We will not go on with this peer. */
export function unwilling(
  verdict: Verdict,
  options: { readonly elsewhere: boolean; readonly answered: boolean },
): Unopened {
  return { kind: 'unopened', verdict, ...options };
}

function interrupted(): Unopened {
  return { kind: 'unopened', verdict: INTERRUPTED, elsewhere: false, answered: false };
}
