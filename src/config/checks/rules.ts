/** Rules and the names by which tests speak of them. */
import { foldAscii } from '../../mail/mod.ts';
import { formatRange } from '../../policy/mod.ts';
import { inRange, rangeOf } from '../../std/mod.ts';
import type { IpRange } from '../../std/mod.ts';
import type { Config } from '../config.ts';
import type { Path } from '../positions.ts';
import type { ConfigProblem } from '../problem.ts';
import { suggest } from '../suggest.ts';
import { bitsOf } from '../text/cidr.ts';
import { formatRoutePattern } from '../text/domain.ts';
import { quoted, textProblem } from '../text/problem.ts';
import { problemAt } from './context.ts';
import type { CheckContext } from './context.ts';
import { isWildcard } from './listeners.ts';

export function* checkRules(context: CheckContext): Generator<ConfigProblem> {
  yield* checkNames(context);
  yield* checkProxies(context);
  if (context.complete('listeners')) yield* checkLocalAddresses(context);
}

/** A name says which rule decided, so no two rules may share one; in another case it would still be misread. */
function* checkNames(context: CheckContext): Generator<ConfigProblem> {
  const { filters, relay } = context.config;
  const lists = [
    [['relay', 'never'], relay.never],
    [['relay', 'allow'], relay.allow],
    [['filters'], filters],
  ] as const;
  const first = new Map<string, string>();
  for (const [list, rules] of lists) {
    for (const [index, { name, place }] of rules.entries()) {
      const key = foldAscii(name);
      const earlier = first.get(key);
      if (earlier !== undefined) {
        yield problemAt(
          context,
          [...list, index, 'name'],
          textProblem(`the name ${quoted(name)} is taken`, `The rule in ${earlier} has it.`),
        );
      }
      first.set(key, `line ${place.line}`);
    }
  }
}

/** Who comes through a proxy has its address, so a grant for that address is a grant for everybody. */
function* checkProxies(context: CheckContext): Generator<ConfigProblem> {
  const { relay } = context.config;
  const proxies = context.config.proxies.map(({ range }) => range);
  for (const [index, { from = [], authenticated }] of relay.allow.entries()) {
    for (const [item, range] of from.entries()) {
      const proxy = proxies.find((candidate) => overlap(range, candidate));
      if (proxy === undefined) continue;
      const held = range.first <= proxy.first && range.last >= proxy.last ? 'contains' : 'is in';
      const what = `${formatRange(range)} ${held} ${formatRange(proxy)}, which proxies names: whoever comes through it has that address`;
      const signIn =
        authenticated === undefined ? ', or let these clients sign in (authenticated: true)' : '';
      yield problemAt(
        context,
        ['relay', 'allow', index, 'from', item],
        textProblem(what, `Name networks without it${signIn}.`),
      );
    }
  }
}

function overlap(one: IpRange, other: IpRange): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last;
}

function* checkLocalAddresses(context: CheckContext): Generator<ConfigProblem> {
  for (const [index, { connectingTo = [] }] of context.config.relay.allow.entries()) {
    for (const [item, range] of connectingTo.entries()) {
      if (isBound(range, context.config)) continue;
      yield problemAt(
        context,
        ['relay', 'allow', index, 'connectingTo', item],
        notBound(formatRange(range), context.config),
      );
    }
  }
}

function notBound(text: string, { listeners }: Config) {
  const addresses = [...new Set(listeners.flatMap(({ bind }) => bind.map(({ address }) => address.text)))];
  return textProblem(
    `no listener is bound to ${text}, so no client can connect to it`,
    `Listeners are bound to ${addresses.join(', ')}.`,
  );
}

/** Whether a client could connect to an address in `range`; what a wildcard covers is not known here, so it counts. */
function isBound(range: IpRange, { listeners }: Config): boolean {
  return listeners.some(({ bind }) =>
    bind.some(
      (endpoint) =>
        inRange(endpoint.address, range) ||
        (isWildcard(endpoint) && endpoint.address.family === range.family),
    ),
  );
}

export function* checkTests(context: CheckContext): Generator<ConfigProblem> {
  const { config, complete } = context;
  const listeners = config.listeners.map(({ name }) => name);
  const rules = [...config.relay.never, ...config.relay.allow].map(({ name }) => name);
  const routes = [
    ...config.routing.domains.map(formatRoutePattern),
    ...config.routing.literals.map(({ literal }) => literal),
  ];
  for (const [index, test] of config.tests.entries()) {
    if (test.listener !== undefined && complete('listeners')) {
      yield* unknownName(context, ['tests', index, 'listener'], test.listener, {
        kind: 'listener',
        known: listeners,
      });
    }
    if (
      test.by !== undefined &&
      complete('relay.allow', 'relay.never', 'routing.domains', 'routing.literals')
    ) {
      yield* unknownName(context, ['tests', index, 'by'], test.by, {
        kind: 'rule',
        known: [...rules, ...routes],
      });
    }
    const { toAddress } = test;
    if (toAddress === undefined || !complete('listeners')) continue;
    const own = rangeOf(toAddress, bitsOf(toAddress.family));
    if (!isBound(own, config))
      yield problemAt(context, ['tests', index, 'toAddress'], notBound(toAddress.text, config));
  }
}

function* unknownName(
  context: CheckContext,
  path: Path,
  name: string,
  { kind, known }: { readonly kind: string; readonly known: readonly string[] },
): Generator<ConfigProblem> {
  if (known.includes(name)) return;
  const near = suggest(name, known);
  const what = `there is no ${kind} ${quoted(name)}`;
  yield problemAt(
    context,
    path,
    textProblem(near === undefined ? what : `${what}: did you mean ${quoted(near)}?`),
  );
}
