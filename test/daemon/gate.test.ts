/** The gate of the running daemon: what is proved to be open never comes into force, and a reload says what it changed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../kit/ports.ts';
import { Site } from '../kit/postern.ts';
import { configuration, OFFICE, running } from './site.ts';

/** Each of the two is taken when it stands alone. */
const HALVES = [
  ['lower', '0.0.0.0/1'],
  ['upper', '128.0.0.0/1'],
]
  .map(
    ([name, range]) =>
      `    - { name: ${String(name)}, from: [${String(range)}], iUnderstand: "${String(range)} is wider than /24 and not private" }`,
  )
  .join('\n');

test('gate: a policy that is open does not start, and the reason has a client, a place and a remedy', async () => {
  const port = await freePort();
  await using site = await Site.create(configuration({ port, allow: HALVES }));
  site.spawn();
  assert.equal(await site.exited(), 2);
  assert.match(
    site.output,
    /postern\.yaml:\d+:\d+: open relay: anyone on IPv4 can relay; example: 203\.0\.113\.9, not signed in, .*, by upper .*together hold every public address\. Name the networks that are meant/,
  );
});

test('gate: a start says that it is proved, and logs what an administrator should know', async () => {
  await using postern = await running({
    allow: '    - { name: printers, from: [127.0.1.0/24, 127.0.1.7], until: 2020-01-01 }',
  });
  const { site } = postern;
  assert.match(site.output, /✓ Not an open relay: proved\. No client outside your 2 grants can relay\./);
  await site.logged('configuration.warned');
  const [warned] = await site.events('configuration.warned');
  assert.ok(warned !== undefined);
  assert.equal(warned['finding'], 'grant-expired');
  assert.match(String(warned['place']), /postern\.yaml:\d+:7$/);
  assert.equal(warned['level'], 'warn');
  assert.ok(String(warned['what']).length > 0 && String(warned['remedy']).length > 0);
});

test('gate: a reload to an open policy changes nothing; one to a closed policy says what it changes', async () => {
  await using postern = await running();
  const { site, port } = postern;
  await site.configure(configuration({ port, allow: HALVES }));
  const refused = await site.cli('reload');
  assert.equal(refused.code, 1, refused.stderr);
  assert.match(
    refused.stdout,
    /^Not reloaded: 1 problem.*\n.*open relay: anyone on IPv4 can relay; example: /,
  );
  await site.configure(configuration({ port, allow: OFFICE, more: 'limits: { hops: 40 }' }));
  const done = await site.cli('reload');
  assert.equal(done.code, 0, done.stderr);
  assert.match(
    done.stdout,
    /^Reloaded\. .*postern\.yaml is in force: 1 opening and 1 other setting\.\n\+ Opens relaying for 127\.0\.1\.0\/24 \(256 addresses, none public\), without signing in, to any recipient, by office \(.*postern\.yaml:\d+\)\.\nAlso changes: limits\.hops is 40 \(was 100\)\.\n$/,
  );
  await site.logged('reload.done');
  const [event] = await site.events('reload.done');
  assert.deepEqual(
    [event?.['opens'], event?.['closes'], event?.['alters'], event?.['warnings']],
    [1, 0, 0, 0],
  );
  const again = await site.control.reload();
  assert.ok(again.kind === 'done' && again.value.ok);
  assert.deepEqual(again.value.changes, []);
  assert.deepEqual(again.value.rest, ['Every client gets the same verdict, and no setting differs.']);
});
