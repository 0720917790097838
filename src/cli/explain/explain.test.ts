import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { EXIT } from '../exit.ts';
import { assertFailed, site } from '../testing/kit.ts';
import type { Ran } from '../testing/kit.ts';

const CONFIG = `hostname: mail.contoso.example
listeners:
  internet: { bind: ["0.0.0.0:2525"], auth: off }
  devices: { bind: ["127.0.0.5:2526", "127.0.0.6:2526"] }
  submission: { bind: ["127.0.0.1:2587"], for: submission }
routing:
  domains:
    - { domain: contoso.example, inbound: true }
    - { domain: branch.example, forward: "mail.branch.example:25" }
    - { domain: old.example, rewrite: contoso.example }
    - { domain: partner.example, alwaysRelay: true }
relay:
  never:
    - { name: guests, from: [10.9.0.0/16] }
  allow:
    - { name: staff, authenticated: true }
    - { name: office, from: [192.168.10.0/24] }
    - { name: apps, connectingTo: [127.0.0.5] }
    - { name: scanner, from: [10.0.8.0/28], senders: ["scan@contoso.example"] }
    - { name: summer, from: [10.7.0.0/16], until: 2027-06-30 }
accounts:
  defaultDomain: contoso.example
  ntDomains: { CONTOSO: contoso.example }
`;

async function withAccounts(t: TestContext) {
  const made = await site(t, CONFIG);
  const explain = (...argv: string[]): Promise<Ran> => made.run(['explain', ...argv]);
  await made.run(['account', 'add', 'alice@contoso.example', '--alias', 'a.smith@contoso.example']);
  return { ...made, explain };
}

test('explain shows the verdict first, then the trace, then what would have allowed it', async (t) => {
  const { explain } = await withAccounts(t);
  const ran = await explain(
    '--from',
    '198.51.100.7',
    '--to-address',
    '127.0.0.1',
    '--sender',
    'x@y.example',
    'b@other.example',
  );
  assert.equal(ran.code, EXIT.no);
  assert.equal(ran.stderr, '');
  assert.match(
    ran.stdout,
    /^Refused: 550 5\.7\.1\.\n\n 1 ✓ The recipient is well formed: b@other\.example\.\n/,
  );
  assert.match(
    ran.stdout,
    /\n→ Refused, 550 5\.7\.1 Relaying to other\.example is prohibited from 198\.51\.100\.7/,
  );
  assert.match(ran.stdout, /It would have been relayed by staff after signing in\./);
});

