/**
 * Sets of senders or recipients, closed under and, or and not: for each domain, each domain's subdomains and each
 * address that some table names, whether it is in; and whether all the others are. The most specific entry counts.
 *
 * Domains are texts here, lower case, since Postfix's tables hold names that are no domains.
 */
export interface MailboxSet {
  /** Every domain that no entry fits. */
  readonly others: boolean;
  /** The null reverse-path. */
  readonly null: boolean;
  readonly domains: ReadonlyMap<string, boolean>;
  /** Every domain below this one. */
  readonly below: ReadonlyMap<string, boolean>;
  /** `local@domain` */
  readonly addresses: ReadonlyMap<string, boolean>;
}

const NONE: ReadonlyMap<string, boolean> = new Map();

export const ALL_MAILBOXES: MailboxSet = {
  others: true,
  null: true,
  domains: NONE,
  below: NONE,
  addresses: NONE,
};
export const NO_MAILBOX: MailboxSet = {
  others: false,
  null: false,
  domains: NONE,
  below: NONE,
  addresses: NONE,
};

/** Whether an address (`''`: the null reverse-path) is in; lower case. */
export function holdsMailbox(set: MailboxSet, address: string): boolean {
  if (address === '') return set.null;
  return set.addresses.get(address) ?? holdsDomain(set, address.slice(address.lastIndexOf('@') + 1));
}

/** Whether the addresses of a domain that no entry names are in. */
export function holdsDomain(set: MailboxSet, domain: string): boolean {
  return set.domains.get(domain) ?? holdsSubdomains(set, parentOf(domain));
}

/** Whether the domains below `domain` that no entry names are in. */
function holdsSubdomains(set: MailboxSet, domain: string | undefined): boolean {
  for (let above = domain; above !== undefined; above = parentOf(above)) {
    const found = set.below.get(above);
    if (found !== undefined) return found;
  }
  return set.others;
}

function parentOf(domain: string): string | undefined {
  const dot = domain.indexOf('.');
  return dot === -1 ? undefined : domain.slice(dot + 1);
}

export function not(set: MailboxSet): MailboxSet {
  const inverse = (entries: ReadonlyMap<string, boolean>) =>
    new Map([...entries].map(([key, value]): [string, boolean] => [key, !value]));
  return {
    others: !set.others,
    null: !set.null,
    domains: inverse(set.domains),
    below: inverse(set.below),
    addresses: inverse(set.addresses),
  };
}

export function both(one: MailboxSet, other: MailboxSet): MailboxSet {
  return combine(one, other, (a, b) => a && b);
}

export function either(one: MailboxSet, other: MailboxSet): MailboxSet {
  return combine(one, other, (a, b) => a || b);
}

type Join = (one: boolean, other: boolean) => boolean;

function combine(one: MailboxSet, other: MailboxSet, join: Join): MailboxSet {
  const keys = (pick: (set: MailboxSet) => ReadonlyMap<string, boolean>) =>
    new Set([...pick(one).keys(), ...pick(other).keys()]);
  const entries = (
    names: ReadonlySet<string>,
    holds: (set: MailboxSet, key: string) => boolean,
  ): ReadonlyMap<string, boolean> =>
    new Map([...names].map((key): [string, boolean] => [key, join(holds(one, key), holds(other, key))]));
  return slim({
    others: join(one.others, other.others),
    null: join(one.null, other.null),
    below: entries(
      keys((set) => set.below),
      holdsSubdomains,
    ),
    domains: entries(
      keys((set) => set.domains),
      holdsDomain,
    ),
    addresses: entries(
      keys((set) => set.addresses),
      holdsMailbox,
    ),
  });
}

/** Without the entries that say what a less specific one says. */
function slim(set: MailboxSet): MailboxSet {
  // Shorter names first: what is left of `below` is then what the longer ones are compared with.
  const below = new Map<string, boolean>();
  const lean = { ...set, below };
  for (const [name, value] of [...set.below].toSorted(([one], [other]) => one.length - other.length))
    if (holdsSubdomains(lean, parentOf(name)) !== value) below.set(name, value);
  const domains = new Map(
    [...set.domains].filter(([name, value]) => holdsSubdomains(lean, parentOf(name)) !== value),
  );
  const withDomains = { ...lean, domains };
  const addresses = new Map(
    [...set.addresses].filter(
      ([address, value]) => holdsDomain(withDomains, address.slice(address.lastIndexOf('@') + 1)) !== value,
    ),
  );
  return { ...withDomains, addresses };
}

export function isNone(set: MailboxSet): boolean {
  return !holdsSome(set);
}

function holdsSome({ others, null: nobody, domains, below, addresses }: MailboxSet): boolean {
  return (
    others || nobody || [domains, below, addresses].some((entries) => [...entries.values()].includes(true))
  );
}

export function isAll(set: MailboxSet): boolean {
  return isNone(not(set));
}

/** Entries that are in, and those that make an exception within one that is in (or within the rest). */
export interface Patterns {
  /** Postern's patterns: `@domain`, `@*.domain`, `local@domain`, `<>`. */
  readonly patterns: readonly string[];
  /** What is in and cannot be written, since something in it is not. */
  readonly without: readonly string[];
}

/** The patterns of a set; undefined when it holds all other domains, which no pattern does. */
export function patternsOf(set: MailboxSet): Patterns | undefined {
  const lean = slim(set);
  if (lean.others) return undefined;
  const patterns: string[] = lean.null ? ['<>'] : [];
  const without: string[] = [];
  const excluded = [...lean.addresses].filter(([, value]) => !value).map(([address]) => address);
  const outside = [...lean.domains, ...lean.below].filter(([, value]) => !value).map(([name]) => name);
  for (const [domain, value] of lean.domains) {
    if (!value) continue;
    const whole = !excluded.some((address) => address.endsWith(`@${domain}`));
    (whole ? patterns : without).push(`@${domain}`);
  }
  for (const [domain, value] of lean.below) {
    if (!value) continue;
    const inside = (name: string): boolean => name.endsWith(`.${domain}`);
    const whole = !outside.some(inside) && !excluded.some(inside);
    (whole ? patterns : without).push(`@*.${domain}`);
  }
  for (const [address, value] of lean.addresses) if (value) patterns.push(address);
  return { patterns, without };
}
