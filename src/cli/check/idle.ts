/** Rules that are valid and yet without effect: no error, since a date that passes must not keep Postern from starting. */
import type { Config } from '../../config/mod.ts';
import { formatPlace } from '../../policy/mod.ts';
import { formatCount, formatMoment } from '../quantity.ts';

/** One sentence each; `now` is in milliseconds since the epoch. */
export function describeIdle({ relay, routing }: Config, now: number): readonly string[] {
  if (!routing.reroute) {
    const open = routing.domains.filter(({ action }) => action.kind === 'alwaysRelay').length;
    const idle = [
      ...(relay.allow.length === 0 ? [] : [formatCount(relay.allow.length, 'grant')]),
      ...(open === 0 ? [] : [formatCount(open, 'alwaysRelay route')]),
    ];
    return idle.length === 0
      ? []
      : [`Without effect, since routing.reroute is false: ${idle.join(' and ')}.`];
  }
  return relay.allow.flatMap(({ name, until, place }) =>
    until === undefined || until > now
      ? []
      : [`Without effect: grant ${name} ended ${formatMoment(until)} (${formatPlace(place)}).`],
  );
}
