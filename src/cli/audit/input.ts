/** What was typed, as values; what cannot be is a problem that says how to mend it. */
import { parseTarget, WAYS } from '../../audit/mod.ts';
import type { GivenNames, SinkAddress, Target, WayId } from '../../audit/mod.ts';
import { isAddressError, parseDomain, parseForwardPath, parseLiteral } from '../../mail/mod.ts';
import { parseIp } from '../../std/mod.ts';

export interface AuditOptions {
  readonly domain?: string;
  readonly inbound?: string;
  readonly outside: string;
  readonly sender: string;
  readonly helo: string;
  readonly from?: string;
  readonly ways?: string;
  readonly sink?: string;
  readonly wait: string;
  readonly rate?: string;
  readonly timeout: string;
  readonly maxTime: string;
  readonly implicitTls?: true;
  readonly account?: string;
  readonly passwordStdin?: true;
  readonly iRunThisServer?: true;
}

export interface InputProblem {
  readonly error: string;
  readonly remedy: string;
}

export interface Input {
  readonly target: Target;
  readonly given: GivenNames;
  /** The address of ours to connect from. */
  readonly from: string | undefined;
  /** Undefined: all. */
  readonly ways: readonly WayId[] | undefined;
  readonly sink: SinkAddress | undefined;
  readonly waitMs: number;
  /** Commands a second; undefined: not said. */
  readonly rate: number | undefined;
  readonly replyMs: number;
  readonly totalMs: number;
  readonly implicitTls: boolean;
}

export function isInputProblem(value: object): value is InputProblem {
  return 'error' in value && 'remedy' in value;
}

/** Thrown within this file only. */
class Wrong extends Error {
  readonly remedy: string;
  constructor(error: string, remedy: string) {
    super(error);
    this.remedy = remedy;
  }
}

export function readInput(host: string, options: AuditOptions): Input | InputProblem {
  try {
    return read(host, options);
  } catch (error) {
    if (error instanceof Wrong) return { error: error.message, remedy: error.remedy };
    throw error;
  }
}

function read(host: string, options: AuditOptions): Input {
  const target = parseTarget(host);
  if (target === undefined)
    throw new Wrong(
      `${host} is no host`,
      'Write a name or an address, such as mail.contoso.example, 192.0.2.1:25 or [2001:db8::1]:25.',
    );
  const domain = options.domain === undefined ? undefined : readDomain('--domain', options.domain);
  const inbound = options.inbound === undefined ? undefined : readAddress('--inbound', options.inbound);
  const outside = readAddress('--outside', options.outside);
  const own = domain ?? domainOf(inbound);
  if (own !== undefined && domainOf(outside) === own)
    throw new Wrong(
      `--outside: ${outside} is in the domain of the server`,
      'Name an address in another domain, which the server has no business with.',
    );
  if (options.passwordStdin && options.account === undefined)
    throw new Wrong(
      '--password-stdin: whose password is it?',
      'Add --account USER, or leave out --password-stdin.',
    );
  if (options.account !== undefined && !options.passwordStdin)
    throw new Wrong(
      '--account: its password is missing',
      'Give it on standard input: printf %s "$PASSWORD" | postern audit … --account USER --password-stdin',
    );
  return {
    target,
    given: {
      domain: own,
      inbound,
      outside,
      sender: readAddress('--sender', options.sender),
      helo: readName('--helo', options.helo),
    },
    from: options.from === undefined ? undefined : readIp('--from', options.from),
    ways: options.ways === undefined ? undefined : readWays(options.ways),
    sink: options.sink === undefined ? undefined : readSink(options.sink),
    waitMs: 1000 * readNumber('--wait', options.wait, 0, 3600),
    rate: options.rate === undefined ? undefined : readNumber('--rate', options.rate, 0.1, 1000),
    replyMs: 1000 * readNumber('--timeout', options.timeout, 1, 600),
    totalMs: 60_000 * readNumber('--max-time', options.maxTime, 1, 1440),
    implicitTls: options.implicitTls === true || target.port === 465,
  };
}

function domainOf(address: string | undefined): string | undefined {
  return address?.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

function readDomain(option: string, text: string): string {
  const domain = parseDomain(text);
  if (domain === undefined)
    throw new Wrong(`${option}: ${text} is not a domain`, 'Write it as contoso.example.');
  return domain;
}

function readAddress(option: string, text: string): string {
  const path = parseForwardPath(`<${text}>`);
  if (isAddressError(path) || path.kind === 'postmaster')
    throw new Wrong(`${option}: ${text} is not an address`, 'Write it as name@domain.');
  return path.mailbox.address;
}

function readName(option: string, text: string): string {
  if (parseDomain(text) === undefined && parseLiteral(text) === undefined)
    throw new Wrong(`${option}: ${text} is not a name`, 'Write a host name, or an address as [192.0.2.1].');
  return text;
}

function readIp(option: string, text: string): string {
  const ip = parseIp(text);
  if (ip === undefined)
    throw new Wrong(
      `${option}: ${text} is not an IP address`,
      'Write one of this machine, without its port.',
    );
  return ip.text;
}

function readSink(text: string): SinkAddress {
  const target = parseTarget(text);
  const ip = parseIp(target?.host ?? '');
  // parseTarget() takes 25 for the port where none is.
  if (target === undefined || ip === undefined || !/:\d+$/.test(text))
    throw new Wrong(
      `--sink: ${text} is not an address and a port`,
      'Write an address of this machine, such as 127.0.0.1:2525.',
    );
  return { address: ip.text, port: target.port };
}

function readWays(text: string): readonly WayId[] {
  const names = WAYS.map(({ id }) => id);
  return text.split(',').map((name) => {
    const way = names.find((id) => id === name.trim());
    if (way === undefined)
      throw new Wrong(`--ways: there is no way ${name}`, `Choose from: ${names.join(', ')}.`);
    return way;
  });
}

function readNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,6}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most))
    throw new Wrong(
      `${option}: ${text} is not a number from ${least} to ${most}`,
      `For example ${option} ${Math.max(least, 5)}.`,
    );
  return value;
}
