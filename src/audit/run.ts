/**
 * The whole audit: first contact, every probe in every way, the wait at the sink, and the verdicts. One connection at a time; it ends by
 * itself, after so many commands or so much time at the latest. Errors are values of the report; nothing is thrown for what a server does.
 */
import type { Clock } from '../std/mod.ts';
import { auditAccount, type AccountReport, type Credentials } from './account.ts';
import { makeContact, type Contact, type Control, type GivenNames } from './contact.ts';
import { judge } from './judge.ts';
import { createLetterWriter } from './letter.ts';
import type { Opener } from './open.ts';
import { createPace } from './pace.ts';
import { PROBES } from './probes/all.ts';
import { waitForArrivals, type Sink } from './sink.ts';
import { placeholders } from './template.ts';
import { createTester, type Open, type Tester, type Tried } from './tester.ts';
import type { AttemptContext } from './transaction.ts';
import type { Names, Probe, Result, Skipped, Verdict, Way, WayId } from './types.ts';
import { belongs, missing, WAYS } from './ways.ts';
import { isLoss, type Destination, type Loss } from './wire.ts';

export interface AuditLimits {
  /** Milliseconds for a connection or a TLS handshake. */
  readonly connectMs: number;
  /** Milliseconds for one reply. */
  readonly replyMs: number;
  /** Milliseconds for everything but the wait at the sink. */
  readonly totalMs: number;
  /** Milliseconds after the first connection that failed; doubled after each further one. */
  readonly pauseMs: number;
  /** Undefined: as fast as the server answers. */
  readonly commandsPerSecond: number | undefined;
  readonly mostCommands: number;
  readonly probesPerConnection: number;
}

export const AUDIT_LIMITS: AuditLimits = {
  connectMs: 15_000,
  replyMs: 20_000,
  totalMs: 3_600_000,
  pauseMs: 1000,
  commandsPerSecond: undefined,
  mostCommands: 50_000,
  // Postern and Postfix slow a connection down after ten errors; a probe makes one or two.
  probesPerConnection: 5,
};

export interface AuditRequest {
  readonly destination: Destination;
  readonly given: GivenNames;
  /** Undefined: all. */
  readonly ways?: readonly WayId[] | undefined;
  /** Undefined: all. */
  readonly probes?: readonly Probe[] | undefined;
  readonly account?: Credentials | undefined;
  readonly sink?: Sink | undefined;
  /** Milliseconds to wait for what was accepted last. */
  readonly sinkWaitMs: number;
  readonly limits: AuditLimits;
}

export interface AuditSystem {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** 16 hexadecimal digits that no other audit has. */
  readonly run: string;
  /** Called after each probe. */
  readonly progress?: (done: number, total: number) => void;
}

export interface AuditReport {
  /** `unreachable` when there was no first contact, else what the worst probe says. */
  readonly verdict: 'relays' | 'accepts' | 'closed' | 'cannotTell' | 'unreachable';
  /** Why there was no contact, or why it ended early. */
  readonly halted: string | undefined;
  readonly interrupted: boolean;
  readonly banner: string;
  readonly names: Names | undefined;
  readonly domainGuessed: boolean;
  readonly control: Control | undefined;
  readonly judgedBy: 'replies' | 'arrivals';
  readonly ways: readonly WayId[];
  readonly results: readonly Result[];
  /** Ways and probes that were not tried. */
  readonly skipped: readonly Skipped[];
  readonly account: AccountReport | undefined;
}

export async function runAudit(request: AuditRequest, system: AuditSystem): Promise<AuditReport> {
  const { limits, destination, given, sink } = request;
  const { clock, signal, run } = system;
  const pace = createPace({
    perSecond: limits.commandsPerSecond,
    most: limits.mostCommands,
    until: clock.now() + limits.totalMs,
    clock,
    signal,
  });
  const opener: Opener = { destination, limits: { ...limits, signal }, pace, helo: given.helo };
  const contact = await makeContact(opener, given);
  if (isLoss(contact)) return unreachable(contact, request);
  const values = placeholders(contact.names);
  const writer = createLetterWriter(run, clock);
  const context: AttemptContext = {
    values,
    wholeMessages: sink !== undefined,
    letter: (...args) => writer.write(...args),
    helo: given.helo,
  };
  const { probesPerConnection, pauseMs } = limits;
  const nonsense = `nobody-${run}`;
  const tester = createTester({ opener, context, nonsense, probesPerConnection, pauseMs });
  const plan = planOf(request, contact);
  const { opens, skipped } = await tryAll(tester, plan, { request, system });
  await tester.close();
  const account =
    request.account === undefined || tester.halted !== undefined
      ? undefined
      : await auditAccount(request.account, { opener, context, contact, pauseMs, nonsense });
  const all = [...opens, ...(account?.opens ?? [])];
  const waited =
    sink === undefined ? 0 : await waitForArrivals(sink, tokensOf(all), request.sinkWaitMs, signal);
  const settle = (open: Open): Result => settled(open, contact.names, { sink, waited });
  const results = opens.map(settle);
  return {
    verdict: verdictOf(results, contact.control, given),
    halted: tester.halted?.text,
    interrupted: signal.aborted,
    banner: contact.banner,
    names: contact.names,
    domainGuessed: contact.domainGuessed,
    control: contact.control,
    judgedBy: sink === undefined ? 'replies' : 'arrivals',
    ways: plan.ways.map(({ id }) => id),
    results,
    skipped: [...plan.skipped, ...untried(skipped, results)],
    account:
      account === undefined
        ? undefined
        : {
            user: account.user,
            login: account.login,
            signedIn: account.signedIn,
            results: account.opens.map(settle),
          },
  };
}

