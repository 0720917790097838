/** One pass over a dimension: which of many sets hold, span by span. */
import type { AtomSet } from './products.ts';
import { unite } from './spans.ts';
import type { Span, SpanSet } from './spans.ts';

/** The atoms at which exactly `members` hold. */
export interface Stretch<T> {
  readonly members: readonly T[];
  readonly spans: SpanSet;
}

interface Event {
  readonly at: number;
  readonly member: number;
  readonly begins: boolean;
}

/**
 * Groups the atoms by which members hold there; atoms at which no member that `wanted` accepts holds are left out. Takes
 * time in proportion to the spans of the sets and to how many hold at once, whatever the size of the dimension.
 */
export function sweep<T extends { readonly set: AtomSet }>(
  members: readonly T[],
  wanted: (member: T) => boolean,
): readonly Stretch<T>[] {
  const everywhere = members.filter(({ set }) => set.full);
  const partly = members.filter(({ set }) => !set.full);
  const groups = new Map<string, { members: readonly T[]; spans: Span[] }>();
  const [whole] = everywhere;
  let wantedNow = everywhere.filter(wanted).length;
  const active = new Set<number>();
  const emit = (first: number, last: number): void => {
    if (wantedNow === 0 || first > last) return;
    const held = [...active].sort((a, b) => a - b);
    const key = held.join();
    const group = groups.get(key) ?? {
      members: [...everywhere, ...held.flatMap((i) => partly[i] ?? [])],
      spans: [],
    };
    groups.set(key, group);
    group.spans.push({ first, last });
  };

  let from = 0;
  for (const { at, member, begins } of eventsOf(partly)) {
    if (at > from) {
      emit(from, at - 1);
      from = at;
    }
    const changed = partly[member];
    if (begins) active.add(member);
    else active.delete(member);
    if (changed !== undefined && wanted(changed)) wantedNow += begins ? 1 : -1;
  }
  // Behind the last event only the full sets hold.
  const last = whole?.set.spans[0]?.last;
  if (last !== undefined) emit(from, last);
  return [...groups.values()].map((group) => ({ members: group.members, spans: unite(group.spans) }));
}

function eventsOf(members: readonly { readonly set: AtomSet }[]): readonly Event[] {
  const events = members.flatMap(({ set }, member) =>
    set.spans.flatMap(({ first, last }): Event[] => [
      { at: first, member, begins: true },
      { at: last + 1, member, begins: false },
    ]),
  );
  return events.sort((a, b) => a.at - b.at);
}
