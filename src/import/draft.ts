/**
 * A configuration in the making: what an importer found, each part with where it comes from, and its YAML.
 *
 * Only what importers need of the whole schema. Values are as the configuration writes them.
 */
import { parseRange, isTextProblem, understandingOf } from '../config/mod.ts';
import type { IpRange } from '../std/mod.ts';
import { inlineMap, isBlock, writeYaml } from './write.ts';
import type { Inline, InlineMap, YamlEntry, YamlItem, YamlList, YamlMap } from './write.ts';

/** Where a part comes from, as a comment: `ims.reg:14 RelayAllowList`. */
interface Sourced {
  readonly comment?: string;
}

export interface DraftListener extends Sourced {
  readonly name: string;
  readonly bind: readonly string[];
  readonly for?: 'submission';
  readonly tls?: 'implicit' | 'none';
  readonly auth?: 'off' | 'optional' | 'required';
}

export interface DraftRoute extends Sourced {
  /** `contoso.example` or `*.contoso.example` */
  readonly domain: string;
  readonly action: readonly ['inbound' | 'alwaysRelay', true] | readonly ['forward' | 'rewrite', string];
}

export interface DraftNetwork extends Sourced {
  /** CIDR, or a single address. */
  readonly text: string;
}

export interface DraftRule extends Sourced {
  readonly name: string;
  readonly authenticated?: true;
  readonly from?: readonly DraftNetwork[];
  readonly connectingTo?: readonly DraftNetwork[];
  /** Address patterns. */
  readonly senders?: readonly string[];
  readonly recipients?: readonly string[];
}

export interface Draft {
  /** Comments at the top. */
  readonly head: readonly string[];
  readonly hostname: { readonly text: string } & Sourced;
  readonly listeners: readonly DraftListener[];
  /** `comment` is there when rerouting is off. */
  readonly rerouteOff?: Sourced;
  readonly routes: readonly DraftRoute[];
  /** Comments above the routes, and above the grants: what is left out and could be written there. */
  readonly routesLeftOut?: readonly string[];
  readonly grantsLeftOut?: readonly string[];
  /** `host:port` of a smarthost; by MX when absent. */
  readonly outbound?: { readonly host: string; readonly login?: InlineMap } & Sourced;
  readonly lmtp?: { readonly to: string } & Sourced;
  readonly never: readonly DraftRule[];
  readonly allow: readonly DraftRule[];
  readonly defaultDomain?: { readonly text: string } & Sourced;
  /** Octets. */
  readonly messageSize?: { readonly octets: number } & Sourced;
  readonly tls?: { readonly certificate: string; readonly key: string } & Sourced;
  /** Durations. */
  readonly queue?: { readonly expire?: string; readonly warnAfter?: string } & Sourced;
}

/** The text of the configuration. */
export function composeYaml(draft: Draft): string {
  const { hostname, defaultDomain, messageSize, tls, queue } = draft;
  const entries: YamlEntry[] = [
    { key: 'hostname', value: hostname.text, ...commented(hostname) },
    // None that could be carried over: then Postern listens on loopback only.
    ...(draft.listeners.length === 0 ? [] : [listenersEntry(draft)]),
    { key: 'routing', value: routingMap(draft) },
    { key: 'relay', value: relayMap(draft) },
  ];
  if (defaultDomain !== undefined) {
    const value = inlineMap(['defaultDomain', defaultDomain.text]);
    entries.push({ key: 'accounts', value, ...commented(defaultDomain) });
  }
  if (messageSize !== undefined) {
    const value = inlineMap(['messageSize', messageSize.octets]);
    entries.push({ key: 'limits', value, ...commented(messageSize) });
  }
  if (tls !== undefined) {
    const value = inlineMap(['certificate', tls.certificate], ['key', tls.key]);
    entries.push({ key: 'tls', value, ...commented(tls) });
  }
  if (queue !== undefined) {
    const { expire, warnAfter } = queue;
    const fields = Object.entries({ expire, warnAfter }).flatMap(([key, text]) =>
      text === undefined ? [] : [[key, text] as const],
    );
    entries.push({ key: 'queue', value: { fields }, ...commented(queue) });
  }
  entries.push(...testEntries(draft));
  return writeYaml(draft.head, { entries });
}

function commented({ comment }: Sourced): { readonly comment?: string } {
  return comment === undefined ? {} : { comment };
}

function above(lines: readonly string[] = []): { readonly above?: readonly string[] } {
  return lines.length === 0 ? {} : { above: lines };
}

function listenersEntry({ listeners }: Draft): YamlEntry {
  return { key: 'listeners', value: { entries: listeners.map(listenerEntry) } };
}

