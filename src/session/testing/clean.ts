/** What every session leaves behind: nothing. */
import assert from 'node:assert/strict';
import { compilePolicy, decide } from '../../policy/mod.ts';
import { POLICY, type Harness } from './harness.ts';

const compiled = compilePolicy(POLICY);

/** What must hold of every session that is over. */
export async function assertClean(client: Harness): Promise<void> {
  client.session.closed('reset');
  await client.settle();
  const failed = client.events.find(({ name }) => name === 'session.failed');
  assert.equal(failed, undefined, `it threw: ${JSON.stringify(failed?.fields)}`);
  assert.deepEqual(client.leaks, [], 'bodies that nobody has');
  assert.equal(client.timers, 0, 'timers that nobody needs');
  assert.equal(
    client.events.filter(({ name }) => name === 'session.closed').length,
    1,
    'it is not over once',
  );
  assertGranted(client);
}

/** Every recipient that was stored was decided upon, and the policy says the same of those facts again. */
function assertGranted({ messages, kept }: Harness): void {
  for (const { recipients, origin } of messages)
    for (const { address, original } of recipients) {
      const found = kept.decided.some(
        ({ decision, restrained }) =>
          decision.facts.recipient.address === original &&
          decision.facts.client.text === origin.client &&
          (decision.facts.account ?? null) === origin.account &&
          restrained === null &&
          decide(decision.facts, compiled).verdict === 'accepted',
      );
      assert.ok(found, `${address} from ${origin.client} was never granted`);
    }
}
