/** What was typed, as values. What is not well formed, or fits nothing in the configuration, is a problem and never ignored. */
import { suggest } from '../../config/mod.ts';
import type { Config, ListenerConfig } from '../../config/mod.ts';
import {
  describeAddressError,
  isAddressError,
  parseForwardPath,
  parseReversePath,
  postmasterAt,
} from '../../mail/mod.ts';
import type { Domain, Mailbox, ReversePath } from '../../mail/mod.ts';
import { parseIp } from '../../std/mod.ts';
import type { IpAddress } from '../../std/mod.ts';
import { isInputProblem } from '../inputProblem.ts';
import type { InputProblem } from '../inputProblem.ts';
import { readMoment } from '../moment.ts';

export interface ExplainOptions {
  readonly from: string;
  readonly toAddress?: string;
  readonly listener?: string;
  readonly account?: string;
  readonly sender?: string;
  readonly at?: string;
}

export interface Input {
  readonly client: IpAddress;
  /** undefined: not said. */
  readonly localAddress: IpAddress | undefined;
  readonly listener: ListenerConfig | undefined;
  /** As typed. */
  readonly login: string | undefined;
  readonly sender: ReversePath | undefined;
  readonly recipient: Mailbox;
  readonly at: number;
}

export interface InputContext {
  readonly config: Config;
  readonly postmasterDomain: Domain;
  readonly now: number;
}

/** Reads the command line of `postern explain`. */
export function readInput(
  recipient: string,
  options: ExplainOptions,
  { config, postmasterDomain, now }: InputContext,
): Input | InputProblem {
  const client = readAddress('--from', options.from);
  if (isInputProblem(client)) return client;
  const localAddress =
    options.toAddress === undefined ? undefined : readAddress('--to-address', options.toAddress);
  if (localAddress !== undefined && isInputProblem(localAddress)) return localAddress;
  const listener = options.listener === undefined ? undefined : readListener(options.listener, config);
  if (listener !== undefined && isInputProblem(listener)) return listener;
  const sender = options.sender === undefined ? undefined : readSender(options.sender);
  if (sender !== undefined && sender !== null && isInputProblem(sender)) return sender;
  const mailbox = readRecipient(recipient, postmasterDomain);
  if (isInputProblem(mailbox)) return mailbox;
  const at = options.at === undefined ? now : readMoment('--at', options.at);
  if (typeof at === 'object') return at;
  return { client, localAddress, listener, login: options.account, sender, recipient: mailbox, at };
}

function readAddress(option: string, text: string): IpAddress | InputProblem {
  return (
    parseIp(text) ?? {
      error: `${option}: ${text} is not an IP address`,
      remedy: 'Write a single address, such as 192.0.2.1 or 2001:db8::1, without leading zeros.',
    }
  );
}

function readListener(name: string, { listeners }: Config): ListenerConfig | InputProblem {
  const found = listeners.find((listener) => listener.name === name);
  if (found !== undefined) return found;
  const names = listeners.map((listener) => listener.name);
  const meant = suggest(name, names);
  return {
    error: `--listener: there is no listener ${name}${meant === undefined ? '' : `: did you mean ${meant}?`}`,
    remedy: `The configuration has: ${names.join(', ')}.`,
  };
}

function readSender(text: string): ReversePath | InputProblem {
  const path = parseReversePath(bracketed(text));
  if (!isAddressError(path)) return path;
  return {
    error: `--sender: ${text} is not an address. ${describeAddressError(path)}`,
    remedy: 'Write it as name@domain, or <> for the null reverse-path.',
  };
}

/** Read as the session reads it: a source route is dropped, and postmaster needs no domain. */
function readRecipient(text: string, postmasterDomain: Domain): Mailbox | InputProblem {
  const path = parseForwardPath(bracketed(text));
  if (isAddressError(path)) {
    return {
      error: `${text} is not an address. ${describeAddressError(path)}`,
      remedy: 'Write it as name@domain.',
    };
  }
  return path.kind === 'postmaster' ? postmasterAt(postmasterDomain) : path.mailbox;
}

function bracketed(text: string): string {
  return text.startsWith('<') && text.endsWith('>') ? text : `<${text}>`;
}
