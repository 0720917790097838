/**
 * Tries probes one after the other: keeps a connection where the way wants one, makes another when it breaks, tries a probe that was
 * lost once more, and stops when the server cannot be reached any more.
 */
import { attempt } from './attempt.ts';
import { AMBIGUOUS, comparisonOf } from './judge.ts';
import { openTalk, type Opener, type Special } from './open.ts';
import { fill } from './template.ts';
import { isPositive, isRefusal, type Talk } from './talk.ts';
import type { Attempt, AttemptContext } from './transaction.ts';
import type { Probe, Utterance, Way, WayId } from './types.ts';
import { isLoss, type Loss } from './wire.ts';

export interface Tried {
  readonly attempt: Attempt;
  readonly dialogue: readonly Utterance[];
  /** Why a reply of 2xx does not mean relaying. */
  readonly doubt: string | undefined;
}

/** A probe that was tried, in its way, before it is known what arrives. */
export interface Open {
  readonly way: WayId;
  readonly probe: Probe;
  readonly tried: Tried;
}

export interface TesterOptions {
  readonly opener: Opener;
  readonly context: AttemptContext;
  /** A local part that nobody has. */
  readonly nonsense: string;
  /** Probes in one connection, where the way wants several. */
  readonly probesPerConnection: number;
  /** Milliseconds after the first failure to connect; doubled after each further one. */
  readonly pauseMs: number;
  /** Done on every connection after the greeting. */
  readonly prepare?: (talk: Talk) => Promise<Loss | undefined>;
}

export interface Tester {
  /** What is offered in this way; a loss when no connection came about. */
  scout(way: Way): Promise<ReadonlyMap<string, string> | Loss>;
  /** The same, without a second try. */
  scoutOnce(way: Way): Promise<ReadonlyMap<string, string> | Loss>;
  try(way: Way, probe: Probe): Promise<Tried>;
  /** Why nothing more is tried; undefined while it goes on. */
  readonly halted: Loss | undefined;
  close(): Promise<void>;
}

const MOST_FAILURES = 5;
/** Probes in a row that the server broke off, each tried twice. */
const MOST_LOST = 10;
const LONGEST_PAUSE_MS = 30_000;
/** What may follow a client through the connection: it is not used again. */
const TAINTING = new Set(['login', 'pretence', 'state', 'greeting', 'content', 'tls']);

