/** Random pairs of policies of which the second is an edit of the first, as administrators make them, or another one. */
import fc from 'fast-check';
import type { PolicySource } from '../../policy/mod.ts';
import { validatePolicy } from '../../policy/mod.ts';
import { narrowings, neverRules, sources } from '../../policy/testing/arbitraries.ts';

type Edit = (source: PolicySource) => PolicySource;

const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.nat().map((which): Edit => (source) => ({ ...source, allow: without(source.allow, which) })),
  fc.nat().map((which): Edit => (source) => ({ ...source, never: without(source.never, which) })),
  fc.nat().map((which): Edit => (source) => ({ ...source, routes: without(source.routes, which) })),
  neverRules.map((rule): Edit => (source) => ({ ...source, never: [...source.never, rule] })),
  fc.tuple(narrowings, fc.nat()).map(([condition, which]): Edit => (source) => ({
    ...source,
    allow: source.allow.map((grant, i) => (i === which % 6 ? { ...grant, ...condition } : grant)),
  })),
  sources.map((other): Edit => (source) => ({ ...source, routes: other.routes })),
  sources.map((other): Edit => (source) => ({ ...source, allow: other.allow })),
  fc.constant<Edit>((source) => ({ ...source, reroute: !source.reroute })),
);

/** A policy and an edit of it. */
export const editedPairs: fc.Arbitrary<readonly [PolicySource, PolicySource]> = fc
  .tuple(sources, fc.array(edits, { minLength: 1, maxLength: 2 }))
  .map(([source, all]): [PolicySource, PolicySource] => [source, all.reduce((at, edit) => edit(at), source)])
  .filter(([, after]) => validatePolicy(after).length === 0);

/** Also of policies that have nothing to do with each other. */
export const pairs = fc.oneof(
  { weight: 2, arbitrary: editedPairs },
  { weight: 1, arbitrary: fc.tuple(sources, sources) },
);

function without<T>(items: readonly T[], which: number): readonly T[] {
  return items.length === 0 ? items : items.toSpliced(which % items.length, 1);
}
