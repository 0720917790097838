/** The filter for fail2ban finds in our log those it is for, and nobody else, whatever they claim. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createLogger, type EventMap, type Logger } from '../src/observe/mod.ts';

const FOLDER = resolve(import.meta.dirname, '../packaging/fail2ban');

/** The expressions of the filter in a mode, as fail2ban makes them of its file. */
function expressions(mode: 'auth' | 'abuse' | 'all'): readonly RegExp[] {
  const text = readFileSync(join(FOLDER, 'filter.d/postern.conf'), 'utf8');
  const joined = text.replaceAll(/^#.*\n/gm, '').replaceAll(/\n[ \t]+/g, '\n ');
  const definitions = new Map<string, string>();
  for (const match of joined.matchAll(/^(\w+) = (.*(?:\n .*)*)$/gm))
    definitions.set(match[1] ?? '', match[2] ?? '');
  const expand = (value: string): string =>
    value.replaceAll(/%\((\w+)\)s/g, (_, name: string) => expand(definitions.get(name) ?? assert.fail(name)));
  assert.equal(definitions.get('failregex'), '<_<mode>>');
  const all = expand(definitions.get(`_${mode}`) ?? assert.fail(mode));
  return all
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => new RegExp(line.replace('<ADDR>', String.raw`(?<addr>[\d.]+|[\da-f:]*:[\da-f:.]*)`)));
}

/** What fail2ban makes of a line of a file: the date is taken out; and of one in the journal: host and process are in front. */
function forms(line: string): readonly string[] {
  return [
    line.replace(/"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/, ''),
    `mx.inbound.test postern[123]: ${line}`,
  ];
}

/** The addresses that the lines lead to, by mode. */
async function found(
  t: TestContext,
  mode: 'auth' | 'abuse' | 'all',
  write: (emit: Logger['emit']) => void,
): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-fail2ban-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'log');
  const log = createLogger({ level: 'debug', file, process: 'w1' });
  write(log.emit);
  await log[Symbol.asyncDispose]();
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const patterns = expressions(mode);
  const [inFile, inJournal] = [0, 1].map((form) =>
    lines.flatMap((line) =>
      patterns.flatMap((pattern) => pattern.exec(forms(line)[form] ?? '')?.groups?.['addr'] ?? []),
    ),
  );
  assert.ok(inFile !== undefined);
  assert.deepEqual(inFile, inJournal);
  return inFile;
}

function ref(client: string): {
  readonly session: string;
  readonly client: string;
  readonly listener: string;
} {
  return { session: 'w1-T1', client, listener: 'internet' };
}

test('the filter finds wrong passwords, and not logins that failed for our sake', async (t) => {
  const write = (emit: Logger['emit']): void => {
    const login = { login: 'ann', mechanism: 'PLAIN' };
    emit('auth.refused', { ...ref('192.0.2.1'), ...login, cause: 'rejected' });
    emit('auth.refused', { ...ref('2001:db8::1'), ...login, cause: 'guard' });
    emit('auth.refused', { ...ref('192.0.2.3'), ...login, cause: 'busy' });
    emit('auth.refused', { ...ref('192.0.2.4'), ...login, cause: 'unavailable' });
    emit('auth.accepted', { ...ref('192.0.2.5'), account: 'ann', mechanism: 'PLAIN' });
    emit('client.probing', { ...ref('192.0.2.6'), recipient: 'x@inbound.test' });
  };
  assert.deepEqual(await found(t, 'auth', write), ['192.0.2.1', '2001:db8::1']);
  assert.deepEqual(await found(t, 'all', write), ['192.0.2.1', '2001:db8::1', '192.0.2.6']);
});

test('the filter finds probing, early talkers, greedy clients and strangers who claim to be proxies', async (t) => {
  const addresses = await found(t, 'abuse', (emit) => {
    const refuse = (client: string, reason: EventMap['connection.refused']['reason']): void =>
      emit('connection.refused', { listener: 'internet', client, open: 5, reason });
    emit('client.probing', { ...ref('192.0.2.1'), recipient: 'x"y@inbound.test' });
    emit('session.earlyTalker', { ...ref('192.0.2.2'), octets: 10 });
    refuse('192.0.2.3', 'connectionsPerAddress');
    refuse('192.0.2.4', 'connectionsPerSecondPerAddress');
    refuse('192.0.2.5', 'connections');
    refuse('192.0.2.6', 'connectionsPerSecond');
    emit('proxy.refused', { listener: 'internet', client: '192.0.2.7', reason: 'stranger', error: null });
    emit('proxy.refused', { listener: 'internet', client: '192.0.2.8', reason: 'late', error: null });
    emit('auth.refused', { ...ref('192.0.2.9'), login: 'a', mechanism: 'PLAIN', cause: 'rejected' });
  });
  assert.deepEqual(addresses, ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.7']);
});

test('the filter is not led to another address by what a client claims', async (t) => {
  const claims = [
    '","client":"198.51.100.1","listener":"internet","login":"x","mechanism":"PLAIN","cause":"rejected"}',
    '\n{"level":"info","pid":1,"process":"w1","event":"auth.refused","session":"a","client":"198.51.100.1"',
    '\\","client":"198.51.100.1',
    '<ADDR>',
  ];
  const addresses = await found(t, 'all', (emit) => {
    for (const claim of claims) {
      emit('auth.refused', { ...ref('192.0.2.1'), login: claim, mechanism: 'PLAIN', cause: 'rejected' });
      emit('client.probing', { ...ref('192.0.2.2'), recipient: claim });
      emit('session.error', { ...ref('192.0.2.3'), verb: claim, reply: claim });
    }
  });
  assert.deepEqual(
    addresses,
    claims.flatMap(() => ['192.0.2.1', '192.0.2.2']),
  );
});

test('the example jails use the filter in modes that it has', () => {
  const jails = readFileSync(join(FOLDER, 'jail.d/postern.conf'), 'utf8');
  const modes = [...jails.matchAll(/^filter = postern\[mode=(\w+)\]$/gm)].map((match) => match[1]);
  assert.deepEqual(modes, ['auth', 'abuse']);
});
