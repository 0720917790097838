/** Times and TLS of delivery that contradict each other. */
import type { ConfigProblem } from '../problem.ts';
import { formatDuration } from '../text/duration.ts';
import { textProblem } from '../text/problem.ts';
import { problemAt } from './context.ts';
import type { CheckContext } from './context.ts';

export function* checkSending(context: CheckContext): Generator<ConfigProblem> {
  const { queue, delivery, routing } = context.config;
  const expire = formatDuration(queue.expire);
  if (queue.retry[0] >= queue.expire) {
    const what = `the first retry after ${formatDuration(queue.retry[0])} comes too late: a message expires after ${expire}`;
    yield problemAt(context, ['queue', 'retry', 0], textProblem(what, 'Retry sooner, or expire later.'));
  }
  if (queue.warnAfter !== undefined && queue.warnAfter >= queue.expire) {
    const what = `a warning after ${formatDuration(queue.warnAfter)} comes too late: a message expires after ${expire}`;
    yield problemAt(context, ['queue', 'warnAfter'], textProblem(what, 'Warn sooner, or write never.'));
  }
  if (delivery.tls === 'off' && routing.outbound.kind === 'smtp' && routing.outbound.login !== undefined) {
    const what = 'with tls: off there is no signing in at the smarthost: passwords are only sent over TLS';
    yield problemAt(
      context,
      ['delivery', 'tls'],
      textProblem(what, 'Write tls: opportunistic, or remove routing.outbound.login.'),
    );
  }
}
