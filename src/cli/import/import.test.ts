import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { EXIT } from '../exit.ts';
import { assertFailed, site } from '../testing/kit.ts';

const KEY = String.raw`[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]`;
const REGISTRY = `REGEDIT4\r\n\r\n${KEY}\r\n"RelayFlags"=dword:00000008\r\n`;
const HOSTNAME = ['--hostname', 'mail.contoso.example'];

test('import exchange writes the configuration to stdout and everything else to stderr', async (t) => {
  const { run, cwd } = await site(t, null);
  await writeFile(join(cwd, 'ims.reg'), REGISTRY);
  await writeFile(join(cwd, 'routing.txt'), 'contoso.example <inbound>\n');
  const ran = await run(['import', 'exchange', 'ims.reg', 'routing.txt', ...HOSTNAME]);
  assert.equal(ran.code, EXIT.yes, ran.stderr);
  assert.match(ran.stdout, /^# Made by postern import exchange from ims\.reg and routing\.txt\.\n/);
  assert.match(ran.stdout, /name: signed-in, authenticated: true }   # ims\.reg:4 RelayFlags/);
  assert.match(ran.stderr, /ims\.reg:4: "Hosts and clients that successfully authenticate"/);
  assert.match(
    ran.stderr,
    /\nProved\. Not an open relay: no client outside your one grant can relay\. .*\nNext: postern check\n$/,
  );
});

test('import exchange ends with what is wrong when the configuration is not fit for use', async (t) => {
  const { run, cwd } = await site(t, null);
  // Two halves of the Internet, in networks that are each small enough to be somebody's.
  const networks = Array.from({ length: 256 }, (_, first) => `${first}.0.0.0;255.0.0.0`);
  const octets = Buffer.from(`${networks.join('\0')}\0\0`, 'latin1');
  const list = [...octets].map((octet) => octet.toString(16)).join(',');
  const text = REGISTRY.replace('00000008', '00000002').concat(`"RelayAllowList"=hex(7):${list}\r\n`);
  await writeFile(join(cwd, 'ims.reg'), text);
  await writeFile(join(cwd, 'routing.txt'), 'contoso.example <inbound>\n');
  const ran = await run(['import', 'exchange', 'ims.reg', 'routing.txt', ...HOSTNAME]);
  assert.equal(ran.code, EXIT.no);
  assert.match(ran.stderr, /\nNot proved: .*Example: /);
});

test('import exchange -o writes a file that check takes, and never over one that is there', async (t) => {
  const { run, cwd } = await site(t, null);
  await writeFile(join(cwd, 'ims.reg'), REGISTRY);
  const line = ['import', 'exchange', 'ims.reg', ...HOSTNAME, '-o', 'postern.yaml'];
  const ran = await run(line);
  assert.equal(ran.code, EXIT.no, 'the routing table was not given');
  assert.match(ran.stderr, /ims\.reg: the routing table\. The old service kept it in its directory/);
  assert.equal((await run(['check'])).code, EXIT.yes);
  const before = await readFile(join(cwd, 'postern.yaml'), 'utf8');
  assertFailed(await run(line), EXIT.usage, /postern\.yaml is there already, and is not overwritten/);
  assert.equal(await readFile(join(cwd, 'postern.yaml'), 'utf8'), before);
});

test('import exchange --do-not-reroute relays for nobody', async (t) => {
  const { run, cwd } = await site(t, null);
  await writeFile(join(cwd, 'ims.reg'), REGISTRY);
  const ran = await run(['import', 'exchange', 'ims.reg', ...HOSTNAME, '--do-not-reroute']);
  assert.equal(ran.code, EXIT.no);
  assert.match(ran.stdout, /reroute: false/);
  assert.match(ran.stderr, /RelayFlags bit 4: left behind by "Do not reroute incoming SMTP mail"/);
});

test('import exchange says what it cannot read, and exits 2', async (t) => {
  const { run, cwd } = await site(t, null);
  assertFailed(await run(['import', 'exchange', 'none.reg']), EXIT.usage, /cannot read none\.reg/);
  await writeFile(join(cwd, 'ims.reg'), `${REGISTRY}"RelayAllowList"=hex(7):3x\r\n`);
  assertFailed(
    await run(['import', 'exchange', 'ims.reg', ...HOSTNAME]),
    EXIT.usage,
    /nothing was imported/,
    /ims\.reg:5:\d+: this is no octet/,
  );
  await writeFile(join(cwd, 'ims.reg'), REGISTRY);
  assertFailed(
    await run(['import', 'exchange', 'ims.reg']),
    EXIT.usage,
    /no file says what this server is called/,
  );
  assertFailed(
    await run(['import', 'exchange', 'ims.reg', '--hostname', 'a_b']),
    EXIT.usage,
    /a_b is not a domain name/,
  );
  await writeFile(join(cwd, 'routing.txt'), 'contoso.example <inbound>\n');
  assertFailed(
    await run(['import', 'exchange', 'routing.txt', ...HOSTNAME]),
    EXIT.usage,
    /routing table without a registry export/,
  );
  assertFailed(
    await run(['import', 'exchange', 'ims.reg', 'ims.reg', ...HOSTNAME]),
    EXIT.usage,
    /a second registry export/,
  );
});

test('import exchange --json has the text, what is missing and the notes', async (t) => {
  const { run, cwd } = await site(t, null);
  await writeFile(join(cwd, 'ims.reg'), REGISTRY);
  const ran = await run(['import', 'exchange', 'ims.reg', ...HOSTNAME, '--json']);
  const json: {
    schema: string;
    verdict: string;
    fit: boolean;
    yaml: string;
    notCarried: { where: { file: string } }[];
  } = JSON.parse(ran.stdout);
  assert.equal(json.schema, 'postern.import/1');
  assert.equal(json.verdict, 'notAllCarried');
  assert.equal(json.fit, true);
  assert.match(json.yaml, /hostname: mail\.contoso\.example/);
  assert.equal(json.notCarried[0]?.where.file, 'ims.reg');
});

test('import haraka reads the folder, never a password, and says what is left to do', async (t) => {
  const { run, cwd } = await site(t, null);
  const config = join(cwd, 'haraka', 'config');
  await mkdir(config, { recursive: true });
  assertFailed(await run(['import', 'haraka', 'haraka']), EXIT.usage, /this is not the folder of a Haraka/);
  await writeFile(join(config, 'plugins'), 'relay\nauth/flat_file\nrcpt_to.in_host_list\nqueue/lmtp\n');
  assertFailed(
    await run(['import', 'haraka', 'haraka']),
    EXIT.usage,
    /no name of this server that is a domain/,
  );
  await writeFile(join(config, 'me'), 'mail.contoso.example\n');
  await writeFile(join(config, 'host_list'), 'contoso.example\n');
  await writeFile(join(config, 'auth_flat_file.ini'), '[users]\nalice=s3cret-word\n');
  const ran = await run(['import', 'haraka', 'haraka']);
  assert.equal(ran.code, EXIT.no);
  assert.match(ran.stdout, /domain: contoso\.example, inbound: true/);
  assert.match(
    ran.stderr,
    /auth_flat_file\.ini:2: the user alice\. .*postern account add alice@contoso\.example/,
  );
  assert.doesNotMatch(ran.stdout + ran.stderr, /s3cret/);
});
