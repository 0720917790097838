import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig, policySource, type Config } from '../config/mod.ts';
import type { Sighting, Taken } from '../ledger/mod.ts';
import { parseMailbox, type Mailbox } from '../mail/mod.ts';
import { compilePolicy, decide, type Decision } from '../policy/mod.ts';
import type { Restrained } from '../session/mod.ts';
import { parseIp, type IpAddress } from '../std/mod.ts';
import { createRestraint, type WorkerRestraint } from './restraint.ts';
import { SupervisorChannel } from './upward.ts';

function config(relay: string, more = ''): Config {
  const text = `hostname: mx.inbound.test\nrelay:\n  ${relay}\n${more}`;
  const reading = parseConfig(text, 'postern.yaml');
  assert.ok('config' in reading, JSON.stringify(reading));
  return reading.config;
}

const OFFICE = '- { name: office, from: [10.0.0.0/24] }';
const PEOPLE = '- { name: people, authenticated: true, limit: 7/hour }';

function ip(text: string): IpAddress {
  const address = parseIp(text);
  assert.ok(address !== undefined);
  return address;
}

function mailbox(text: string): Mailbox {
  const parsed = parseMailbox(text);
  assert.ok(!('error' in parsed));
  return parsed;
}

function decision(inForce: Config, client: string, account?: string): Decision {
  const facts = {
    client: ip(client),
    localAddress: ip('10.0.0.2'),
    listener: 'internet',
    account,
    sender: null,
    recipient: mailbox('b@outside.test'),
    mailbox: 'notAsked' as const,
    at: 0,
  };
  return decide(facts, compilePolicy(policySource(inForce)));
}

interface World {
  readonly restraint: WorkerRestraint;
  readonly asked: string[];
  readonly sightings: Sighting[];
  config: Config;
  now: number;
  check(
    client: string,
    options?: { account?: string; helo?: string },
  ): Promise<Restrained | undefined> | undefined;
}

/** A worker's restraint; `taken` is what the supervisor answers, undefined: nothing. */
function world(first: Config, taken: Taken | undefined, suspects: readonly string[] = []): World {
  const asked: string[] = [];
  const sightings: Sighting[] = [];
  const channel = new SupervisorChannel((message) => {
    if (message.kind === 'note') {
      if ('grant' in message.note) sightings.push(message.note);
      return;
    }
    assert.ok(typeof message.ask === 'object' && !('network' in message.ask));
    asked.push(message.ask.map(({ grant, whose, limit }) => `${grant} ${limit.recipients} ${whose}`).join());
    if (taken === undefined) queueMicrotask(() => channel.gone());
    else channel.settle({ kind: 'reply', id: message.id, name: message.name, answer: taken });
  });
  const made: World = {
    asked,
    sightings,
    config: first,
    now: 0,
    restraint: createRestraint({
      inForce: () => ({ config: made.config }),
      supervisor: channel,
      suspects,
      clock: { now: () => made.now },
    }),
    check: (client, { account, helo = 'a.test' } = {}) =>
      made.restraint.check(decision(made.config, client, account), { session: 'T1', helo }),
  };
  return made;
}

test('a grant without a limit is never asked about', () => {
  const here = world(config(`allow: [${OFFICE.slice(2)}]`), { kind: 'taken' });
  assert.equal(here.check('10.0.0.7'), undefined);
  assert.deepEqual(here.asked, []);
});

test('a grant with limits is asked about once for all of them, and the answer is what the session is told', async () => {
  const limited = config(
    'allow: [{ name: office, from: [10.0.0.0/24], limit: [5/minute, { rate: 9/hour, per: client }] }]',
  );
  const free = world(limited, { kind: 'taken' });
  assert.equal(await free.check('10.0.0.7'), undefined);
  assert.deepEqual(free.asked, ['office 5 ,office 9 10.0.0.7']);
  const over = {
    grant: 'office',
    whose: '',
    limit: { recipients: 5, periodMs: 60_000, burst: 5, per: 'grant' as const },
  };
  assert.deepEqual(await world(limited, { kind: 'limit', until: 5, counting: over }).check('10.0.0.7'), {
    reason: 'limit',
    until: 5,
  });
  assert.deepEqual(await world(limited, { kind: 'full' }).check('10.0.0.7'), { reason: 'unavailable' });
  assert.deepEqual(await world(limited, undefined).check('10.0.0.7'), { reason: 'unavailable' });
});

