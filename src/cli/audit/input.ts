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

/** What is wrong; the first is told. A reader that notes something returns a stand-in, which nobody gets to see. */
class Notes {
  first: InputProblem | undefined;

  note(error: string, remedy: string): void {
    this.first ??= { error, remedy };
  }
}

export function readInput(host: string, options: AuditOptions): Input | InputProblem {
  const notes = new Notes();
  const target = readTarget(notes, host);
  const domain = options.domain === undefined ? undefined : readDomain(notes, options.domain);
  const inbound =
    options.inbound === undefined ? undefined : readAddress(notes, '--inbound', options.inbound);
  const outside = readAddress(notes, '--outside', options.outside);
  const own = domain ?? domainOf(inbound);
  if (own !== undefined && domainOf(outside) === own)
    notes.note(
      `--outside: ${outside} is in the domain of the server`,
      'Name an address in another domain, which the server has no business with.',
    );
  const sender = readAddress(notes, '--sender', options.sender);
  const input: Input = {
    target,
    given: { domain: own, inbound, outside, sender, helo: readName(notes, options.helo) },
    from: options.from === undefined ? undefined : readIp(notes, options.from),
    ways: options.ways === undefined ? undefined : readWays(notes, options.ways),
    sink: options.sink === undefined ? undefined : readSink(notes, options.sink),
    waitMs: 1000 * readNumber(notes, '--wait', options.wait, [0, 3600]),
    rate: options.rate === undefined ? undefined : readNumber(notes, '--rate', options.rate, [0.1, 1000]),
    replyMs: 1000 * readNumber(notes, '--timeout', options.timeout, [1, 600]),
    totalMs: 60_000 * readNumber(notes, '--max-time', options.maxTime, [1, 1440]),
    implicitTls: options.implicitTls === true || target.port === 465,
  };
  checkAccount(notes, options);
  return notes.first ?? input;
}

function checkAccount(notes: Notes, { account, passwordStdin }: AuditOptions): void {
  if (passwordStdin && account === undefined)
    notes.note(
      '--password-stdin: whose password is it?',
      'Add --account USER, or leave out --password-stdin.',
    );
  if (account !== undefined && !passwordStdin)
    notes.note(
      '--account: its password is missing',
      'Give it on standard input: printf %s "$PASSWORD" | postern audit … --account USER --password-stdin',
    );
}

function readTarget(notes: Notes, text: string): Target {
  const target = parseTarget(text);
  if (target === undefined)
    notes.note(
      `${text} is no host`,
      'Write a name or an address, such as mail.contoso.example, 192.0.2.1:25 or [2001:db8::1]:25.',
    );
  return target ?? { host: text, port: 0 };
}

function domainOf(address: string | undefined): string | undefined {
  return address?.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

function readDomain(notes: Notes, text: string): string {
  const domain = parseDomain(text);
  if (domain === undefined) notes.note(`--domain: ${text} is not a domain`, 'Write it as contoso.example.');
  return domain ?? text;
}

function readAddress(notes: Notes, option: string, text: string): string {
  const path = parseForwardPath(`<${text}>`);
  if (!isAddressError(path) && path.kind !== 'postmaster') return path.mailbox.address;
  notes.note(`${option}: ${text} is not an address`, 'Write it as name@domain.');
  return text;
}

function readName(notes: Notes, text: string): string {
  if (parseDomain(text) === undefined && parseLiteral(text) === undefined)
    notes.note(`--helo: ${text} is not a name`, 'Write a host name, or an address as [192.0.2.1].');
  return text;
}

function readIp(notes: Notes, text: string): string {
  const ip = parseIp(text);
  if (ip === undefined)
    notes.note(`--from: ${text} is not an IP address`, 'Write one of this machine, without its port.');
  return ip?.text ?? text;
}

function readSink(notes: Notes, text: string): SinkAddress {
  const target = parseTarget(text);
  const ip = parseIp(target?.host ?? '');
  // parseTarget() takes 25 for the port where none is.
  if (target === undefined || ip === undefined || !/:\d+$/.test(text))
    notes.note(
      `--sink: ${text} is not an address and a port`,
      'Write an address of this machine, such as 127.0.0.1:2525.',
    );
  return { address: ip?.text ?? text, port: target?.port ?? 0 };
}

function readWays(notes: Notes, text: string): readonly WayId[] {
  const names = WAYS.map(({ id }) => id);
  return text.split(',').flatMap((name) => {
    const way = names.find((id) => id === name.trim());
    if (way === undefined) notes.note(`--ways: there is no way ${name}`, `Choose from: ${names.join(', ')}.`);
    return way ?? [];
  });
}

function readNumber(
  notes: Notes,
  option: string,
  text: string,
  [least, most]: readonly [number, number],
): number {
  const value = /^\d{1,6}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  notes.note(
    `${option}: ${text} is not a number from ${least} to ${most}`,
    `For example ${option} ${Math.max(least, 5)}.`,
  );
  return least;
}
