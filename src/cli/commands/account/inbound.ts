/** Whether an account's addresses can receive mail at all. */
import { loadConfig, policySource } from '../../../config/mod.ts';
import { isAddressError, parseMailbox } from '../../../mail/mod.ts';
import { compilePolicy, locate } from '../../../policy/mod.ts';
import type { Call } from '../../command.ts';
import { locateConfig } from '../../configFile.ts';

/** Tells which of the addresses are not in an inbound domain: no mail is received for them. */
export async function warnNotInbound(call: Call<unknown>, addresses: readonly string[]): Promise<void> {
  const { out } = call;
  const path = await locateConfig(call);
  if (path === undefined) return;
  const loaded = await loadConfig(path);
  if ('problems' in loaded) {
    out.warn(`the configuration has problems, so cannot tell which domains are inbound. See: postern check`);
    return;
  }
  const policy = compilePolicy(policySource(loaded.config));
  for (const address of addresses) {
    const mailbox = parseMailbox(address);
    if (isAddressError(mailbox) || locate(mailbox, policy).route?.kind === 'inbound') continue;
    out.warn(`${mailbox.domain} is not an inbound domain, so no mail is received for ${address}.`);
  }
}