test('a reload counts from the next recipient on', async () => {
  const here = world(config('allow: [{ name: office, from: [10.0.0.0/24], limit: 5/hour }]'), {
    kind: 'taken',
  });
  await here.check('10.0.0.7');
  here.config = config('allow: [{ name: office, from: [10.0.0.0/24], limit: 6/hour }]');
  await here.check('10.0.0.7');
  here.config = config(`allow: [${OFFICE.slice(2)}]`);
  assert.equal(here.check('10.0.0.7'), undefined);
  assert.deepEqual(here.asked, ['office 5 ', 'office 6 ']);
});

test('who relays by address alone is told with each name, once in an hour; who has signed in is not', () => {
  const here = world(config(`allow:\n    ${OFFICE}\n    - { name: staff, authenticated: true }`), {
    kind: 'taken',
  });
  for (const helo of ['a.test', 'A.test', 'b.test', '', '[10.0.0.7]'])
    assert.equal(here.check('10.0.0.7', { helo }), undefined);
  assert.equal(here.check('10.0.0.7', { account: 'bob@inbound.test', helo: 'c.test' }), undefined);
  assert.equal(here.check('192.0.2.1', { account: 'bob@inbound.test', helo: 'c.test' }), undefined);
  const names = (): string[] => here.sightings.map(({ client, name, grant }) => `${client} ${name} ${grant}`);
  assert.deepEqual(names(), ['10.0.0.7 a.test office', '10.0.0.7 b.test office', '10.0.0.7  office']);
  here.now = 3_600_000;
  assert.equal(here.check('10.0.0.7'), undefined);
  assert.equal(here.sightings.length, 3);
  here.now += 1;
  assert.equal(here.check('10.0.0.7'), undefined);
  assert.equal(here.sightings.length, 4);
});

test('a suspect is only told of by default, and refused when the configuration says so, from the next recipient on', async () => {
  const rules = `allow:\n    ${OFFICE}`;
  const here = world(config(rules), { kind: 'taken' }, ['10.0.0.7']);
  assert.equal(here.check('10.0.0.7'), undefined);
  here.config = config(`${rules}\n  suspectGateway: refuse`);
  assert.deepEqual(await here.check('10.0.0.7'), { reason: 'suspectGateway' });
  assert.equal(here.check('10.0.0.8'), undefined);
  here.restraint.suspect(['10.0.0.8']);
  assert.equal(here.check('10.0.0.7'), undefined);
  assert.deepEqual(await here.check('10.0.0.8'), { reason: 'suspectGateway' });
});

test('a suspect that has signed in relays by a grant that asks for that, and counts against its limit', async () => {
  const rules = `suspectGateway: refuse\n  allow:\n    ${OFFICE}\n    ${PEOPLE}`;
  const here = world(config(rules), { kind: 'taken' }, ['10.0.0.7']);
  assert.equal(await here.check('10.0.0.7', { account: 'bob@inbound.test' }), undefined);
  assert.deepEqual(here.asked, ['people 7 bob@inbound.test']);
  assert.deepEqual(await here.check('10.0.0.7'), { reason: 'suspectGateway' });
  const alone = world(config(`suspectGateway: refuse\n  allow:\n    ${OFFICE}`), { kind: 'taken' }, [
    '10.0.0.7',
  ]);
  assert.deepEqual(await alone.check('10.0.0.7', { account: 'bob@inbound.test' }), {
    reason: 'suspectGateway',
  });
});

test('the address of a proxy holds no grant by the address of ours alone, whatever is said of suspects', async () => {
  const more =
    'listeners: { internet: { bind: ["10.0.0.2:25"] } }\nproxies: [10.0.0.7, { address: 10.0.0.8/31, header: none }]';
  const rules = `allow:\n    - { name: inside, connectingTo: [10.0.0.2] }\n    ${PEOPLE}`;
  const here = world(config(rules, more), { kind: 'taken' });
  assert.equal(here.check('10.0.0.6'), undefined);
  for (const client of ['10.0.0.7', '10.0.0.8', '10.0.0.9']) {
    assert.deepEqual(await here.check(client), { reason: 'suspectGateway' }, client);
    assert.equal(await here.check(client, { account: 'bob@inbound.test' }), undefined, 'a login counts');
  }
});
