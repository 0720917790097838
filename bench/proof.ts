/**
 * How long the proof of a policy and the difference of two take, and how much memory, at n rules of a kind.
 *
 *   node bench/proof.ts [RULES]
 *
 * Each row is a process of its own, so that its peak memory is its own; the time is processor time. A policy has RULES domains in the routing table
 * (default 10,000) and RULES grants of the kind that the row names.
 */
import { spawnSync } from 'node:child_process';
import { parseDomain } from '../src/mail/mod.ts';
import type { Domain } from '../src/mail/mod.ts';
import type {
  AddressPattern,
  GrantSource,
  NeverSource,
  PolicySource,
  RouteSource,
} from '../src/policy/mod.ts';
import { difference, prove } from '../src/proof/mod.ts';
import type { IpRange } from '../src/std/mod.ts';

const PLACE = { file: 'bench.yaml', line: 1, column: 1 };
const NOW = Date.UTC(2026, 10, 24);
const rules = Number(process.argv[2] ?? 10_000);

function domain(text: string): Domain {
  const parsed = parseDomain(text);
  if (parsed === undefined) throw new Error(`not a domain: ${text}`);
  return parsed;
}

/** Network i of `side` (0 or 1): 10.x.y.z/29, every fourth an IPv6 /64; those of two sides are apart. */
function network(i: number, side: number): IpRange {
  if (i % 4 === 3) {
    const first = (0xfd00n << 112n) + (BigInt(2 * i + side) << 64n);
    return { family: 6, first, last: first + 2n ** 64n - 1n };
  }
  const first = 0x0a000000 + (2 * i + side) * 8;
  return { family: 4, first, last: first + 7 };
}

function pattern(i: number, side: number): AddressPattern {
  const name = domain(`p${side}-${i}.example`);
  return i % 3 === 0 ? { kind: 'subdomains', domain: name } : { kind: 'domain', domain: name };
}

type Conditions = Omit<GrantSource, 'name' | 'place'>;

/** Grant i of a policy; `side` 1 is another policy. */
const KINDS: Record<string, (i: number, side: number) => Conditions> = {
  networks: (i, side) => ({ from: [network(i, side)] }),
  accounts: (i, side) => ({ authenticated: [`a${i}-${side}@d0.example`, `b${i}@d0.example`] }),
  recipients: (i, side) => ({ authenticated: 'any', recipients: [pattern(i, side)] }),
  'networks and senders': (i, side) => ({ from: [network(i, side)], senders: [pattern(i, 0)] }),
  'networks and recipients': (i, side) => ({ from: [network(i, 0)], recipients: [pattern(i, side)] }),
  mixed: (i, side) => {
    if (i % 2 === 0) return { from: [network(i, side)] };
    return i % 3 === 0
      ? { authenticated: [`a${i}@d0.example`] }
      : { from: [network(i, 0)], senders: [pattern(i, 0)] };
  },
};

function source(kind: string, side: number): PolicySource {
  const numbers = Array.from({ length: rules }, (_, i) => i);
  const routes = numbers.map((i): RouteSource => ({
    domain: domain(`d${i}.example`),
    subdomains: i % 5 === 1,
    action:
      i % 5 === 2
        ? { kind: 'forward', to: { host: 'inner.example', port: 25 } }
        : i % 5 === 3
          ? { kind: 'rewrite', to: domain(`d${i - 3}.example`) }
          : i % 5 === 4
            ? { kind: 'alwaysRelay' }
            : { kind: 'inbound' },
    place: PLACE,
  }));
  const never = numbers
    .filter((i) => i % 10 === 5)
    .map((i): NeverSource => {
      const first = 0xac100000 + i * 8;
      return { name: `never${i}`, from: [{ family: 4, first, last: first + 7 }], place: PLACE };
    });
  const conditions = KINDS[kind];
  if (conditions === undefined) throw new Error(`no such kind: ${kind}`);
  const allow = numbers.map((i) => ({ name: `g${i}`, place: PLACE, ...conditions(i, side) }));
  return { reroute: true, routes, never, allow, literals: [], postmasterDomain: domain('d0.example') };
}

/** The first policy with one thing changed. */
function edited(kind: string): PolicySource {
  const before = source(kind, 0);
  const allow = before.allow.toSpliced(Math.floor(rules / 2), 1);
  return { ...before, allow };
}

const TASKS: Record<string, (kind: string) => () => string> = {
  prove: (kind) => {
    const policy = source(kind, 0);
    return () => {
      const { openings, reach, classes } = prove(policy, { now: NOW });
      const reached = reach.filter((entry) => entry.reached).length;
      return `${openings.length} openings, ${reached} grants reached, ${classes} classes decided`;
    };
  },
  'one edit': (kind) => differenceOf(source(kind, 0), edited(kind)),
  'all different': (kind) => differenceOf(source(kind, 0), source(kind, 1)),
};

function differenceOf(before: PolicySource, after: PolicySource): () => string {
  return () => {
    const { changes, renamed } = difference(before, after, { now: NOW });
    return `${changes.length} changes, ${renamed.length} renamed`;
  };
}

const [task, kind] = process.argv.slice(3);
if (task === undefined || kind === undefined) {
  console.log(`At ${rules.toLocaleString('en')} rules and as many domains, Node ${process.versions.node}`);
  for (const name of Object.keys(KINDS)) {
    for (const what of Object.keys(TASKS)) {
      const { stdout, stderr } = spawnSync(process.execPath, [
        import.meta.filename,
        String(rules),
        what,
        name,
      ]);
      console.log(`${name.padEnd(24)} ${what.padEnd(14)} ${String(stdout)}${String(stderr)}`.trimEnd());
    }
  }
} else {
  const run = TASKS[task]?.(kind);
  if (run === undefined) throw new Error(`no such task: ${task}`);
  const begin = processorTime();
  const result = run();
  const ms = Math.round(processorTime() - begin);
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(`${String(ms).padStart(7)} ms ${String(peak).padStart(5)} MiB at most   ${result}`);
}

/** Milliseconds of this process, all threads: what others do on the machine hardly counts. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
