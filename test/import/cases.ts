/**
 * Imports as folders: what the old server had, and what must become of it.
 *
 * A case holds the old files; `options` (arguments, one a line, optional); `expected.yaml`, the whole configuration;
 * `remarks.txt`, every remark as it is told; `grid.tsv`, decisions written down by hand from the documentation of the
 * old server: client, local address, account, recipient, and what must be decided.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig, policySource } from '../../src/config/mod.ts';
import type { Config } from '../../src/config/mod.ts';
import { formatOrigin } from '../../src/import/mod.ts';
import type { Importing, Remark } from '../../src/import/mod.ts';
import { parseMailbox } from '../../src/mail/mod.ts';
import { compilePolicy, decide, formatRule } from '../../src/policy/mod.ts';
import type { Policy } from '../../src/policy/mod.ts';
import { parseIp } from '../../src/std/mod.ts';

const OURS: ReadonlySet<string> = new Set(['options', 'expected.yaml', 'remarks.txt', 'grid.tsv']);

export interface Case {
  readonly name: string;
  readonly folder: string;
}

export function casesOf(server: string): readonly Case[] {
  const folder = join(import.meta.dirname, server);
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, folder: join(folder, name) }));
}

/** The old server's files of a case, in order of their names. */
export function inputsOf({
  folder,
}: Case): readonly { readonly name: string; readonly octets: Uint8Array }[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !OURS.has(entry.name))
    .map(({ name }) => name)
    .sort()
    .map((name) => ({ name, octets: readFileSync(join(folder, name)) }));
}

export function readCase({ folder }: Case, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

export function optionsOf(one: Case): readonly string[] {
  const has = readdirSync(one.folder).includes('options');
  return has
    ? readCase(one, 'options')
        .split('\n')
        .filter((line) => line !== '')
    : [];
}

/** All of the remarks, each on one line. */
export function remarksText(importing: Importing): string {
  if ('problems' in importing) return `${importing.problems.map(({ message }) => message).join('\n')}\n`;
  const line = (kind: string, { what, where, why, remedy }: Remark): string =>
    `${kind} ${formatOrigin(where)}: ${what}. ${remedy === undefined ? why : `${why} ${remedy}`}`;
  const { notCarried, notes } = importing;
  return [
    ...notCarried.map((remark) => line('left', remark)),
    ...notes.map((remark) => line('note', remark)),
    '',
  ].join('\n');
}

/** The configuration of an import, which must be valid. */
export function configOf(importing: Importing): Config {
  if ('problems' in importing) assert.fail(importing.problems.map(({ message }) => message).join('; '));
  const reading = parseConfig(importing.yaml, 'postern.yaml');
  if ('problems' in reading)
    assert.fail(`${reading.problems.map(({ message }) => message).join('; ')}\n${importing.yaml}`);
  return reading.config;
}

export interface Question {
  readonly client: string;
  readonly local: string;
  /** Empty: nobody signed in. */
  readonly account: string;
  readonly recipient: string;
}

/** What is decided, in the words of the grid: `relayed`, `inbound`, `forwarded`, `refused`. */
export function verdictOf(question: Question, policy: Policy): string {
  const decision = decisionOf(question, policy);
  if (decision.verdict === 'refused') return 'refused';
  const words = {
    inbound: 'inbound',
    forward: 'forwarded',
    alwaysRelay: 'relayed',
    relay: 'relayed',
  } as const;
  return words[decision.as];
}

export function decisionOf({ client, local, account, recipient }: Question, policy: Policy) {
  const [from, to, mailbox] = [parseIp(client), parseIp(local), parseMailbox(recipient)];
  assert.ok(from !== undefined && to !== undefined, `${client} ${local}`);
  assert.ok('address' in mailbox, recipient);
  return decide(
    {
      client: from,
      localAddress: to,
      listener: 'internet',
      account: account === '' ? undefined : account,
      sender: null,
      recipient: mailbox,
      mailbox: 'known',
      at: Date.UTC(2026, 10, 24),
    },
    policy,
  );
}

export function policyOf(importing: Importing): Policy {
  return compilePolicy(policySource(configOf(importing)));
}

/** Checks each row of the grid. */
export function checkGrid(one: Case, policy: Policy): void {
  const rows = readCase(one, 'grid.tsv')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  assert.ok(rows.length > 0, 'a grid has rows');
  for (const row of rows) {
    const [client = '', local = '', account = '', recipient = '', expected = ''] = row.split('\t');
    const question = { client, local, account: account === '-' ? '' : account, recipient };
    const { rule } = decisionOf(question, policy);
    assert.equal(verdictOf(question, policy), expected, `${row} by ${formatRule(rule)}`);
  }
}
