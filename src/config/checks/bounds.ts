/** Limits and time-outs of a session that contradict each other: one that another one ends before says nothing. */
import type { Config, ListenerConfig } from '../config.ts';
import type { ConfigProblem } from '../problem.ts';
import { formatDuration } from '../text/duration.ts';
import { grouped, octets } from '../text/size.ts';
import { textProblem } from '../text/problem.ts';
import { problemAt } from './context.ts';
import type { CheckContext } from './context.ts';

/** A limit that can only matter below another one. */
type Pair<Key extends string> = readonly [
  inner: Key,
  outer: Key,
  /** `at`: of two equal ones the outer one comes first. `above`: two equal ones are reached together. */
  idle: 'at' | 'above',
];

const LIMITS = [
  // The error that reaches `errors` ends the connection, and none comes after it that could be answered later.
  ['softErrors', 'errors', 'at'],
  ['connectionsPerAddress', 'connections', 'above'],
  ['connectionsPerSecondPerAddress', 'connectionsPerSecond', 'above'],
  ['headerSize', 'messageSize', 'above'],
  ['textLine', 'messageSize', 'above'],
  ['hops', 'headerFields', 'above'],
] as const satisfies readonly Pair<keyof Config['limits']>[];

/** All of these run from the connection on, or begin anew within it. */
const TIMEOUTS = [
  ['beforeTls', 'beforeAuth', 'above'],
  ['beforeAuth', 'session', 'above'],
  ['command', 'session', 'above'],
  ['data', 'session', 'above'],
] as const satisfies readonly Pair<keyof Config['timeouts']>[];

const OCTETS: ReadonlySet<string> = new Set(['messageSize', 'headerSize', 'textLine']);

/** Only what the file itself says is wrong: a default beside a smaller limit that somebody wrote just never comes to it. */
export function* checkBounds(context: CheckContext): Generator<ConfigProblem> {
  if (!context.complete('limits', 'timeouts')) return;
  const { limits, timeouts } = context.config;
  for (const [inner, outer, idle] of LIMITS) {
    const format = OCTETS.has(inner) ? octets : grouped;
    yield* idleBound(context, ['limits', inner, outer], [limits[inner], limits[outer]], { idle, format });
  }
  for (const [inner, outer, idle] of TIMEOUTS) {
    const values = [timeouts[inner], timeouts[outer]] as const;
    yield* idleBound(context, ['timeouts', inner, outer], values, { idle, format: formatDuration });
  }
  yield* checkGreetings(context);
}

function* idleBound(
  context: CheckContext,
  [section, inner, outer]: readonly ['limits' | 'timeouts', string, string],
  [value, bound]: readonly [value: number, bound: number],
  { idle, format }: { readonly idle: Pair<string>[2]; readonly format: (value: number) => string },
): Generator<ConfigProblem> {
  const path = [section, inner];
  if (!context.positions.has(path) || (idle === 'at' ? value < bound : value <= bound)) return;
  const other = `${section}.${outer}`;
  const what = `${inner} ${format(value)} is never reached: ${other} is ${format(bound)} (${whereOf(context, [section, outer])})`;
  const most = idle === 'at' ? `less than ${format(bound)}` : `at most ${format(bound)}`;
  yield problemAt(context, path, textProblem(what, `Write ${most}, or raise ${other}.`));
}

/** A client that is greeted when its time is over can never send anything. */
function* checkGreetings(context: CheckContext): Generator<ConfigProblem> {
  if (!context.complete('listeners')) return;
  for (const listener of context.config.listeners) {
    const { greetingDelay, name } = listener;
    const ends = endsOf(listener).find((key) => context.config.timeouts[key] <= greetingDelay);
    if (greetingDelay === 0 || ends === undefined) continue;
    const end = `timeouts.${ends} is ${formatDuration(context.config.timeouts[ends])} (${whereOf(context, ['timeouts', ends])})`;
    const what = `greetingDelay ${formatDuration(greetingDelay)} leaves no time to send anything: ${end}`;
    yield problemAt(
      context,
      ['listeners', name, 'greetingDelay'],
      textProblem(what, `Greet sooner, or raise timeouts.${ends}.`),
    );
  }
}

/** What ends a connection on which nobody has signed in, the first to look at first. */
function endsOf({ auth, authWithoutTls, tls }: ListenerConfig): readonly (keyof Config['timeouts'])[] {
  if (auth !== 'required') return ['session'];
  return tls === 'starttls' && !authWithoutTls
    ? ['beforeTls', 'beforeAuth', 'session']
    : ['beforeAuth', 'session'];
}

function whereOf({ positions }: CheckContext, path: readonly string[]): string {
  return positions.has(path) ? `line ${positions.at(path).line}` : 'its default';
}