for (const [name, argv, code, verdict] of [
  [
    'a grant',
    ['--from', '192.168.10.7', 'b@other.example'],
    EXIT.yes,
    /^Accepted for relay by grant office \(.*postern\.yaml:17\)/,
  ],
  ['a never rule', ['--from', '10.9.0.1', 'b@other.example'], EXIT.no, /^Refused: 550 5\.7\.1/],
  [
    'an inbound mailbox',
    ['--from', '10.9.0.1', 'alice@contoso.example'],
    EXIT.yes,
    /^Accepted for a mailbox here by route contoso\.example/,
  ],
  [
    'an alias',
    ['--from', '198.51.100.7', 'A.Smith@CONTOSO.example'],
    EXIT.yes,
    /^Accepted for a mailbox here/,
  ],
  [
    'an unknown mailbox',
    ['--from', '198.51.100.7', 'nobody@contoso.example'],
    EXIT.no,
    /^Refused: 550 5\.1\.1/,
  ],
  ['postmaster', ['--from', '198.51.100.7', 'postmaster'], EXIT.yes, /^Accepted for a mailbox here/],
  [
    'a rewritten domain',
    ['--from', '198.51.100.7', 'alice@old.example'],
    EXIT.yes,
    /^Accepted for a mailbox here/,
  ],
  [
    'a forwarded domain',
    ['--from', '198.51.100.7', 'x@branch.example'],
    EXIT.yes,
    /^Accepted to be forwarded/,
  ],
  [
    'an always relay domain',
    ['--from', '198.51.100.7', 'x@partner.example'],
    EXIT.yes,
    /^Accepted for relay by route partner\.example/,
  ],
  [
    'a source route',
    ['--from', '192.168.10.7', '<@a.example:b@other.example>'],
    EXIT.yes,
    /well formed: b@other\.example/,
  ],
  [
    'an account',
    ['--from', '198.51.100.7', '--account', 'alice', 'b@other.example'],
    EXIT.yes,
    /by grant staff/,
  ],
  [
    'an account by its alias',
    ['--from', '198.51.100.7', '--account', 'a.smith@contoso.example', 'b@other.example'],
    EXIT.yes,
    /alice@contoso\.example has signed in/,
  ],
  [
    'an account of a Windows domain',
    ['--from', '198.51.100.7', '--account', String.raw`CONTOSO\alice`, 'b@other.example'],
    EXIT.yes,
    /by grant staff/,
  ],
  [
    'a local address',
    ['--from', '198.51.100.7', '--to-address', '127.0.0.5', 'b@other.example'],
    EXIT.yes,
    /by grant apps/,
  ],
  [
    'a sender',
    [
      '--from',
      '10.0.8.3',
      '--to-address',
      '127.0.0.1',
      '--sender',
      'Scan@contoso.example',
      'b@other.example',
    ],
    EXIT.yes,
    /by grant scanner/,
  ],
  [
    'another sender',
    ['--from', '10.0.8.3', '--to-address', '127.0.0.1', '--sender', '<>', 'b@other.example'],
    EXIT.no,
    /^Refused/,
  ],
  [
    'a moment before until',
    ['--from', '10.7.0.1', '--at', '2027-06-30T23:59', 'b@other.example'],
    EXIT.yes,
    /by grant summer/,
  ],
  [
    'a moment after until',
    ['--from', '10.7.0.1', '--to-address', '127.0.0.1', '--at', '2027-07-01', 'b@other.example'],
    EXIT.no,
    /^Refused/,
  ],
  ['a mapped address', ['--from', '::ffff:192.168.10.7', 'b@other.example'], EXIT.yes, /by grant office/],
] as const) {
  test(`explain decides by ${name}`, async (t) => {
    const { explain } = await withAccounts(t);
    const ran = await explain(...argv);
    assert.equal(ran.code, code, ran.stdout + ran.stderr);
    assert.match(ran.stdout, verdict);
  });
}

test('explain cannot tell when a grant asks for the local address, and names it', async (t) => {
  const { explain } = await withAccounts(t);
  const ran = await explain('--from', '198.51.100.7', 'b@other.example');
  assert.equal(ran.code, EXIT.cannotTell);
  assert.match(
    ran.stdout,
    /^Cannot tell: it depends on the address of ours that the client connected to\.\n/,
  );
  assert.match(ran.stdout, /connected to 127\.0\.0\.5: accepted by grant apps \(.*postern\.yaml:18\)/);
  assert.match(ran.stdout, /--to-address\.\n$/);
});

test('explain cannot tell when a grant asks for the sender, and names it', async (t) => {
  const { explain } = await withAccounts(t);
  const ran = await explain('--from', '10.0.8.3', '--to-address', '127.0.0.1', 'b@other.example');
  assert.equal(ran.code, EXIT.cannotTell);
  assert.match(ran.stdout, /depends on the claimed sender/);
  assert.match(ran.stdout, /from sender scan@contoso\.example: accepted by grant scanner/);
});

test('explain needs no fact that cannot change the verdict', async (t) => {
  const { explain } = await withAccounts(t);
  // A never rule refuses whatever the local address and the sender are; a grant of the client accepts.
  const refused = await explain('--from', '10.9.0.1', 'b@other.example');
  assert.equal(refused.code, EXIT.no);
  const note =
    'The same whatever the address of ours that the client connected to and the claimed sender are.';
  assert.ok(refused.stdout.startsWith(`Refused: 550 5.7.1.\n${note}\n`));
  assert.equal((await explain('--from', '192.168.10.7', 'b@other.example')).code, EXIT.yes);
});