export function createTester(options: TesterOptions): Tester {
  const { opener, context, nonsense } = options;
  let kept: { readonly talk: Talk; readonly way: Way; probes: number } | undefined;
  let failures = 0;
  let lost = 0;
  let halted: Loss | undefined;
  /** What came of each comparison, by way and line. */
  const compared = new Map<string, string | undefined>();

  async function open(way: Way, special: Special): Promise<Talk | Loss> {
    const talk = await openTalk(opener, way, special);
    const loss = isLoss(talk) ? talk : await options.prepare?.(talk);
    if (loss === undefined && !isLoss(talk)) {
      failures = 0;
      talk.opened();
      return talk;
    }
    if (!isLoss(talk)) talk.wire.close();
    const why = loss ?? { cause: 'closed', text: 'the connection was closed' };
    if (endsAll(why)) halted ??= why;
    // What the server does to a false greeting or header says nothing about whether it can be reached.
    else if (special.first === undefined && special.greeting === undefined) await fail(why);
    return why;
  }

  async function fail(why: Loss): Promise<void> {
    failures += 1;
    if (failures >= MOST_FAILURES) {
      halted ??= {
        cause: why.cause,
        text: `${MOST_FAILURES} connections in a row failed, the last because ${why.text}`,
      };
      return;
    }
    await rest(failures - 1);
  }

  async function rest(before: number): Promise<void> {
    await opener.pace.pause(Math.min(LONGEST_PAUSE_MS, options.pauseMs * 2 ** before));
  }

  /** The connection for a probe: the one that is there, when the way keeps it. */
  async function obtain(way: Way, probe: Probe): Promise<Talk | Loss> {
    const special = specialOf(probe, context.values);
    if (kept !== undefined && kept.way.id === way.id && special === undefined) {
      const { talk } = kept;
      talk.forget();
      return talk;
    }
    await release();
    const talk = await open(way, special ?? {});
    if (!isLoss(talk)) kept = { talk, way, probes: 0 };
    return talk;
  }

  async function release(): Promise<void> {
    const talk = kept?.talk;
    kept = undefined;
    await talk?.quit();
  }

  /** After a probe: RSET where the way keeps its connection, and the end where it cannot be kept. */
  async function settle(way: Way, probe: Probe, outcome: Attempt): Promise<void> {
    if (kept === undefined) return;
    kept.probes += 1;
    const reusable = outcome.kind === 'refused' && !TAINTING.has(probe.family);
    if (way.fresh || !reusable || kept.probes >= options.probesPerConnection) return release();
    const reply = await kept.talk.ask('RSET');
    if (isLoss(reply) || !isPositive(reply)) {
      kept.talk.wire.close();
      kept = undefined;
    }
  }

  async function tryOnce(
    way: Way,
    probe: Probe,
  ): Promise<{ outcome: Attempt; dialogue: readonly Utterance[] }> {
    const talk = await obtain(way, probe);
    if (isLoss(talk)) return { outcome: { kind: 'lost', loss: talk }, dialogue: [] };
    const outcome = await attempt(talk, probe, context);
    // What comes after is not part of the evidence.
    const dialogue = [...talk.dialogue];
    if (outcome.kind === 'lost') {
      talk.wire.close();
      kept = undefined;
      if (endsAll(outcome.loss)) halted ??= outcome.loss;
      // A server that breaks off may have had enough of us.
      else if (!endsItself(probe, outcome.loss)) await rest(lost);
    } else await settle(way, probe, outcome);
    return { outcome, dialogue };
  }

  /** Why a recipient that was accepted may be an ordinary mailbox. */
  async function doubtOf(way: Way, probe: Probe): Promise<string | undefined> {
    if (probe.kind === 'envelope' && probe.ambiguous) return AMBIGUOUS;
    const comparison = comparisonOf(probe, nonsense, context.values);
    if (comparison === undefined) return undefined;
    const { mail, rcpt, home } = comparison;
    const key = `${way.id} ${mail} ${rcpt}`;
    if (!compared.has(key)) compared.set(key, await compare(way, mail, rcpt, home));
    return compared.get(key);
  }

  async function compare(way: Way, mail: string, rcpt: string, home: string): Promise<string | undefined> {
    await release();
    const talk = await open(way, {});
    if (isLoss(talk)) return `whether it accepts any local part for ${home} could not be found out`;
    const first = mail === '' ? undefined : await talk.ask(mail);
    const reply = first === undefined || !isLoss(first) ? await talk.ask(rcpt) : first;
    if (isLoss(reply)) return `whether it accepts any local part for ${home} could not be found out`;
    await talk.quit();
    if (isPositive(reply)) return `it accepts any local part for ${home}`;
    return isRefusal(reply)
      ? undefined
      : `whether it accepts any local part for ${home} could not be found out`;
  }

  async function scoutOnce(way: Way): Promise<ReadonlyMap<string, string> | Loss> {
    await release();
    const talk = await open(way, {});
    if (isLoss(talk)) return talk;
    kept = { talk, way, probes: 0 };
    return talk.extensions;
  }

  return {
    get halted() {
      return halted;
    },
    async scout(way) {
      const first = await scoutOnce(way);
      return isLoss(first) && halted === undefined ? scoutOnce(way) : first;
    },
    scoutOnce,
    async try(way, probe) {
      let { outcome, dialogue } = await tryOnce(way, probe);
      if (outcome.kind === 'lost' && halted === undefined && !endsItself(probe, outcome.loss))
        ({ outcome, dialogue } = await tryOnce(way, probe));
      if (outcome.kind === 'lost' && endsItself(probe, outcome.loss))
        outcome = { kind: 'refused', reason: `at the header: ${outcome.loss.text}` };
      lost = outcome.kind === 'lost' ? lost + 1 : 0;
      if (outcome.kind === 'lost' && lost >= MOST_LOST) {
        const { cause, text } = outcome.loss;
        halted ??= { cause, text: `${MOST_LOST} probes in a row were broken off, the last because ${text}` };
      }
      const doubt = outcome.kind === 'accepted' ? await doubtOf(way, probe) : undefined;
      return { attempt: outcome, dialogue, doubt };
    },
    close: release,
  };
}

function specialOf(probe: Probe, values: ReadonlyMap<string, string>): Special | undefined {
  if (probe.kind !== 'envelope' || (probe.first === undefined && probe.greeting === undefined))
    return undefined;
  const fillIn = (text: string): string => fill(text, values);
  return {
    ...(probe.first === undefined ? {} : { first: fillIn(probe.first) }),
    ...(probe.greeting === undefined ? {} : { greeting: fillIn(probe.greeting) }),
  };
}

function endsAll({ cause }: Loss): boolean {
  return cause === 'interrupted' || cause === 'over';
}

/** A server that breaks off at a header of a proxy it does not know has refused it. */
function endsItself(probe: Probe, { cause }: Loss): boolean {
  return (
    probe.kind === 'envelope' && probe.first !== undefined && (cause === 'closed' || cause === 'protocol')
  );
}
