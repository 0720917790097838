/**
 * What a worker goes by: configuration, policy, what is asked beside it, certificate. A reload replaces it as a whole. Changes are made one at a time, in
 * order, so that none goes on from what another has replaced meanwhile: a grant that a reload removed must not come back.
 */
import type { SecureContext } from 'node:tls';
import { policySource, screenSource, type Config } from '../config/mod.ts';
import type { FactsSettings } from '../facts/mod.ts';
import { compilePolicy, type Policy } from '../policy/mod.ts';
import { compileScreen, type ScreenRules } from '../screen/mod.ts';
import { createExclusive } from '../std/mod.ts';
import { factsSettings } from './settings.ts';

export interface InForce {
  readonly config: Config;
  readonly policy: Policy;
  readonly screen: ScreenRules;
  readonly facts: FactsSettings;
  readonly secureContext: SecureContext;
}

/** Reads the certificate that a configuration names. */
export type LoadCertificate = (config: Config) => Promise<SecureContext>;

export interface HeldInForce {
  readonly current: InForce;
  /** Puts `config` in force and runs `apply`. Rejects, with what was in force before still so, when either fails. */
  replace(config: Config, apply: () => Promise<void>): Promise<void>;
  /** Loads the certificate again; the old one stays when that fails, and the promise rejects. */
  renewCertificate(): Promise<void>;
}

export async function holdInForce(first: Config, load: LoadCertificate): Promise<HeldInForce> {
  const prepare = async (config: Config): Promise<InForce> => ({
    config,
    policy: compilePolicy(policySource(config)),
    screen: compileScreen(screenSource(config)),
    facts: factsSettings(config),
    secureContext: await load(config),
  });
  const exclusive = createExclusive();
  let current = await prepare(first);
  return {
    get current() {
      return current;
    },
    replace: (config, apply) =>
      exclusive(async () => {
        const before = current;
        try {
          current = await prepare(config);
          await apply();
        } catch (error) {
          current = before;
          throw error;
        }
      }),
    renewCertificate: () =>
      exclusive(async () => {
        const secureContext = await load(current.config);
        current = { ...current, secureContext };
      }),
  };
}
