/** A difference as JSON, `postern.diff/1`. */
import { isSame } from '../../check/mod.ts';
import type { Changes, Statement } from '../../check/mod.ts';
import { coverOf } from '../../config/mod.ts';
import { formatRule } from '../../policy/mod.ts';
import { formatMailboxSet } from '../../proof/mod.ts';
import type { Change, Effect } from '../../proof/mod.ts';
import { factsJson } from '../explain/json.ts';
import { exampleCommand } from './example.ts';
import type { About } from './run.ts';

export function diffJson(changes: Changes, about: About) {
  return {
    schema: 'postern.diff/1',
    same: isSame(changes),
    before: about.paths.before,
    after: about.paths.after,
    changes: changes.statements.map((statement) => statementJson(statement, about)),
    settings: changes.settings.map(({ setting, before, after }) => ({
      setting,
      before: before ?? null,
      after: after ?? null,
    })),
  };
}

function statementJson({ kind, head, text, change }: Statement, about: About) {
  const sentence = { kind, text: `${head} ${text}` };
  if (change === undefined) return sentence;
  return {
    ...sentence,
    before: effectJson(change.before),
    after: effectJson(change.after),
    region: regionJson(change),
    example: factsJson(change.example),
    explain: exampleCommand(change, about),
  };
}

function effectJson({ decision, text }: Effect) {
  const { rule } = decision;
  return { effect: text, rule: formatRule(rule), ...(rule.kind === 'none' ? {} : { place: rule.place }) };
}

function regionJson({ region }: Change) {
  const { clients, localAddresses, who, senders, recipients, routingCharacters, from, to } = region;
  return {
    clients: clients.flatMap(coverOf),
    localAddresses: localAddresses.flatMap(coverOf),
    who,
    senders: formatMailboxSet(senders),
    recipients: formatMailboxSet(recipients),
    routingCharacters: routingCharacters ?? null,
    from: new Date(from).toISOString(),
    to: Number.isFinite(to) ? new Date(to).toISOString() : null,
  };
}
