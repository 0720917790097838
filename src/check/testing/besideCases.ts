/** Findings of what is asked beside the policy, each with a configuration that has it and its neighbour that has not. */
import type { Config } from '../../config/mod.ts';
import type { FindingCode } from '../findings/catalogue.ts';
import { configOf } from './kit.ts';
import type { Looking } from './kit.ts';

export interface Case {
  readonly code: FindingCode;
  readonly has: Config;
  /** What the finding says. */
  readonly says: RegExp;
  readonly hasNot: Config;
  /** The machine for both; without one, nothing of a machine is looked at. */
  readonly looking?: Looking;
  /** The machine for the neighbour, when it is that which makes the difference. */
  readonly otherwise?: Looking;
}

const BOTH = 'listeners: { l: { bind: ["0.0.0.0:25", "[::]:25"] } }\n';
const clients = (lists: string, more = ''): Config => configOf(`${BOTH}clients: { ${lists} }\n${more}`);
const granted = (lists: string, ...grants: readonly string[]): Config =>
  clients(lists, `relay: { allow: [${grants.join(', ')}] }`);
const filters = (...list: readonly string[]): Config => configOf(`filters: [${list.join(',\n  ')}]`);
const etrn = (domain: string, more: string): Config =>
  configOf(`etrn: [{ domain: ${domain}, from: [192.0.2.7] }]\n${more}`);
const domains = (...list: readonly string[]): string => `routing: { domains: [${list.join(', ')}] }\n`;
const OFFICE = '{ name: office, from: [203.0.113.0/25] }';
const xclient = (grant: string, more = ''): Config =>
  configOf(`xclient: [127.0.0.1]\nrelay: { allow: [${grant}]${more} }`);

