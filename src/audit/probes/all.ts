/** All probes, in the order in which they are tried: what may count against us comes last. */
import type { Probe } from '../types.ts';
import { COMMANDS, HEADERS, INJECTION, SMUGGLING } from './content.ts';
import { FOREIGN } from './foreign.ts';
import { ENCAPSULATED, LOOKALIKES, ROUTED, ROUTED_FROM_LOCAL } from './routed.ts';
import { PLAIN, SENDERS } from './senders.ts';
import { GREETINGS, LOGINS, PARAMETERS, PRETENCES, STATES } from './session.ts';

export const PROBES: readonly Probe[] = [
  ...PLAIN,
  ...SENDERS,
  ...FOREIGN,
  ...ROUTED,
  ...ROUTED_FROM_LOCAL,
  ...ENCAPSULATED,
  ...LOOKALIKES,
  ...PARAMETERS,
  ...STATES,
  ...GREETINGS,
  ...PRETENCES,
  ...COMMANDS,
  ...HEADERS,
  ...SMUGGLING,
  ...INJECTION,
  ...LOGINS,
];
