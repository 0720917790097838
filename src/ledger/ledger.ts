/**
 * The ledger: what all workers count together. It lives in the supervisor; a worker asks it for a recipient whose grant has a
 * limit, and for no other.
 *
 * Answers come from memory. The file follows at most a second later and at the end, so that a restart fills no bucket anew; when
 * it cannot be written, `ledger.failed` says so once and counting goes on.
 */
import { errorText, type Clock, type Emit } from '../std/mod.ts';
import type { Level } from './bucket.ts';
import { Counters, type LimitedGrant, type LimitInUse, type Taken } from './counters.ts';
import type { Counting } from './counting.ts';
import type { LedgerEvents } from './events.ts';
import { openFile, type Changes, type LedgerFile } from './file.ts';
import { Gateways, type HostAddress, type Sighting, type Suspect } from './gateways.ts';
import { GuardCounts, type GuardAnswer, type Guarded, type GuardLimits, type LoginAttempt } from './guard.ts';
import { Refusals } from './refusals.ts';

/** Milliseconds. */
const WRITE_DELAY = 500;
const SWEEP_INTERVAL = 10_000;
/** A full table is told at most this often. Milliseconds. */
const FULL_SILENCE = 60_000;

export interface LedgerOptions {
  /** Of `ledger.db`. */
  readonly path: string;
  readonly clock: Clock;
  readonly emit: Emit<LedgerEvents>;
  /** So many EHLO names make a client suspect; asked each time. */
  readonly gatewayNames: () => number;
  /** When logins and unknown recipients are refused; asked each time. */
  readonly guard: () => GuardLimits;
  /** Addresses of and next to this machine; asked each time. */
  readonly host: () => readonly HostAddress[];
  /** The suspects are others now. */
  readonly onSuspects: () => void;
}

export class Ledger implements Disposable {
  readonly #options: LedgerOptions;
  readonly #file: LedgerFile;
  readonly #counters: Counters;
  readonly #gateways: Gateways;
  readonly #guard: GuardCounts;
  readonly #refusals: Refusals;
  readonly #sweeper: NodeJS.Timeout;
  #writer: NodeJS.Timeout | undefined;
  /** The last write failed, so the next one writes everything. */
  #behind = false;
  #closed = false;
  #fullToldAt = Number.NEGATIVE_INFINITY;

  /** Throws when the file can be neither used nor made. */
  constructor(options: LedgerOptions) {
    const { path, clock, emit } = options;
    const { file, kept, problem } = openFile(path);
    if (problem !== undefined) emit('ledger.failed', { path, error: problem });
    this.#options = options;
    this.#file = file;
    this.#counters = new Counters(kept.counters);
    this.#gateways = new Gateways(kept.suspects);
    this.#gateways.sweep(clock.now());
    this.#guard = new GuardCounts(kept.guard);
    this.#refusals = new Refusals(emit);
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_INTERVAL);
  }

  /** Counts one recipient on all of its counters, or on none. */
  take(countings: readonly Counting[]): Taken {
    const now = this.#options.clock.now();
    const taken = this.#counters.take(countings, now);
    switch (taken.kind) {
      case 'taken':
        this.#writeSoon();
        return taken;
      case 'limit':
        this.#refusals.refused(taken.counting, taken.until, now);
        return taken;
      case 'full':
        this.#tellFull(now);
        return taken;
      default:
        return taken satisfies never;
    }
  }

  /** A recipient was let in for a client by its address alone. */
  see(sighting: Sighting): void {
    const { clock, emit, gatewayNames, host, onSuspects } = this.#options;
    const suspect = this.#gateways.see(sighting, { now: clock.now(), enough: gatewayNames(), host });
    this.#writeSoon();
    if (suspect === undefined) return;
    const { client, grant, reason, names, examples } = suspect;
    emit('gateway.suspected', { client, grant, reason, names, examples });
    onSuspects();
  }

  /** Whether a login is verified, and how long its failure waits for the reply. */
  beforeLogin(attempt: LoginAttempt): GuardAnswer {
    return this.#guard.before(attempt, this.#options.guard(), this.#options.clock.now());
  }

  /** What became of a login that was verified. */
  afterLogin(attempt: LoginAttempt & { readonly accepted: boolean }): void {
    this.#guard.after(attempt, this.#options.guard(), this.#options.clock.now());
    this.#writeSoon();
  }

  /** A client asked for a recipient that does not exist. @returns how many of them are counted; null: there is no room. */
  unknownRecipient(network: string): Level | null {
    this.#writeSoon();
    return this.#guard.unknownRecipient(network, this.#options.guard(), this.#options.clock.now()) ?? null;
  }

  /** The networks whose logins and recipients fail the most. */
  guarded(most: number): readonly Guarded[] {
    return this.#guard.highest(most, this.#options.guard(), this.#options.clock.now());
  }

  /** The least recently seen first. */
  get suspects(): readonly Suspect[] {
    return [...this.#gateways.all().values()];
  }

  /** The limits that are used the most, the fullest first, as `grants` have them now. */
  fullest(most: number, grants: readonly LimitedGrant[]): readonly LimitInUse[] {
    return this.#counters.fullest(most, this.#options.clock.now(), grants);
  }

  /** Writes what is not in the file yet. */
  [Symbol.dispose](): void {
    this.#closed = true;
    clearInterval(this.#sweeper);
    clearTimeout(this.#writer);
    this.#write();
    this.#file[Symbol.dispose]();
  }

  #sweep(): void {
    const now = this.#options.clock.now();
    this.#counters.sweep(now);
    this.#refusals.sweep(now);
    this.#guard.sweep(this.#options.guard(), now);
    if (this.#gateways.sweep(now)) this.#options.onSuspects();
    this.#writeSoon();
  }

  #tellFull(now: number): void {
    if (Math.abs(now - this.#fullToldAt) < FULL_SILENCE) return;
    this.#fullToldAt = now;
    this.#options.emit('limit.tableFull', { counters: this.#counters.size });
  }

  #writeSoon(): void {
    if (this.#closed) return; // a last word of a worker that has ended
    this.#writer ??= setTimeout(() => this.#write(), WRITE_DELAY);
  }

  #write(): void {
    this.#writer = undefined;
    const changed = this.#takeChanges();
    if (!this.#behind && isEmpty(changed)) return;
    const all = {
      counters: this.#counters.all(),
      suspects: this.#gateways.all(),
      guard: this.#guard.all(),
    };
    try {
      this.#file.write(this.#behind ? all : changed, this.#behind);
      this.#behind = false;
    } catch (error) {
      if (!this.#behind)
        this.#options.emit('ledger.failed', { path: this.#options.path, error: errorText(error) });
      this.#behind = true;
    }
  }
  #takeChanges(): Changes {
    return {
      counters: this.#counters.takeChanges(),
      suspects: this.#gateways.takeChanges(),
      guard: this.#guard.takeChanges(),
    };
  }
}

function isEmpty({ counters, suspects, guard }: Changes): boolean {
  const { address, account, place, recipient } = guard.counts;
  return (
    [counters, suspects, address, account, place, recipient].every(({ size }) => size === 0) &&
    guard.places.length === 0
  );
}