const ADMISSION: readonly Case[] = [
  {
    code: 'nobody-can-connect',
    has: clients('refuse: [0.0.0.0/0, "::/0"]'),
    says: /^error nobody-can-connect 3: no client can connect: clients\.refuse holds every address$/,
    hasNot: clients('refuse: [0.0.0.0/0, "::/0"], accept: [10.0.0.0/8]'),
  },
  {
    code: 'nobody-can-connect',
    has: configOf('clients: { refuse: [0.0.0.0/1, 128.0.0.0/1] }'),
    says: /holds every IPv4 address, and no listener has one of another kind$/,
    hasNot: configOf('clients: { refuse: [0.0.0.0/1, 128.0.0.0/1] }\nproxies: [10.50.0.2]'),
  },
  {
    code: 'family-refused',
    has: clients('refuse: [203.0.113.7, "::/1", "8000::/1"]'),
    says: /^warning family-refused 3: no client can connect over IPv6: clients\.refuse holds every IPv6 address/,
    hasNot: clients('refuse: [203.0.113.7, "::/1", "8000::/1"], accept: ["2001:db8::/48"]'),
  },
  {
    code: 'family-refused',
    has: configOf('clients: { refuse: [0.0.0.0/0] }\nproxies: [10.50.0.2]'),
    says: /no client can connect over IPv4/,
    hasNot: configOf('clients: { refuse: ["::/0"] }'),
  },
  {
    code: 'covered-by-refuse',
    has: granted('refuse: [203.0.113.0/24], accept: [203.0.113.128/25]', OFFICE),
    says: /^warning covered-by-refuse 4: grant office can never relay: 203\.0\.113\.0 is refused when it connects, by 203\.0\.113\.0\/24 in clients\.refuse \(postern\.yaml:3\)$/,
    hasNot: granted('refuse: [203.0.113.0/24], accept: [203.0.113.7]', OFFICE),
  },
  {
    code: 'covered-by-refuse',
    has: granted('refuse: [203.0.113.0/24]', '{ name: some, from: [203.0.113.9, 10.0.0.1] }'),
    says: /: 203\.0\.113\.9 in some can never relay: /,
    hasNot: granted('refuse: [203.0.113.0/24]', '{ name: old, from: [203.0.113.9], until: 2020-01-01 }'),
  },
  {
    code: 'client-range-without-effect',
    has: clients('refuse: [203.0.113.0/24, 203.0.113.7]'),
    says: /^note client-range-without-effect 3: 203\.0\.113\.7 in clients\.refuse changes nothing: 203\.0\.113\.0\/24 is there as well \(line 3\)$/,
    hasNot: clients('refuse: [203.0.113.0/24, 203.0.113.7], accept: [203.0.113.0/28]'),
  },
  {
    code: 'client-range-without-effect',
    has: clients('refuse: [203.0.113.0/25, 203.0.113.128/25], accept: [203.0.113.0/24]'),
    says: /203\.0\.113\.0\/24 in clients\.accept changes nothing: the narrower 203\.0\.113\.0\/25 and 203\.0\.113\.128\/25 hold all of it/,
    hasNot: clients('refuse: [203.0.113.0/25, 203.0.113.128/26], accept: [203.0.113.0/24]'),
  },
  {
    code: 'client-range-without-effect',
    has: clients('refuse: [203.0.113.0/24, 203.0.113.128/25], accept: [203.0.113.0/25]'),
    says: /203\.0\.113\.128\/25 in clients\.refuse changes nothing/,
    hasNot: clients('refuse: [203.0.113.0/24], accept: [203.0.113.0/25]'),
  },
  {
    code: 'client-range-without-effect',
    has: clients('accept: [203.0.113.7, 203.0.113.7]'),
    says: /203\.0\.113\.7 in clients\.accept changes nothing: 203\.0\.113\.7 is there as well/,
    hasNot: clients('accept: [203.0.113.7, "::203.0.113.7"]'),
  },
  {
    code: 'protect-from-everybody',
    has: configOf(
      `listeners: { l: { bind: ["0.0.0.0:25"], auth: off } }\n${domains('{ domain: a.example, inbound: true }', '{ domain: "*.a.example", inbound: true, protectFrom: refuse }')}`,
    ),
    says: /^note protect-from-everybody 3: nobody can write From \*\.a\.example \(protectFrom\): no listener lets clients sign in/,
    hasNot: configOf(
      `listeners: { l: { bind: ["0.0.0.0:25"], auth: off } }\nclients: { accept: [10.0.0.1] }\n${domains('{ domain: a.example, inbound: true, protectFrom: refuse }')}`,
    ),
  },
  {
    code: 'protect-from-everybody',
    has: configOf(
      `listeners: { l: { bind: ["0.0.0.0:25"], auth: off } }\n${domains('{ domain: a.example, inbound: true, protectFrom: refuse }')}relay: { allow: [{ name: g, from: [10.0.0.1], until: 2020-01-01 }] }`,
    ),
    says: /nobody can write From a\.example/,
    hasNot: configOf(
      `listeners: { l: { bind: ["0.0.0.0:25"], auth: off } }\n${domains('{ domain: a.example, inbound: true, protectFrom: refuse }')}relay: { allow: [{ name: g, from: [10.0.0.1] }] }`,
    ),
  },
];

const XCLIENT: readonly Case[] = [
  {
    code: 'range-holds-xclient',
    has: xclient('{ name: local, from: [127.0.0.0/8] }'),
    says: /^warning range-holds-xclient 3: local contains 127\.0\.0\.1, which xclient names: what it passes on without XCLIENT can be relayed/,
    hasNot: xclient('{ name: local, from: [127.0.0.1] }'),
  },
  {
    code: 'range-holds-xclient',
    has: xclient('{ name: local, from: [127.0.0.1, 127.0.0.0/8] }'),
    says: /local contains 127\.0\.0\.1/,
    hasNot: xclient('{ name: local, from: [127.0.0.0/8] }', ', never: [{ name: filter, from: [127.0.0.1] }]'),
  },
  {
    code: 'grant-for-xclient',
    has: xclient('{ name: filter, from: [127.0.0.1, 10.0.0.1] }'),
    says: /^note grant-for-xclient 3: filter is for 127\.0\.0\.1, which xclient names: it must say XCLIENT for every client/,
    hasNot: xclient('{ name: filter, from: [127.0.0.1], authenticated: true }'),
  },
];

