/**
 * How many decisions a second of processor time makes, and how the cost of one grows with the number of rules.
 *
 *   node bench/decide.ts [SECONDS_PER_CELL]
 *
 * A policy of n rules has n domains in the routing table (inbound, `*.`, forward, rewrite, always relay), n grants with a
 * network each (every fourth IPv6, every tenth inside another), n accounts in grants of their own and n / 10 never rules.
 * The facts are made anew for each row, 4,096 of a kind, so that no row lives off the cache of another.
 */
import { parseDomain, parseMailbox } from '../src/mail/mod.ts';
import type { Domain, Mailbox } from '../src/mail/mod.ts';
import { compilePolicy, decide } from '../src/policy/mod.ts';
import type {
  Facts,
  GrantSource,
  NeverSource,
  PolicySource,
  RouteAction,
  RouteSource,
} from '../src/policy/mod.ts';
import { parseIp, rangeOf } from '../src/std/mod.ts';
import type { IpAddress, IpRange } from '../src/std/mod.ts';

const SIZES = [10, 100, 1_000, 10_000, 100_000];
/** What is asked, and whether all of it must be accepted. */
const KINDS = {
  inbound: true,
  forward: true,
  rewrite: true,
  granted: true,
  'granted v6': true,
  'signed in': true,
  stranger: false,
  never: false,
  'deep name': false,
} as const;
type Kind = keyof typeof KINDS;
const KIND_NAMES: readonly Kind[] = [
  'inbound',
  'forward',
  'rewrite',
  'granted',
  'granted v6',
  'signed in',
  'stranger',
  'never',
  'deep name',
];
const SAMPLES = 4_096;
const BATCH = 20_000;
const PLACE = { file: 'bench.yaml', line: 1, column: 1 };
const seconds = Number(process.argv[2] ?? 0.25);

function domain(text: string): Domain {
  const parsed = parseDomain(text);
  if (parsed === undefined) throw new Error(`not a domain: ${text}`);
  return parsed;
}

function mailbox(text: string): Mailbox {
  const parsed = parseMailbox(text);
  if ('error' in parsed) throw new Error(`not an address: ${text}`);
  return parsed;
}

function ip(text: string): IpAddress {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(`not an address: ${text}`);
  return parsed;
}

/** Network i: 10.x.y.z/28, or 2001:db8:x:y::/64; every tenth IPv4 one is the /20 around it. */
function network(i: number): IpRange {
  if (i % 4 === 3) return rangeOf(ip(`fd00:${(i >>> 16).toString(16)}:${(i & 65535).toString(16)}::`), 64);
  const base = 0x0a000000 + i * 16;
  return i % 10 === 0
    ? { family: 4, first: base - (base % 4096), last: base - (base % 4096) + 4095 }
    : { family: 4, first: base, last: base + 15 };
}

function action(i: number): RouteAction {
  switch (i % 5) {
    case 0:
    case 1:
      return { kind: 'inbound' };
    case 2:
      return { kind: 'forward', to: { host: 'inner.example', port: 25 } };
    case 3:
      return { kind: 'rewrite', to: domain(`d${i - 3}.example`) };
    default:
      return { kind: 'alwaysRelay' };
  }
}

function source(rules: number): PolicySource {
  const numbers = Array.from({ length: rules }, (_, i) => i);
  const routes = numbers.map((i): RouteSource => ({
    domain: domain(`d${i}.example`),
    subdomains: i % 5 === 1,
    action: action(i),
    place: PLACE,
  }));
  const never = numbers
    .filter((i) => i % 10 === 5)
    .map((i): NeverSource => {
      const first = 0xac100000 + i * 8;
      return { name: `never${i}`, from: [{ family: 4, first, last: first + 7 }], place: PLACE };
    });
  const allow = numbers.flatMap((i): GrantSource[] => [
    { name: `net${i}`, from: [network(i)], place: PLACE },
    { name: `account${i}`, authenticated: [`a${i}@d0.example`], place: PLACE },
  ]);
  return { reroute: true, routes, never, allow, literals: [], postmasterDomain: domain('d0.example') };
}

