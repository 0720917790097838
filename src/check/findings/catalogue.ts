/** Every finding: its code, how grave it is, what it means, and the rule that finds it. One table, and the reference is made from it. */
import type { Draft, Scene, Severity } from '../types.ts';
import {
  familyRefused,
  grantsRefused,
  nobodyConnects,
  protectedFromEverybody,
  rangesWithoutEffect,
} from './admission.ts';
import {
  grantForXclient,
  holdsBridge,
  holdsGateway,
  holdsOurselves,
  holdsXclient,
  neverEverybody,
  wideGrants,
  wideTogether,
  withoutListener,
} from './clients.ts';
import { etrnWithoutMail } from './etrn.ts';
import { filtersNeverReached } from './filters.ts';
import {
  coveredByNever,
  endsSoon,
  expired,
  neverAsked,
  nobodySignsIn,
  relayingOff,
  repeatedRanges,
  shadowed,
  unknownAccounts,
} from './grants.ts';
import { passwordsInClear, submissionInClear } from './listeners.ts';
import {
  everyClient,
  notOurs,
  throughProxy,
  weakHost,
  whileForwarding,
  withoutReversePathFilter,
} from './locals.ts';
import { claimedSenders, recipientsWithoutEffect } from './patterns.ts';
import { toOurselves, toProviders, wildcardRelays, wildcardTakes } from './routes.ts';

export interface FindingRule {
  readonly severity: Severity;
  /** What it means and why it matters, in a sentence or two of Markdown. */
  readonly meaning: string;
  /** Whether it depends on the machine, and is not looked for when the configuration is for another one. */
  readonly host?: true;
  readonly find: (scene: Scene) => Iterable<Draft>;
}

