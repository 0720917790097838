import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesBetween, countChanges, describeChanges, isSame, summariseChanges } from './changes.ts';
import type { Changes } from './changes.ts';
import { configOf, NOW } from './testing/kit.ts';

const ROUTES = 'routing: { domains: [{ domain: contoso.example, inbound: true }] }\n';

function between(before: string, after: string): Changes {
  return changesBetween(configOf(before, 'old.yaml'), configOf(after, 'new.yaml'), NOW);
}

/** All that is said of a change from `before` to `after`. */
function said(before: string, after: string): readonly string[] {
  const { sentences, rest } = describeChanges(between(before, after));
  return [...sentences.map(([head, text]) => `${head} ${text}`), ...rest];
}

const grants = (...lines: readonly string[]): string =>
  `${ROUTES}relay:\n  allow:\n${lines.map((line) => `    - ${line}\n`).join('')}`;
const OFFICE = '{ name: office, from: [10.0.8.0/24] }';
const STAFF = '{ name: staff, authenticated: true }';

test('a range that is added opens relaying for exactly that range', () => {
  assert.deepEqual(said(grants(OFFICE), grants('{ name: office, from: [10.0.8.0/22] }')), [
    'Opens relaying for 10.0.9.0/24 and 10.0.10.0/23 (768 addresses, none public) to any recipient, by office (new.yaml:5).',
    'Nothing else changes.',
  ]);
});

test('public addresses are counted apart', () => {
  assert.match(
    said(grants(OFFICE), grants('{ name: office, from: [10.0.8.0/24, 8.8.8.8, 10.0.9.1] }'))[0] ?? '',
    /for 8\.8\.8\.8 and 10\.0\.9\.1 \(2 addresses, 1 public\)/,
  );
  assert.match(
    said(grants(OFFICE), grants(OFFICE, '{ name: x, from: [8.8.8.8] }'))[0] ?? '',
    /\(1 address, public\)/,
  );
  assert.match(
    said(grants(OFFICE), grants(OFFICE, '{ name: x, from: [10.0.9.1] }'))[0] ?? '',
    /\(1 address, not public\)/,
  );
});

test('a grant that goes closes relaying, and what clients get then is said', () => {
  assert.deepEqual(said(grants(STAFF, OFFICE), grants(STAFF)), [
    'Closes relaying for 10.0.8.0/24 (256 addresses, none public), without signing in, to any recipient, before by office (old.yaml:6). It is now refused 550 5.7.1.',
    'Nothing else changes.',
  ]);
});

test('a never rule that comes closes relaying, and is named with its place', () => {
  const never = `${ROUTES}relay: { never: [{ name: guests, from: [10.0.8.64/26] }], allow: [${OFFICE}] }`;
  assert.match(
    said(grants(OFFICE), never)[0] ?? '',
    /^Closes relaying for 10\.0\.8\.64\/26 .* by office \(old\.yaml:5\)\. It is now refused 550 5\.7\.1 by never rule guests \(new\.yaml:3\)\.$/,
  );
});

test('conditions that narrow a change stand between commas, and moments at its end', () => {
  const narrow =
    '{ name: apps, connectingTo: [127.0.0.1], from: [10.0.8.0/24], senders: ["@contoso.example"], recipients: ["@p.example"], until: "2027-01-01T00:00:00Z" }';
  assert.equal(
    said(ROUTES, grants(narrow))[0],
    'Opens relaying for 10.0.8.0/24 (256 addresses, none public), connecting to 127.0.0.1, claiming @contoso.example as the sender, to @p.example, until 2027-01-01 00:00:00 UTC, by apps (new.yaml:5).',
  );
  assert.match(
    said(grants(narrow), grants(narrow.replace('2027-01', '2027-02')))[0] ?? '',
    /, from 2027-01-01 00:00:00 UTC, until 2027-02-01 00:00:00 UTC, by apps/,
  );
});

test('what becomes of mail for a domain that is routed otherwise is altered, with both destinations', () => {
  const forward = ROUTES.replace('inbound: true', 'forward: "mail.internal:25"');
  assert.ok(
    said(ROUTES, forward).includes(
      'Alters what becomes of mail for every client to @contoso.example: forwarded to mail.internal:25 by route contoso.example (new.yaml:2), before inbound by route contoso.example (old.yaml:2).',
    ),
    said(ROUTES, forward).join('\n'),
  );
});

test('an alwaysRelay route opens relaying for every client', () => {
  const open = ROUTES.replace('}]', '}, { domain: partner.example, alwaysRelay: true }]');
  assert.equal(
    said(ROUTES, open)[0],
    'Opens relaying for every client to @partner.example, by route partner.example (new.yaml:2).',
  );
});

test('names and limits are told, and only limits are a difference', () => {
  const renamed = between(grants(OFFICE), grants(OFFICE.replace('office', 'hq')));
  assert.equal(isSame(renamed), true);
  assert.deepEqual(said(grants(OFFICE), grants(OFFICE.replace('office', 'hq'))), [
    'Renames office (old.yaml:5) to hq (new.yaml:5).',
    'Every client gets the same verdict; only names differ.',
  ]);
  const limited = '{ name: office, from: [10.0.8.0/24], limit: { rate: 10/10m, burst: 5, per: client } }';
  assert.equal(isSame(between(grants(OFFICE), grants(limited))), false);
  assert.deepEqual(said(grants(OFFICE), grants(limited)), [
    'Changes the limit of office: 10/10m per client (burst 5) (new.yaml:5), was none (old.yaml:5).',
    'Nothing else changes.',
  ]);
});

test('summariseChanges() counts statements and settings', () => {
  const changes = between(grants(OFFICE), `${grants('{ name: office, from: [10.0.9.0/24] }')}workers: 7\n`);
  assert.deepEqual(countChanges(changes), { opens: 1, closes: 1, alters: 0 });
  assert.equal(summariseChanges(changes), '1 opening, 1 closing and 1 other setting');
  assert.equal(summariseChanges(between(ROUTES, ROUTES)), 'no decision differs');
});

test('of many changes 50 are told, and the rest is counted', () => {
  const domains = (number: number): string =>
    `routing:\n  domains:\n    - { domain: contoso.example, inbound: true }\n${Array.from(
      { length: number },
      (_, index) => `    - { domain: d${index}.example, forward: "h${index}.internal:25" }\n`,
    ).join('')}`;
  const lines = said(domains(0), domains(51));
  assert.equal(lines.length, 52);
  assert.equal(lines[50], 'and 1 change more.');
  assert.equal(said(domains(0), domains(50)).length, 51);
});
