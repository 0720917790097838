/** Listeners together: no two of them may want the same address and port. */
import type { ListenerConfig } from '../config.ts';
import type { ConfigProblem } from '../problem.ts';
import { formatEndpoint } from '../text/endpoint.ts';
import type { Endpoint } from '../text/endpoint.ts';
import { textProblem } from '../text/problem.ts';
import { problemAt } from './context.ts';
import type { CheckContext } from './context.ts';

export function* checkListeners(context: CheckContext): Generator<ConfigProblem> {
  const taken = new Map<string, string>();
  for (const { name, bind } of context.config.listeners) {
    for (const [index, endpoint] of bind.entries()) {
      const path = ['listeners', name, 'bind', index];
      const text = formatEndpoint(endpoint);
      const other = taken.get(text);
      if (other !== undefined) {
        const whose = other === name ? 'this listener has it already' : `listener ${other} has it already`;
        yield problemAt(context, path, textProblem(`${text} cannot be bound twice: ${whose}`));
      }
      taken.set(text, name);
      yield* coveredBinds(context, path, endpoint, bind);
    }
  }
}

/** An address beside the wildcard that holds it says nothing, as long as both belong to the same listener. */
function* coveredBinds(
  context: CheckContext,
  path: readonly (string | number)[],
  endpoint: Endpoint,
  bind: ListenerConfig['bind'],
): Generator<ConfigProblem> {
  if (isWildcard(endpoint)) return;
  const wildcard = bind.find((other) => isWildcard(other) && sameKind(other, endpoint));
  if (wildcard === undefined) return;
  yield problemAt(
    context,
    path,
    textProblem(`${formatEndpoint(endpoint)} is part of ${formatEndpoint(wildcard)}`, 'Remove one of them.'),
  );
}

/** Whether an endpoint stands for every address of its family. */
export function isWildcard({ address }: Endpoint): boolean {
  return address.text === '0.0.0.0' || address.text === '::';
}

function sameKind(one: Endpoint, other: Endpoint): boolean {
  return one.port === other.port && one.address.family === other.address.family;
}
