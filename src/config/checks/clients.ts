/** Who may connect: what `clients.accept` and `clients.refuse` say of the same clients. */
import { formatRange } from '../../policy/mod.ts';
import type { IpRange } from '../../std/mod.ts';
import type { ConfigProblem } from '../problem.ts';
import { textProblem } from '../text/problem.ts';
import { problemAt } from './context.ts';
import type { CheckContext } from './context.ts';

/** Of two ranges the narrower one wins, so nothing can be meant by the same range in both lists. */
export function* checkClients(context: CheckContext): Generator<ConfigProblem> {
  if (!context.complete('clients')) return;
  const { accept, refuse } = context.config.clients;
  const refused = new Map(refuse.map((range, index) => [keyOf(range), index]));
  for (const [index, range] of accept.entries()) {
    const other = refused.get(keyOf(range));
    if (other === undefined) continue;
    const { line } = context.positions.at(['clients', 'refuse', other]);
    const what = `${formatRange(range)} is in clients.refuse as well (line ${line}), and cannot be in both`;
    yield problemAt(
      context,
      ['clients', 'accept', index],
      textProblem(what, 'Remove it from one of the two; of different ranges the narrower one wins.'),
    );
  }
}

function keyOf({ family, first, last }: IpRange): string {
  return `${family} ${first} ${last}`;
}