function listenerEntry(listener: DraftListener): YamlEntry {
  const fields: (readonly [string, Inline])[] = [['bind', listener.bind]];
  if (listener.for !== undefined) fields.push(['for', listener.for]);
  if (listener.tls !== undefined) fields.push(['tls', listener.tls]);
  if (listener.auth !== undefined) fields.push(['auth', listener.auth]);
  return { key: listener.name, value: { fields }, ...commented(listener) };
}

function routingMap({ rerouteOff, routes, routesLeftOut, outbound, lmtp }: Draft): YamlMap {
  const entries: YamlEntry[] = [];
  if (rerouteOff !== undefined) entries.push({ key: 'reroute', value: false, ...commented(rerouteOff) });
  entries.push({ key: 'domains', value: { items: routes.map(routeItem) }, ...above(routesLeftOut) });
  if (outbound === undefined) {
    entries.push({ key: 'outbound', value: 'mx' });
  } else {
    const { host, login } = outbound;
    const value = inlineMap(['host', host], ...(login === undefined ? [] : [['login', login] as const]));
    entries.push({ key: 'outbound', value, ...commented(outbound) });
  }
  if (lmtp !== undefined)
    entries.push({ key: 'inbound', value: inlineMap(['lmtp', lmtp.to]), ...commented(lmtp) });
  return { entries };
}

function routeItem(route: DraftRoute): YamlItem {
  return { value: inlineMap(['domain', route.domain], route.action), ...commented(route) };
}

function relayMap({ never, allow, grantsLeftOut }: Draft): YamlMap {
  const entries: YamlEntry[] = [];
  if (never.length > 0) entries.push({ key: 'never', value: rules('never', never) });
  entries.push({ key: 'allow', value: rules('grant', allow), ...above(grantsLeftOut) });
  return { entries };
}

function rules(kind: 'never' | 'grant', list: readonly DraftRule[]): YamlList {
  return { items: list.map((rule) => ruleItem(kind, rule)) };
}

function ruleItem(kind: 'never' | 'grant', rule: DraftRule): YamlItem {
  const { name, authenticated, from, connectingTo, senders, recipients } = rule;
  const entries: YamlEntry[] = [{ key: 'name', value: name }];
  if (authenticated !== undefined) entries.push({ key: 'authenticated', value: true });
  if (from !== undefined) entries.push({ key: 'from', value: networkList(from) });
  if (connectingTo !== undefined) entries.push({ key: 'connectingTo', value: networkList(connectingTo) });
  if (senders !== undefined) entries.push({ key: 'senders', value: senders });
  if (recipients !== undefined) entries.push({ key: 'recipients', value: recipients });
  const sentence = understandingOf(kind, rangesOf(from ?? []));
  if (sentence !== undefined) entries.push({ key: 'iUnderstand', value: sentence });
  if (from !== undefined || connectingTo !== undefined) return { value: { entries }, ...commented(rule) };
  return {
    value: inlineMap(...entries.map(({ key, value }) => [key, inlineOnly(value)] as const)),
    ...commented(rule),
  };
}

function inlineOnly(value: YamlEntry['value']): Inline {
  if (isBlock(value)) throw new Error('write lines of their own on one line');
  return value;
}

function networkList(networks: readonly DraftNetwork[]): YamlList {
  const seen = new Set<string>();
  const once = networks.filter(({ text }) => !seen.has(text) && seen.add(text));
  return { items: once.map((network) => ({ value: network.text, ...commented(network) })) };
}

/** The ranges of networks that an importer wrote itself. */
function rangesOf(networks: readonly DraftNetwork[]): readonly IpRange[] {
  return networks.map(({ text }) => {
    const range = parseRange(text, { everything: true });
    if (isTextProblem(range)) throw new Error(`an importer wrote ${text}: ${range.problem}`);
    return range;
  });
}

/** Addresses that are nobody's (RFC 5737). */
const STRANGERS = ['203.0.113.9', '198.51.100.9', '192.0.2.9'] as const;

/** A first policy test: somebody whom no grant names must stay out. */
function testEntries({ allow }: Draft): readonly YamlEntry[] {
  const granted = rangesOf(allow.flatMap(({ authenticated, from }) => (authenticated ? [] : (from ?? []))));
  const stranger = STRANGERS.find((text) => {
    const address = parseRange(text);
    return !granted.some((range) => !isTextProblem(address) && holds(range, address));
  });
  if (stranger === undefined) return [];
  const test = inlineMap(
    ['name', 'strangers stay out'],
    ['from', stranger],
    ['recipient', 'someone@elsewhere.invalid'],
    ['expect', 'refused'],
  );
  return [{ key: 'tests', value: { items: [{ value: test }] } }];
}

function holds(range: IpRange, address: IpRange): boolean {
  return range.family === address.family && range.first <= address.first && address.last <= range.last;
}