test('explain takes the addresses of a listener that is named', async (t) => {
  const { explain } = await withAccounts(t);
  const open = await explain('--from', '198.51.100.7', '--listener', 'devices', 'b@other.example');
  assert.equal(open.code, EXIT.cannotTell);
  const internet = await explain('--from', '198.51.100.7', '--listener', 'internet', 'b@other.example');
  assert.equal(internet.code, EXIT.cannotTell);
  const other = await explain(
    '--from',
    '198.51.100.7',
    '--listener',
    'devices',
    '--to-address',
    '127.0.0.6',
    'b@other.example',
  );
  assert.equal(other.code, EXIT.no);
});

test('explain says that a submission listener wants a login first', async (t) => {
  const { explain } = await withAccounts(t);
  const stranger = await explain(
    '--from',
    '192.168.10.7',
    '--listener',
    'submission',
    'alice@contoso.example',
  );
  assert.equal(stranger.code, EXIT.no);
  assert.match(stranger.stdout, /^Refused: 530 5\.7\.0\.\n/);
  const argv = [
    '--from',
    '198.51.100.7',
    '--listener',
    'submission',
    '--account',
    'alice',
    'b@other.example',
  ];
  assert.equal((await explain(...argv)).code, EXIT.yes);
});

test('explain cannot tell whether a mailbox is known while there are no accounts', async (t) => {
  const { run } = await site(t, CONFIG);
  const ran = await run(['explain', '--from', '198.51.100.7', 'alice@contoso.example']);
  assert.equal(ran.code, EXIT.cannotTell);
  assert.match(
    ran.stdout,
    /^Cannot tell whether there is a mailbox alice@contoso\.example\..*accounts\.db does not exist/,
  );
  const relay = await run(['explain', '--from', '192.168.10.7', 'b@other.example']);
  assert.equal(relay.code, EXIT.yes);
});

for (const [name, argv, pattern] of [
  ['no client', ['b@other.example'], /--from is missing/],
  [
    'a client that is no address',
    ['--from', '192.168.010.7', 'b@other.example'],
    /--from: 192\.168\.010\.7 is not an IP address/,
  ],
  [
    'a recipient that is no address',
    ['--from', '::1', 'b@@other.example'],
    /b@@other\.example is not an address/,
  ],
  ['a recipient without a domain', ['--from', '::1', 'b'], /b is not an address/],
  [
    'a sender that is no address',
    ['--from', '::1', '--sender', 'x', 'b@other.example'],
    /--sender: x is not an address/,
  ],
  [
    'a listener that is not there',
    ['--from', '::1', '--listener', 'submision', 'b@other.example'],
    /did you mean submission\?/,
  ],
  [
    'a listener at another address',
    ['--from', '::1', '--listener', 'submission', '--to-address', '127.0.0.5', 'b@other.example'],
    /not bound to 127\.0\.0\.5/,
  ],
  [
    'an address nobody listens at',
    ['--from', '::1', '--to-address', '2001:db8::1', 'b@other.example'],
    /no listener is bound to 2001:db8::1/,
  ],
  [
    'an account where nobody can sign in',
    ['--from', '::1', '--listener', 'internet', '--account', 'alice', 'b@other.example'],
    /auth is off/,
  ],
  [
    'an account that is not there',
    ['--from', '::1', '--account', 'carol', 'b@other.example'],
    /no account carol@contoso\.example/,
  ],
  [
    'a login that names no account',
    ['--from', '::1', '--account', String.raw`OTHER\alice`, 'b@other.example'],
    /names no account/,
  ],
  ['a moment that is none', ['--from', '::1', '--at', 'tomorrow', 'b@other.example'], /--at: tomorrow/],
  ['a day that is none', ['--from', '::1', '--at', '2027-13-01', 'b@other.example'], /--at: 2027-13-01/],
  [
    'an expectation that is none',
    ['--from', '::1', '--expect', 'maybe', 'b@other.example'],
    /Allowed choices/,
  ],
] as const) {
  test(`explain refuses ${name} instead of ignoring it`, async (t) => {
    const { explain } = await withAccounts(t);
    assertFailed(await explain(...argv), EXIT.usage, pattern);
  });
}