const ETRN: readonly Case[] = [
  {
    code: 'etrn-without-mail',
    has: etrn('a.example', domains('{ domain: a.example, inbound: true }')),
    says: /^warning etrn-without-mail 2: ETRN for a\.example has no use: it is inbound, so its mail waits for no other host$/,
    hasNot: etrn(
      'a.example',
      domains('{ domain: a.example, inbound: true }', '{ domain: b.a.example, forward: "b.example:25" }'),
    ),
  },
  {
    code: 'etrn-without-mail',
    has: etrn(
      'old.example',
      domains('{ domain: a.example, inbound: true }', '{ domain: old.example, rewrite: a.example }'),
    ),
    says: /it is rewritten to a\.example, so no mail waits for it/,
    hasNot: etrn('b.example', domains('{ domain: "*.example", forward: "b.internal:25" }')),
  },
  {
    code: 'etrn-without-mail',
    has: etrn('b.example', domains('{ domain: a.example, inbound: true }')),
    says: /nobody can relay to it/,
    hasNot: etrn('b.example', 'relay: { allow: [{ name: g, from: [10.0.0.1] }] }'),
  },
  {
    code: 'etrn-without-mail',
    has: etrn(
      'b.example',
      'routing: { reroute: false, domains: [{ domain: b.example, alwaysRelay: true }] }',
    ),
    says: /nobody can relay to it/,
    hasNot: etrn('b.example', domains('{ domain: b.example, alwaysRelay: true }')),
  },
];

const HARD = '{ name: hard, senders: ["@bad.example", "@*.bad.example"] }';

const FILTERS: readonly Case[] = [
  {
    code: 'filter-never-decides',
    has: filters('{ name: soft, senders: [offers@bad.example], action: quarantine }', HARD),
    says: /^warning filter-never-decides 2: filter soft never decides: hard \(line 3\) has all that it names, and to refuse goes before to set aside$/,
    hasNot: filters(
      HARD.replace(' }', ', action: quarantine }'),
      '{ name: one, senders: [offers@bad.example] }',
    ),
  },
  {
    code: 'filter-never-decides',
    has: filters(HARD, '{ name: again, senders: ["@*.more.bad.example", "@bad.example"], from: [10.0.0.1] }'),
    says: /filter again never decides: hard \(line 2\) comes before it and has all that it names/,
    hasNot: filters(HARD, '{ name: more, senders: ["@bad.example", "@other.example"] }'),
  },
  {
    code: 'filter-never-decides',
    has: filters(
      '{ name: net, from: [203.0.113.0/25, 203.0.113.128/25] }',
      '{ name: host, from: [203.0.113.0/24], senders: [x@b.example] }',
    ),
    says: /filter host never decides: net \(line 2\)/,
    hasNot: filters(
      '{ name: net, from: [203.0.113.0/25] }',
      '{ name: host, from: [203.0.113.0/24] }',
      '{ name: all, senders: ["@b.example"] }',
    ),
  },
  {
    code: 'filter-never-decides',
    has: filters('{ name: a, senders: [A@b.example] }', '{ name: b, senders: [a@b.example] }'),
    says: /filter b never decides/,
    hasNot: filters('{ name: a, senders: ["@*.b.example"] }', '{ name: b, senders: ["@b.example"] }'),
  },
  {
    code: 'filter-never-decides',
    has: filters(
      '{ name: a, senders: ["@b.example"], from: [10.0.0.0/8] }',
      '{ name: b, senders: ["@b.example"], from: [10.0.0.1] }',
    ),
    says: /filter b never decides/,
    hasNot: filters(
      '{ name: a, senders: ["@b.example"], from: [10.0.0.0/8] }',
      '{ name: b, senders: ["@b.example"] }',
      '{ name: c, from: [10.0.0.0/8] }',
    ),
  },
];

export const BESIDE_CASES: readonly Case[] = [...ADMISSION, ...XCLIENT, ...ETRN, ...FILTERS];