function unreachable(loss: Loss, { sink }: AuditRequest): AuditReport {
  return {
    verdict: 'unreachable',
    halted: loss.text,
    interrupted: loss.cause === 'interrupted',
    banner: '',
    names: undefined,
    domainGuessed: false,
    control: undefined,
    judgedBy: sink === undefined ? 'replies' : 'arrivals',
    ways: [],
    results: [],
    skipped: [],
    account: undefined,
  };
}

interface Plan {
  readonly ways: readonly Way[];
  readonly skipped: readonly Skipped[];
}

/** The ways that this server has. */
function planOf({ ways, destination }: AuditRequest, { extensions, knowsEhlo }: Contact): Plan {
  const wanted = WAYS.filter(({ id }) => ways === undefined || ways.includes(id));
  const skipped: Skipped[] = [];
  const possible = wanted.filter((way) => {
    if (way.tls && !destination.implicitTls && !extensions.has('STARTTLS'))
      return skip('over TLS', 'the server does not offer STARTTLS');
    if (!way.tls && destination.implicitTls) return skip('in clear text', 'the connection begins with TLS');
    if (way.hello === 'EHLO' && !knowsEhlo) return skip('after EHLO', 'the server does not know EHLO');
    return true;
  });
  return { ways: possible, skipped };

  function skip(what: string, reason: string): false {
    if (!skipped.some((one) => one.what === what)) skipped.push({ what, reason });
    return false;
  }
}

interface Surroundings {
  readonly request: AuditRequest;
  readonly system: AuditSystem;
}

async function tryAll(
  tester: Tester,
  { ways }: Plan,
  { request, system }: Surroundings,
): Promise<{ opens: readonly Open[]; skipped: ReadonlyMap<string, string> }> {
  const probes = request.probes ?? PROBES;
  const jobs = ways.map((way) => ({ way, probes: probes.filter((probe) => belongs(probe, way)) }));
  const total = jobs.reduce((sum, job) => sum + job.probes.length, 0);
  const opens: Open[] = [];
  const skipped = new Map<string, string>();
  let done = 0;
  for (const job of jobs) {
    const extensions = tester.halted ?? (await tester.scout(job.way));
    for (const probe of job.probes) {
      if (system.signal.aborted) return { opens, skipped };
      const tried = isLoss(extensions) ? unopened(extensions) : await tryOne(job.way, probe, extensions);
      if (tried !== undefined) opens.push({ way: job.way.id, probe, tried });
      done += 1;
      system.progress?.(done, total);
    }
  }
  return { opens, skipped };

  async function tryOne(
    way: Way,
    probe: Probe,
    extensions: ReadonlyMap<string, string>,
  ): Promise<Tried | undefined> {
    const means = {
      inbound: request.given.inbound !== undefined,
      sink: request.sink !== undefined,
      extensions,
    };
    const lack = missing(probe, means);
    if (lack !== undefined) {
      if (!skipped.has(probe.id)) skipped.set(probe.id, lack);
      return undefined;
    }
    return tester.halted === undefined ? tester.try(way, probe) : unopened(tester.halted);
  }
}

function unopened(loss: Loss): Tried {
  const outcome = { cause: loss.cause, text: `it was not tried: ${loss.text}` };
  return { attempt: { kind: 'lost', loss: outcome }, dialogue: [], doubt: undefined };
}

/** Tokens of messages that were accepted; those that must arrive if the server relays come first. */
function tokensOf(opens: readonly Open[]): readonly string[] {
  return opens.flatMap(({ tried: { attempt } }) =>
    (attempt.kind === 'accepted' || attempt.kind === 'watched') && attempt.token !== undefined
      ? [attempt.token]
      : [],
  );
}

function settled(
  { way, probe, tried }: Open,
  names: Names,
  { sink, waited }: { readonly sink: Sink | undefined; readonly waited: number },
): Result {
  const { attempt, dialogue, doubt } = tried;
  const token = 'token' in attempt ? attempt.token : undefined;
  const arrivals = sink?.arrivals.filter((arrival) => arrival.token === token);
  const { verdict, reason } = judge(probe, attempt, { doubt, arrivals, waited, names });
  return { probe, way, verdict, reason, dialogue };
}

const WORST_FIRST: readonly Verdict[] = ['relays', 'accepts', 'cannotTell'];

function verdictOf(
  results: readonly Result[],
  { accepted }: Control,
  given: GivenNames,
): AuditReport['verdict'] {
  const verdict = worst(results);
  // A server that refuses even what it should accept may refuse for another reason: a blocklist, a name it does not like.
  return verdict === 'closed' && given.inbound !== undefined && !accepted ? 'cannotTell' : verdict;
}

function worst(results: readonly Result[]): AuditReport['verdict'] {
  const found = WORST_FIRST.find((verdict) => results.some((result) => result.verdict === verdict));
  if (found === 'relays' || found === 'accepts' || found === 'cannotTell') return found;
  return results.length === 0 ? 'cannotTell' : 'closed';
}

/** Probes that were tried in no way. */
function untried(skipped: ReadonlyMap<string, string>, results: readonly Result[]): readonly Skipped[] {
  const tried = new Set(results.map(({ probe }) => probe.id));
  return [...skipped].filter(([id]) => !tried.has(id)).map(([what, reason]) => ({ what, reason }));
}