test('explain refuses an account that is disabled or has no password', async (t) => {
  const { explain, run } = await withAccounts(t);
  const argv = ['--from', '::1', '--account', 'alice', 'b@other.example'];
  await run(['account', 'disable', 'alice@contoso.example']);
  assertFailed(await explain(...argv), EXIT.usage, /is disabled, so nobody can have signed in/);
  await run(['account', 'enable', 'alice@contoso.example']);
  await run(['account', 'passwd', 'alice@contoso.example', '--no-password']);
  assertFailed(await explain(...argv), EXIT.usage, /has no password/);
});

test('explain --expect exits by the expectation', async (t) => {
  const { explain } = await withAccounts(t);
  const relayed = ['--from', '192.168.10.7', 'b@other.example', '--expect'];
  for (const [expect, code] of [
    ['relayed', EXIT.yes],
    ['accepted', EXIT.yes],
    ['refused', EXIT.no],
    ['inbound', EXIT.no],
    ['forwarded', EXIT.no],
  ] as const) {
    const ran = await explain(...relayed, expect);
    assert.equal(ran.code, code, expect);
    assert.match(
      ran.stdout,
      code === EXIT.yes
        ? /\nAs expected: relayed\.\n$/
        : /\nNot as expected: it must be \w+, but is relayed\.\n$/,
    );
  }
  const refused = await explain('--from', '10.9.0.1', 'b@other.example', '--expect', 'refused');
  assert.equal(refused.code, EXIT.yes);
  const unknown = await explain('--from', '198.51.100.7', 'b@other.example', '--expect', 'refused');
  assert.equal(unknown.code, EXIT.cannotTell);
});

test('explain --json carries the decision, its facts and its steps', async (t) => {
  const { explain } = await withAccounts(t);
  const ran = await explain('--from', '192.168.10.7', 'b@other.example', '--json', '--expect', 'relayed');
  assert.equal(ran.code, EXIT.yes);
  const json: Record<string, unknown> = JSON.parse(ran.stdout);
  assert.equal(json['schema'], 'postern.explain/1');
  assert.equal(json['verdict'], 'accepted');
  assert.equal(json['as'], 'relay');
  assert.equal(json['rule'], 'grant:office');
  assert.equal(json['met'], true);
  assert.deepEqual(json['reply'], { code: 250, status: '2.1.5', text: 'Recipient accepted' });
  assert.ok(Array.isArray(json['steps']) && json['steps'].length > 3);
});

test('explain --json has no address of ours where none was said', async (t) => {
  const { run } = await site(t);
  const toAddress = async (...options: readonly string[]): Promise<unknown> => {
    const { stdout } = await run(['explain', '--from', '192.0.2.1', 'b@other.example', '--json', ...options]);
    const json: { readonly facts: Record<string, unknown> } = JSON.parse(stdout);
    return json.facts['toAddress'];
  };
  assert.equal(await toAddress(), null);
  assert.equal(await toAddress('--to-address', '127.0.0.1'), '127.0.0.1');
});

test('explain --json says which facts are missing', async (t) => {
  const { explain } = await withAccounts(t);
  const ran = await explain('--from', '198.51.100.7', 'b@other.example', '--json');
  assert.equal(ran.code, EXIT.cannotTell);
  assert.deepEqual(JSON.parse(ran.stdout), {
    schema: 'postern.explain/1',
    verdict: 'cannotTell',
    missing: ['toAddress'],
    allowedBy: 'grant:apps',
  });
});

test('explain shows the problems of a configuration that is wrong', async (t) => {
  const { run } = await site(t, 'hostname: mail.contoso.example\nreroutes: true\n');
  assertFailed(await run(['explain', '--from', '::1', 'a@b.example']), EXIT.usage, /:2:1: unknown key/);
});
