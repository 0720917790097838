/**
 * Which clients can relay without signing in, as the grants have it and as `decide()` has it. The two are worked out apart
 * and must agree at both ends of every range in which no rule begins or ends: so a mistake in the arithmetic of either
 * shows. Where they do not agree, this throws.
 */
import type { Facts } from '../policy/mod.ts';
import { atomsOf } from './classes.ts';
import type { Fit } from './grants.ts';
import { endsOfAtom, NOBODY } from './partition/mod.ts';
import { AT } from './products.ts';
import { contradiction, factsNeedingGrant, isAnonymous } from './scene.ts';
import type { Scene } from './scene.ts';
import { contains, intersect, meets, subtract, unite } from './spans.ts';
import type { SpanSet } from './spans.ts';

/** The grants that hold for somebody by client address, without signing in. */
export function addressOnlyGrants(scene: Scene): readonly Fit[] {
  if (!scene.subject.source.reroute) return [];
  return scene.fits.filter((fit) => fit.grant.from !== undefined && isAnonymous(fit));
}

/** Those that let somebody relay to a recipient that has no route. */
export function addressGrants(scene: Scene): readonly Fit[] {
  return addressOnlyGrants(scene).filter(({ sets }) =>
    meets(sets[AT.recipients]?.spans ?? [], scene.routeless),
  );
}

/** The clients of `addressGrants()`, as atoms; throws when `decide()` says otherwise. */
export function anonymousClients(scene: Scene): SpanSet {
  const grants = addressGrants(scene);
  const shown = new Uint8Array(scene.space.clients.size);
  for (const { first, last } of askStranger(scene)) shown.fill(1, first, last + 1);
  // What nobody in particular can do is shown already; for the rest a grant says what one must do.
  for (const fit of grants) {
    const left = atomsIn(clientsOf(fit)).filter((atom) => shown[atom] === 0);
    if (left.length === 0) continue;
    const recipients = { spans: intersect(fit.sets[AT.recipients]?.spans ?? [], scene.routeless) };
    const facts = factsNeedingGrant(
      fit.sets.map((set, i) => (i === AT.recipients ? recipients : i === AT.accounts ? NOBODY_ONLY : set)),
      scene,
    );
    if (facts === undefined) continue; // such addresses cannot be written
    for (const atom of left) {
      shown[atom] = 1;
      ask(atom, facts, true, scene);
    }
  }
  return unite(grants.flatMap(clientsOf));
}

const NOBODY_ONLY = { spans: [{ first: NOBODY, last: NOBODY }] };
const FIRST_ONLY = { spans: [{ first: 0, last: 0 }] };

function clientsOf({ sets }: Fit): SpanSet {
  return sets[AT.clients]?.spans ?? [];
}

/**
 * Asks as a stranger, from everywhere: any sender, a recipient of nobody, at a local address that no grant names, where
 * there is one. Answers the clients that are let in, since the grants let them.
 */
function askStranger(scene: Scene): SpanSet {
  const { fits, space, routeless } = scene;
  const named = fits.flatMap(({ grant, sets }) => (grant.connectingTo ? (sets[AT.locals]?.spans ?? []) : []));
  const everywhere = [{ first: 0, last: space.locals.size - 1 }];
  const unnamed = subtract(everywhere, unite(named));
  const locals = { spans: unnamed.length === 0 ? everywhere : unnamed };
  const sets = [FIRST_ONLY, locals, NOBODY_ONLY, FIRST_ONLY, { spans: routeless }, FIRST_ONLY];
  const facts = factsNeedingGrant(sets, scene);
  if (facts === undefined) return [];
  const atoms = atomsOf(facts, space);
  const letIn = scene.subject.source.reroute
    ? unite(
        fits
          .filter(({ sets, empty }) => {
            return (
              !empty && sets.every(({ spans }, i) => i === AT.clients || contains(spans, atoms[i] ?? -1))
            );
          })
          .flatMap(clientsOf),
      )
    : [];
  for (let atom = 0; atom < space.clients.size; atom += 1) ask(atom, facts, contains(letIn, atom), scene);
  return letIn;
}

/** Asks from the first and the last address of the atom. */
function ask(atom: number, facts: Facts, letIn: boolean, scene: Scene): void {
  for (const client of endsOfAtom(scene.space.clients, atom)) {
    const asked = { ...facts, client };
    const decision = scene.ask(asked);
    if ((decision.verdict === 'accepted') !== letIn) {
      throw contradiction(asked, letIn ? 'accepted' : 'refused', decision);
    }
  }
}

function atomsIn(spans: SpanSet): readonly number[] {
  const atoms: number[] = [];
  for (const { first, last } of spans) for (let atom = first; atom <= last; atom += 1) atoms.push(atom);
  return atoms;
}
