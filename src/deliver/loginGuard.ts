/**
 * Keeps a refused password from being offered again and again: thousands of waiting messages would otherwise each try it, and
 * a smarthost locks the account or the address for less.
 */
import type { Credentials } from './login.ts';
import type { Verdict } from './verdict.ts';

const HOLD_MS = 60_000;

export interface LoginGuard {
  /** What the same login at the same place ended in less than a minute ago. */
  recent(place: string, credentials: Credentials): Verdict | undefined;
  refused(place: string, credentials: Credentials, verdict: Verdict): void;
}

export function createLoginGuard(): LoginGuard {
  // Places come from the configuration, so there are few.
  const refusals = new Map<string, { password: string; until: number; verdict: Verdict }>();
  const nameOf = (place: string, { user }: Credentials): string => `${place} ${user}`;
  return {
    recent(place, credentials) {
      const refusal = refusals.get(nameOf(place, credentials));
      if (refusal === undefined || refusal.password !== credentials.password) return undefined;
      return performance.now() < refusal.until ? refusal.verdict : undefined;
    },
    refused(place, credentials, verdict) {
      const until = performance.now() + HOLD_MS;
      refusals.set(nameOf(place, credentials), { password: credentials.password, until, verdict });
    },
  };
}