export const FINDINGS = {
  'connecting-to-everybody': {
    severity: 'error',
    meaning:
      'A grant asks for nothing but the address of ours that the client connected to, and there is no other one (of that family) that clients can connect to. So it relays for everybody.',
    host: true,
    find: everyClient,
  },
  'forward-to-ourselves': {
    severity: 'error',
    meaning:
      'Mail is sent on to an address of this host, at a port that a listener has there: it would come back until it has too many Received fields.',
    host: true,
    find: toOurselves,
  },
  'nobody-can-connect': {
    severity: 'error',
    meaning:
      '`clients.refuse` holds every address that a client can have, and `clients.accept` lets none in.',
    find: nobodyConnects,
  },
  'wildcard-relays-outsiders': {
    severity: 'error',
    meaning:
      'An `alwaysRelay` route for `*.co.uk` or the like: everybody could relay to the domains of strangers. (For `*.com` the proof itself fails.)',
    find: wildcardRelays,
  },
  'always-relay-provider': {
    severity: 'warning',
    meaning:
      'An `alwaysRelay` route for a provider that gives mailboxes to anyone, such as gmail.com. The list in the code is short and not complete.',
    find: toProviders,
  },
  'connecting-to-absent-address': {
    severity: 'warning',
    meaning:
      '`connectingTo` names an address that no interface of this host has, so the grant never applies.',
    host: true,
    find: notOurs,
  },
  'connecting-to-forwarding': {
    severity: 'warning',
    meaning:
      'A grant rests on a private address being out of reach, and the host forwards packets between its networks.',
    host: true,
    find: whileForwarding,
  },
  'connecting-to-through-proxy': {
    severity: 'warning',
    meaning:
      'A grant asks for nothing but the address of ours that the client connected to, and `proxies` names a proxy that could connect to it for anybody.',
    find: throughProxy,
  },
  'connecting-to-unfiltered': {
    severity: 'warning',
    meaning:
      'A grant rests on a private address being out of reach, and another interface takes packets for it without looking at where they come from (`rp_filter` is off).',
    host: true,
    find: withoutReversePathFilter,
  },
  'covered-by-never': {
    severity: 'warning',
    meaning: 'Addresses of a grant are in a never rule, which overrides it: they can never relay.',
    find: coveredByNever,
  },
  'covered-by-refuse': {
    severity: 'warning',
    meaning:
      'Addresses of a grant are in `clients.refuse`: they are answered with 554 when they connect, and can never relay.',
    find: grantsRefused,
  },
  'etrn-without-mail': {
    severity: 'warning',
    meaning:
      'An `etrn` entry is for a domain whose mail never waits for a host that asks for it: it is inbound or rewritten, or nobody can relay to it.',
    find: etrnWithoutMail,
  },
  'family-refused': {
    severity: 'warning',
    meaning:
      '`clients.refuse` holds every IPv4 or every IPv6 address, listeners have addresses of that kind, and `clients.accept` lets none in.',
    find: familyRefused,
  },
  'filter-never-decides': {
    severity: 'warning',
    meaning:
      'Another filter has everything that a filter names and goes before it: one that refuses before one that sets aside, else the first in the file.',
    find: filtersNeverReached,
  },
  'grant-ends-soon': {
    severity: 'warning',
    meaning: 'The `until` of a grant is less than 14 days away.',
    find: endsSoon,
  },
  'grant-expired': {
    severity: 'warning',
    meaning: 'The `until` of a grant has passed. It allows nothing any more.',
    find: expired,
  },
  'grant-never-asked': {
    severity: 'warning',
    meaning: 'The routes of all the recipients that a grant names decide without it, so it never applies.',
    find: neverAsked,
  },
  'grant-shadowed': {
    severity: 'warning',
    meaning:
      'Other grants take everything that a grant would allow, so it never decides: neither its name nor its limit ever counts.',
    find: shadowed,
  },
  'never-everybody': {
    severity: 'warning',
    meaning:
      'A never rule has every address of a family, so nobody can relay from there, signed in or not. It is always acknowledged: without `iUnderstand` the configuration is not valid.',
    find: neverEverybody,
  },
  'nobody-signs-in': {
    severity: 'warning',
    meaning: 'A grant asks for `authenticated`, and no listener lets clients sign in.',
    find: nobodySignsIn,
  },
  'passwords-in-clear': {
    severity: 'warning',
    meaning: 'Clients can sign in without TLS at an address that is not loopback.',
    find: passwordsInClear,
  },
  'public-range-wide': {
    severity: 'warning',
    meaning:
      'A grant has a network that is wider than /24 (IPv6: /48) and not private. It is always acknowledged: without `iUnderstand` the configuration is not valid.',
    find: wideGrants,
  },
  'public-ranges-together': {
    severity: 'warning',
    meaning:
      'Networks that are narrow one by one, in one grant or several, join to one that is wider than /24 (IPv6: /48) and not private.',
    find: wideTogether,
  },
  'range-holds-bridge': {
    severity: 'warning',
    meaning:
      'A grant contains the address of a container bridge of this host (docker0, br-…, cni0, podman0): what containers and their published ports pass on comes from there, whoever sent it.',
    host: true,
    find: holdsBridge,
  },
  'range-holds-gateway': {
    severity: 'warning',
    meaning:
      'A grant contains the default gateway of this host, or of the container. Where the gateway translates addresses, everybody on the Internet comes from there; this is how most open relays of today came to be.',
    host: true,
    find: holdsGateway,
  },
  'range-holds-xclient': {
    severity: 'warning',
    meaning:
      'A network of a grant contains a host that `xclient` names. What that host passes on without XCLIENT, for which a restart or a mistake is enough, is relayed, whoever sent it.',
    find: holdsXclient,
  },
  'submission-without-tls': {
    severity: 'warning',
    meaning: 'A submission listener at an address that is not loopback has no TLS.',
    find: submissionInClear,
  },
  'unknown-account': {
    severity: 'warning',
    meaning: 'A grant names an account that there is not.',
    find: unknownAccounts,
  },
  'wildcard-takes-outsiders': {
    severity: 'warning',
    meaning: 'A route of ours for `*.com` or the like: mail for the domains of strangers would end here.',
    find: wildcardTakes,
  },
  'connecting-to-weak-host': {
    severity: 'note',
    meaning:
      'A grant rests on a private address being out of reach. Linux takes packets for it on every interface, so a neighbour on another network of this host can reach it; a packet filter keeps him out.',
    host: true,
    find: weakHost,
  },
  'client-range-without-effect': {
    severity: 'note',
    meaning:
      'A range of `clients.accept` or `clients.refuse` lies within another one of the same list with none of the other list between, or narrower ranges hold all of it.',
    find: rangesWithoutEffect,
  },
  'grant-for-xclient': {
    severity: 'note',
    meaning:
      'A grant names a host that `xclient` names as well, and no others: for its own mail, such as reports. It must not forget to say for whom it speaks.',
    find: grantForXclient,
  },
  'protect-from-everybody': {
    severity: 'note',
    meaning:
      '`protectFrom` is set where every client is a stranger: nobody can sign in, no grant names clients, and `clients.accept` is empty.',
    find: protectedFromEverybody,
  },
  'range-holds-ourselves': {
    severity: 'note',
    meaning: 'A grant contains an address of this host, so every program on it can relay.',
    host: true,
    find: holdsOurselves,
  },
  'range-repeated': {
    severity: 'note',
    meaning: 'A range lies within another one of the same rule.',
    find: repeatedRanges,
  },
  'range-without-listener': {
    severity: 'note',
    meaning: 'A grant has IPv6 networks and no listener has an IPv6 address, or the same with IPv4.',
    find: withoutListener,
  },
  'recipient-without-effect': {
    severity: 'note',
    meaning: 'A grant names recipients for whom no grant is ever asked, because their route decides.',
    find: recipientsWithoutEffect,
  },
  'relaying-off': {
    severity: 'note',
    meaning: '`routing.reroute` is false, so no grant, never rule or `alwaysRelay` route has any effect.',
    find: relayingOff,
  },
  'sender-only-claimed': {
    severity: 'note',
    meaning:
      'A grant for public addresses is narrowed by `senders`. A sender is only claimed: it keeps mistakes out, and nobody who wants in.',
    find: claimedSenders,
  },
} as const satisfies Record<string, FindingRule>;

export type FindingCode = keyof typeof FINDINGS;

/** In the order of the table: the gravest first. */
export function findingRules(): readonly (readonly [FindingCode, FindingRule])[] {
  return Object.entries(FINDINGS).flatMap(([code, rule]) => (isCode(code) ? [[code, rule] as const] : []));
}

function isCode(code: string): code is FindingCode {
  return Object.hasOwn(FINDINGS, code);
}
