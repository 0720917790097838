/**
 * testssl.sh looks at our TLS. All of its tests on implicit TLS, and after STARTTLS those that could come out otherwise there;
 * the settings are the same (`src/listener/tlsContext.ts`). What a self-signed certificate cannot have is not looked at.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { needs } from '../kit/peers.ts';
import { run } from '../kit/run.ts';
import { openPeerSite, type PeerSite } from './site.ts';

let peers: PeerSite;
before(async () => {
  peers = await openPeerSite();
});
after(async () => {
  await peers[Symbol.asyncDispose]();
});

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

function isFinding(value: unknown): value is Finding {
  return typeof value === 'object' && value !== null && 'id' in value && 'severity' in value;
}

/** What testssl.sh says of its own surroundings. */
const SURROUNDINGS: ReadonlySet<string> = new Set(['engine_problem']);

async function findings(...args: readonly string[]): Promise<readonly Finding[]> {
  const file = join(peers.site.folder, `testssl${args.join('').replaceAll(/[^A-Za-z0-9]/g, '')}.json`);
  const quiet = ['--quiet', '--color', '0', '--warnings', 'off', '--ip', 'one', '--jsonfile', file];
  const { output } = await run('testssl', [...quiet, ...args]);
  const found: unknown = JSON.parse(await readFile(file, 'utf8'));
  assert.ok(Array.isArray(found) && found.every(isFinding), output);
  return found.filter(({ id }) => !SURROUNDINGS.has(id));
}

const FINE: ReadonlySet<string> = new Set(['OK', 'INFO', 'DEBUG']);

test('testssl.sh: no weakness with implicit TLS', { skip: needs('testssl') }, async () => {
  const found = await findings('-p', '-s', '-U', `127.0.0.1:${peers.submissions}`);
  assert.deepEqual(
    found.filter(({ severity }) => !FINE.has(severity)),
    [],
  );
  for (const id of ['TLS1_2', 'TLS1_3', 'heartbleed', 'secure_client_renego', 'LOGJAM', 'RC4'])
    assert.ok(
      found.some((finding) => finding.id === id),
      `${id} was looked at`,
    );
});

test('testssl.sh: no weakness after STARTTLS', { skip: needs('testssl') }, async () => {
  const found = await findings('--starttls', 'smtp', '-p', '-I', '-R', `127.0.0.1:${peers.transfer}`);
  assert.deepEqual(
    found.filter(({ severity }) => !FINE.has(severity)),
    [],
  );
  for (const id of ['TLS1_2', 'TLS1_3', 'secure_client_renego', 'CCS'])
    assert.ok(
      found.some((finding) => finding.id === id),
      `${id} was looked at`,
    );
});
