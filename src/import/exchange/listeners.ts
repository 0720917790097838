/** The bindings of receive connectors as listeners, each with who could do what there. */
import { formatEndpoint } from '../../config/mod.ts';
import type { Endpoint } from '../../config/mod.ts';
import type { DraftListener } from '../draft.ts';
import { isEmpty } from '../networks.ts';
import { formatOrigin } from '../types.ts';
import type { ReceiveConnector, Right } from './objects.ts';
import { powersOf, reachOf } from './reach.ts';
import type { Powers, Reach } from './reach.ts';

/** A connector that is carried over, with the ranges that are left of it and what it lets its clients do. */
export interface Judged {
  readonly connector: ReceiveConnector;
  readonly powers: Powers;
}

/** An address and port. */
export interface Door {
  readonly endpoint: Endpoint;
  /** Clients must sign in before they send anything: 587 and 465. */
  readonly submission: boolean;
  /** Whether signing in gives anybody anything there; where it does not, it is not offered. */
  readonly offersAuth: boolean;
  readonly connectors: readonly Judged[];
  readonly reach: Reach;
}

const SUBMISSION: ReadonlySet<number> = new Set([587, 465]);

export function judge(
  connectors: readonly ReceiveConnector[],
  rights: readonly Right[] | undefined,
): readonly Judged[] {
  return connectors.map((connector) => ({ connector, powers: powersOf(connector, rights) }));
}

/** In the order in which the bindings are met. */
export function doorsOf(judged: readonly Judged[]): readonly Door[] {
  const byText = new Map<string, { readonly endpoint: Endpoint; readonly connectors: Judged[] }>();
  for (const one of judged) {
    for (const endpoint of one.connector.bindings) {
      const text = formatEndpoint(endpoint);
      const door = byText.get(text) ?? { endpoint, connectors: [] };
      door.connectors.push(one);
      byText.set(text, door);
    }
  }
  return [...byText.values()].map(({ endpoint, connectors }) => {
    const reach = reachOf(connectors.map(({ connector, powers }) => ({ ranges: connector.ranges, powers })));
    return {
      endpoint,
      connectors,
      submission: SUBMISSION.has(endpoint.port),
      offersAuth: !isEmpty(reach.signedInRelay),
      reach,
    };
  });
}

export function isWildcard({ address }: Endpoint): boolean {
  return address.text === '0.0.0.0' || address.text === '::';
}

/** A listener for each port; an address of its own, or other terms, make it one of its own. */
export function listenersOf(doors: readonly Door[]): readonly DraftListener[] {
  const groups = new Map<string, Door[]>();
  for (const door of doors) {
    const { address, port } = door.endpoint;
    const key = [port, isWildcard(door.endpoint) ? '' : address.text, door.offersAuth].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), door]);
  }
  const names = new Set<string>();
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const name = freeName(nameOf(first), names);
    names.add(name);
    return [
      {
        name,
        bind: group.map(({ endpoint }) => formatEndpoint(endpoint)),
        ...(first.submission ? ({ for: 'submission' } as const) : {}),
        ...(first.endpoint.port === 465 ? ({ tls: 'implicit' } as const) : {}),
        ...(first.offersAuth ? {} : ({ auth: 'off' } as const)),
        comment: commentOf(group),
      },
    ];
  });
}

function nameOf({ endpoint }: Door): string {
  const { port, address } = endpoint;
  const known = new Map([
    [25, 'internet'],
    [587, 'submission'],
    [465, 'submissions'],
  ]);
  const base = known.get(port) ?? `port-${port}`;
  const own = isWildcard(endpoint) ? '' : `-${address.text.replace(/[.:]/g, '-')}`;
  return `${base}${own}`.slice(0, 28);
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 2, free = name; ; number += 1) {
    if (!taken.has(free)) return free;
    free = `${name}-${number}`;
  }
}

function commentOf(group: readonly Door[]): string {
  const connectors = new Map(
    group.flatMap(({ connectors: all }) => all.map(({ connector }) => [connector.name, connector] as const)),
  );
  return [...connectors.values()].map(({ name, where }) => `${formatOrigin(where)} ${name}`).join(', ');
}
