import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSecureContext, type SecureContext } from 'node:tls';
import { parseConfig, type Config } from '../config/mod.ts';
import { holdInForce } from './inForce.ts';

function config(grant: string): Config {
  const reading = parseConfig(
    `hostname: mx.inbound.test
routing: { domains: [{ domain: inbound.test, inbound: true }] }
relay: { allow: [{ name: ${grant}, authenticated: true }] }
`,
    `${grant}.yaml`,
  );
  if ('problems' in reading) throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}

/** Certificates that come when the test says so. */
function certificates() {
  const asked: { file: string; give: (context: SecureContext) => void }[] = [];
  const load = ({ file }: Config): Promise<SecureContext> =>
    new Promise((give) => asked.push({ file, give }));
  const turn = async (count: number): Promise<void> => {
    while (asked.length < count) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  return { asked, load, turn };
}

const nothing = (): Promise<void> => Promise.resolve();

test('renewCertificate() never brings back a policy that a reload replaced meanwhile', async () => {
  const { asked, load, turn } = certificates();
  const starting = holdInForce(config('old'), load);
  await turn(1);
  asked.pop()?.give(createSecureContext());
  const held = await starting;
  const changed = Promise.all([held.renewCertificate(), held.replace(config('new'), nothing)]);
  // Whatever was asked for last is given first, which is the order in which the older of two changes could win.
  for (let given = 0; given < 2; given += 1) {
    await turn(1);
    await new Promise<void>((resolve) => setImmediate(resolve));
    asked.pop()?.give(createSecureContext());
  }
  await changed;
  assert.equal(held.current.config.file, 'new.yaml');
  assert.deepEqual(
    held.current.policy.grants.grants.map(({ rule }) => rule.name),
    ['new'],
  );
});

test('replace() makes changes in the order in which they came', async () => {
  const { asked, load, turn } = certificates();
  const starting = holdInForce(config('first'), load);
  await turn(1);
  asked[0]?.give(createSecureContext());
  const held = await starting;
  const second = held.replace(config('second'), nothing);
  const third = held.replace(config('third'), nothing);
  await turn(2);
  assert.equal(asked[1]?.file, 'second.yaml');
  asked[1]?.give(createSecureContext());
  await second;
  await turn(3);
  asked[2]?.give(createSecureContext());
  await third;
  assert.equal(held.current.config.file, 'third.yaml');
});

test('replace() leaves in force what was, when the certificate or the application fails', async () => {
  const context = createSecureContext();
  let broken = false;
  const held = await holdInForce(config('old'), () =>
    broken ? Promise.reject(new Error('gone')) : Promise.resolve(context),
  );
  await assert.rejects(
    held.replace(config('new'), () => Promise.reject(new Error('in use'))),
    /in use/,
  );
  assert.equal(held.current.config.file, 'old.yaml');
  broken = true;
  await assert.rejects(held.replace(config('new'), nothing), /gone/);
  await assert.rejects(held.renewCertificate(), /gone/);
  assert.equal(held.current.config.file, 'old.yaml');
  assert.equal(held.current.secureContext, context);
});
