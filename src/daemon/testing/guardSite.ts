/** Workers that share a supervisor with its ledger: who guesses is counted as in the daemon, at a time of the test. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Ledger, type GuardLimits } from '../../ledger/mod.ts';
import { parseDomain, type Domain } from '../../mail/mod.ts';
import type { Guard } from '../../session/mod.ts';
import { parseCidr } from '../../std/mod.ts';
import { createGuard } from '../guard.ts';
import { replyTo, SupervisorChannel, takeNote, type UpwardHandlers } from '../upward.ts';

const ACCOUNTS = {
  defaultDomain: domain('x.test'),
  ntDomains: new Map([['X', domain('x.test')]]),
  sendAs: 'own',
  sendAsExempt: [],
  mayAlsoSendAs: new Map(),
} as const;

function domain(text: string): Domain {
  return parseDomain(text) ?? assert.fail();
}

export interface GuardSite {
  now: number;
  /** Another worker with the same supervisor. */
  readonly worker: () => Guard;
}

export interface GuardSiteOptions {
  readonly limits: GuardLimits;
  /** It answers nothing. */
  readonly deaf?: true;
  /** `guard.allow`. */
  readonly allow?: string;
}

/** A supervisor with its ledger. */
export function guardSite(t: TestContext, options: GuardSiteOptions): GuardSite {
  const folder = mkdtempSync(join(tmpdir(), 'postern-guard-'));
  const made = { now: 0 };
  const clock = { now: () => made.now };
  const allow = [parseCidr(options.allow ?? '203.0.113.0/24') ?? assert.fail()];
  const ledger = new Ledger({
    path: join(folder, 'ledger.db'),
    clock,
    emit: () => undefined,
    gatewayNames: () => 5,
    guard: () => options.limits,
    host: () => [],
    onSuspects: () => undefined,
  });
  t.after(() => {
    ledger[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });
  const handlers: UpwardHandlers = {
    asks: {
      takeLimits: (countings) => ledger.take(countings),
      beforeLogin: (attempt) => ledger.beforeLogin(attempt),
      unknownRecipient: (network) => ledger.unknownRecipient(network),
    },
    notes: {
      sighting: () => undefined,
      turn: () => undefined,
      history: () => undefined,
      afterLogin: (end) => ledger.afterLogin(end),
    },
  };
  const worker = (): Guard => {
    const supervisor = new SupervisorChannel((message) => {
      if (options.deaf === true) return;
      if (message.kind === 'note') takeNote(handlers, message);
      else queueMicrotask(() => supervisor.settle(replyTo(handlers, message)));
    });
    return createGuard({
      inForce: () => ({ config: { guard: { ...options.limits, allow }, accounts: ACCOUNTS } }),
      supervisor,
      clock,
    });
  };
  return Object.assign(made, { worker });
}