/** The i-th facts of a kind, for a policy of `rules` rules. */
function facts(kind: Kind, i: number, rules: number): Facts {
  const pick = (i * 7_919) % rules;
  const five = pick - (pick % 5);
  const stranger = ip(`203.0.${i >>> 8}.${i & 255}`);
  const base: Facts = {
    client: stranger,
    localAddress: ip('192.0.2.1'),
    listener: 'internet',
    account: undefined,
    sender: mailbox(`s${i}@sender.test`),
    recipient: mailbox(`r${i}@host${i}.outside.test`),
    mailbox: 'known',
    at: 0,
  };
  switch (kind) {
    case 'inbound':
      return { ...base, recipient: mailbox(`r${i}@host${i}.d${five + 1}.example`) };
    case 'forward':
      return { ...base, recipient: mailbox(`r${i}@d${five + 2}.example`) };
    case 'rewrite':
      return { ...base, recipient: mailbox(`r${i}@d${five + 3}.example`) };
    case 'granted': {
      const range = network(pick - (pick % 4));
      return { ...base, client: range.family === 4 ? ip(dotted(range.first + (i % 16))) : base.client };
    }
    case 'granted v6': {
      const { first } = network(pick - (pick % 4) + 3 < rules ? pick - (pick % 4) + 3 : 3);
      return { ...base, client: ip(`${hextets(BigInt(first))}:0:0:1:${(i & 65535).toString(16)}`) };
    }
    case 'signed in':
      return { ...base, account: `a${pick}@d0.example` };
    case 'never':
      return { ...base, client: ip(dotted(0xac100000 + (pick - (pick % 10) + 5) * 8 + (i % 8))) };
    case 'deep name':
      return { ...base, recipient: mailbox(`r@${'a.'.repeat(100)}x${i}.test`) };
    case 'stranger':
      return base;
    default:
      return kind satisfies never;
  }
}

function dotted(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

function hextets(value: bigint): string {
  return [112n, 96n, 80n, 64n].map((shift) => ((value >> shift) & 0xffffn).toString(16)).join(':');
}

/** Decisions per second over `samples`, round and round; throws when one is not as it must be. */
function rate(samples: readonly Facts[], policy: ReturnType<typeof compilePolicy>, accept: boolean): number {
  const verdict = accept ? 'accepted' : 'refused';
  let decisions = 0;
  let asExpected = 0;
  const begin = processorSeconds();
  let used = 0;
  while (used < seconds) {
    for (let i = 0; i < BATCH; i += 1) {
      const sample = samples[(decisions + i) % SAMPLES];
      if (sample !== undefined && decide(sample, policy).verdict === verdict) asExpected += 1;
    }
    decisions += BATCH;
    used = processorSeconds() - begin;
  }
  if (asExpected !== decisions) throw new Error(`${decisions - asExpected} decisions are not ${verdict}`);
  return decisions / used;
}

/** Processor time of this process, all threads: what others do on the machine hardly counts. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function row(cells: readonly (string | number)[]): string {
  return cells
    .map((cell) => (typeof cell === 'number' ? Math.round(cell).toLocaleString('en') : cell).padStart(11))
    .join(' ');
}

console.log(`Decisions per second of processor time, Node ${process.versions.node}`);
console.log(row(['rules', 'compile ms', ...Object.keys(KINDS)]));
for (const rules of SIZES) {
  const configured = source(rules);
  const begin = processorSeconds();
  const policy = compilePolicy(configured);
  const compiled = (processorSeconds() - begin) * 1000;
  const rates = KIND_NAMES.map((kind) => {
    const samples = Array.from({ length: SAMPLES }, (_, i) => facts(kind, i, rules));
    rate(samples, policy, KINDS[kind]); // warms up
    return rate(samples, policy, KINDS[kind]);
  });
  console.log(row([rules, compiled, ...rates]));
}
