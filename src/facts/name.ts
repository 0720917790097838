/** Whether a client has a name that leads back to its address: "iprev" of RFC 8601 3. */
import type { Resolver } from '../dns/mod.ts';
import type { IpAddress } from '../std/mod.ts';
import type { ForwardConfirmed } from './types.ts';

/** Names that are followed, in the order of the answer; RFC 8601 3 wants a limit, for whoever owns the address writes them. */
export const MAX_NAMES = 4;

/** What can be asked for and may stand in a log line. Underscores do occur. */
const HOST = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;
const MAX_NAME = 253;

export async function confirmName(
  client: IpAddress,
  resolver: Resolver,
  signal: AbortSignal,
): Promise<ForwardConfirmed> {
  const answer = await resolver.names(client, signal);
  if (answer.kind === 'temporary') return { kind: 'unknown' };
  if (answer.kind !== 'found') return { kind: 'none' };
  let unsure = false;
  // One after the other, so that a client costs one question at a time.
  for (const name of answer.records.slice(0, MAX_NAMES)) {
    if (!isHost(name)) continue;
    const forward = await resolver.addresses(name, signal, client.family);
    if (forward.kind === 'temporary') unsure = true;
    if (forward.kind !== 'found') continue;
    if (forward.addresses.some(({ text }) => text === client.text)) return { kind: 'confirmed', name };
  }
  return unsure ? { kind: 'unknown' } : { kind: 'unconfirmed', name: printable(answer.records[0] ?? '') };
}

function isHost(name: string): boolean {
  return name.length <= MAX_NAME && HOST.test(name);
}

function printable(name: string): string {
  return name.slice(0, MAX_NAME).replaceAll(/[^!-~]/g, '?');
}
