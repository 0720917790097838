/** Who has signed in: nobody, each account that a rule names, or another account. */
import { foldAscii } from '../../mail/mod.ts';
import { unite } from '../spans.ts';
import type { SpanSet } from '../spans.ts';
import type { Who } from '../types.ts';

/** Atom 0 is nobody, then the accounts in order, and the last is every other account. */
export interface AccountPartition {
  readonly names: readonly string[];
  readonly byName: ReadonlyMap<string, number>;
  readonly size: number;
}

export const NOBODY = 0;

export function partitionAccounts(named: Iterable<string>): AccountPartition {
  const names = [...new Set(Array.from(named, foldAscii))].sort();
  return { names, byName: new Map(names.map((name, i) => [name, i + 1])), size: names.length + 2 };
}

export function atomOfAccount({ byName, size }: AccountPartition, account: string | undefined): number {
  return account === undefined ? NOBODY : (byName.get(foldAscii(account)) ?? size - 1);
}

export function atomsOfAccounts(partition: AccountPartition, accounts: 'any' | readonly string[]): SpanSet {
  if (accounts === 'any') return [{ first: 1, last: partition.size - 1 }];
  const atoms = accounts.map((account) => atomOfAccount(partition, account));
  return unite(atoms.map((atom) => ({ first: atom, last: atom })));
}

export function accountIn({ names, byName, size }: AccountPartition, atom: number): string | undefined {
  if (atom === NOBODY) return undefined;
  if (atom < size - 1) return names[atom - 1];
  for (let i = 0; ; i += 1) {
    const other = `someone${i === 0 ? '' : i}@example.com`;
    if (!byName.has(other)) return other;
  }
}

export function whoIn({ names, size }: AccountPartition, atoms: SpanSet): Who {
  const isIn = new Uint8Array(size);
  for (const { first, last } of atoms) isIn.fill(1, first, last + 1);
  const others = isIn[size - 1] === 1;
  const listed = names.filter((_, i) => (isIn[i + 1] === 1) !== others);
  return { anonymous: isIn[NOBODY] === 1, accounts: others ? { except: listed } : { only: listed } };
}
