/** Whether the audit may begin: a server that outsiders can reach may be somebody else's, and has to be claimed. */
import { lookup } from 'node:dns/promises';
import { locate } from '../../audit/mod.ts';
import type { Located, Target } from '../../audit/mod.ts';
import { parseIp } from '../../std/mod.ts';
import type { InputProblem } from './input.ts';

export interface Permitted {
  /** The address that is audited. */
  readonly address: string;
  readonly others: readonly string[];
  readonly loopback: boolean;
}

/** `unknown` when the name has no address: that is nothing the command line could mend. */
export async function permit(
  target: Target,
  { from, claimed }: { readonly from: string | undefined; readonly claimed: boolean },
): Promise<Permitted | InputProblem | { readonly unknown: string }> {
  const located = await locate(target, lookUp);
  if ('problem' in located) return { unknown: located.problem };
  if (located.elsewhere.length > 0 && !claimed) return refusal(target, located);
  const address = choose(located, from);
  if (address === undefined)
    return {
      error: `--from: ${from ?? ''} is of another family than ${located.addresses.join(', ')}`,
      remedy: 'Name an address of the same family, IPv4 or IPv6.',
    };
  return { address, others: located.addresses.filter((one) => one !== address), loopback: located.loopback };
}

function refusal({ host }: Target, { elsewhere }: Located): InputProblem {
  const [first = ''] = elsewhere;
  const what =
    first === host
      ? `${host} is neither loopback nor private`
      : `${host} is ${first}, which is neither loopback nor private`;
  return {
    error: `${what}: it may be somebody else's`,
    remedy:
      'Audit only servers you run, or whose owner asked you to. If that is so, add --i-run-this-server.',
  };
}

function choose({ addresses }: Located, from: string | undefined): string | undefined {
  const family = from === undefined ? undefined : parseIp(from)?.family;
  return addresses.find((address) => family === undefined || parseIp(address)?.family === family);
}

async function lookUp(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
}
