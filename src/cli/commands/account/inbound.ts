/** Whether an account's addresses can receive mail at all. */
import { loadConfig, policySource } from '../../../config/mod.ts';
import { isAddressError, parseMailbox } from '../../../mail/mod.ts';
import { compilePolicy, locate } from '../../../policy/mod.ts';
import type { Call } from '../../command.ts';
import { locateConfig } from '../../configFile.ts';

/** Tells which of the addresses are not in an inbound domain, or in one that is rewritten: no mail is received for them. */
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
    if (isAddressError(mailbox)) continue;
    const located = locate(mailbox, policy);
    if (located.route?.kind !== 'inbound') {
      out.warn(`${mailbox.domain} is not an inbound domain, so no mail is received for ${address}.`);
    } else if (located.rewrites.length > 0) {
      const meant = located.mailbox.address;
      out.warn(
        `${mailbox.domain} is rewritten: mail for ${address} is mail for ${meant}, so ${meant} is the address to add.`,
      );
    }
  }
}
