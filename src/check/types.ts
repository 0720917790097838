/** What is looked at beside the configuration, and what comes of looking. */
import type { Config } from '../config/mod.ts';
import type { Mailbox } from '../mail/mod.ts';
import type { MailboxFact, Place, PolicyTestResult } from '../policy/mod.ts';
import type { Proof } from '../proof/mod.ts';
import type { IpAddress } from '../std/mod.ts';

/** What is known of the machine. Undefined: it could not be read, which is "cannot tell" and never "no". */
export interface HostFacts {
  /** Those that are up and have an address. */
  readonly interfaces: readonly HostInterface[] | undefined;
  /** Where packets go that have no other way: the next router. Empty: there is none. */
  readonly gateways: readonly IpAddress[] | undefined;
  /** Whether the kernel passes packets on from one interface to another. */
  readonly forwards4: boolean | undefined;
  readonly forwards6: boolean | undefined;
  /** Whether Postern runs in a container, where the gateway is the host and may stand for everybody. */
  readonly inContainer: boolean | undefined;
}

export interface HostInterface {
  readonly name: string;
  readonly loopback: boolean;
  /** A bridge of containers or virtual machines (docker0, br-…, cni0, podman0, …), told by its name. */
  readonly bridge: boolean;
  readonly addresses: readonly IpAddress[];
  /** Linux, IPv4 (RFC 3704): what holds is the greater of the settings `all` and of the interface. */
  readonly reversePathFilter: 'off' | 'strict' | 'loose' | undefined;
}

/** `error`: the configuration is not put in force. `warning`: it is, and the log says so. `note`: worth knowing. */
export type Severity = 'error' | 'warning' | 'note';

/** What a rule of the findings found, in one place of the file. */
export interface Draft {
  readonly place: Place;
  /** With a concrete example; no full stop. */
  readonly message: string;
  /** One or more whole sentences. */
  readonly remedy: string;
  /** The administrator has written `iUnderstand` for exactly this. */
  readonly acknowledged?: boolean;
}

/** What every rule of the findings is given. */
export interface Scene {
  readonly config: Config;
  readonly proof: Proof;
  /** Undefined: nobody looked, because the configuration is not for this machine. */
  readonly host: HostFacts | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The directory, asked for mailboxes and accounts. */
  readonly lookup: (mailbox: Mailbox) => MailboxFact;
}

export interface Finding<Code extends string = string> extends Omit<Draft, 'acknowledged'> {
  readonly code: Code;
  readonly severity: Severity;
  /** With the sentence that the configuration demands; it stays in sight and is no warning any more. */
  readonly acknowledged: boolean;
}

/** Everything that can be said of a configuration before it is put in force. */
export interface Examination<Code extends string = string> {
  /** In the order of the file. */
  readonly tests: readonly PolicyTestResult[];
  readonly proof: Proof;
  /** Errors first, then warnings and notes, each in the order of the file. */
  readonly findings: readonly Finding<Code>[];
  /** What could not be looked at, and why, in sentences. */
  readonly untold: readonly string[];
}
