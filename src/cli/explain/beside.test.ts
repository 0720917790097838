/** What explain says of rules beside the policy; the verdict stays the policy's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT } from '../exit.ts';
import { site } from '../testing/kit.ts';

const CONFIG = `hostname: mail.contoso.example
listeners:
  internet: { bind: ["0.0.0.0:2525"] }
routing:
  domains:
    - { domain: contoso.example, inbound: true }
relay:
  allow:
    - { name: staff, authenticated: true }
    - { name: office, from: [192.168.10.0/24], sendAs: ["@contoso.example"] }
clients: { refuse: [203.0.113.0/24] }
filters:
  - { name: spammers, senders: ["@bad.example"], action: refuse }
  - { name: doubtful, senders: ["@odd.example"], action: quarantine }
`;

test('explain tells rules beside the policy apart from its verdict', async (t) => {
  const { run } = await site(t, CONFIG);
  await run(['account', 'add', 'alice@contoso.example']);
  await run(['account', 'add', 'bob@contoso.example']);
  const inbound = 'alice@contoso.example';
  for (const [argv, said] of [
    [
      ['--from', '203.0.113.9', inbound],
      'All the same it is refused, beside the policy: clients.refuse lists the client.',
    ],
    [
      ['--from', '198.51.100.1', '--sender', 'x@bad.example', inbound],
      /refused, beside the policy: filter spammers meets it \(\S+:13\)\./,
    ],
    [
      ['--from', '198.51.100.1', '--sender', 'x@odd.example', inbound],
      /It is accepted and kept held, beside the policy: filter doubtful meets it/,
    ],
    [
      ['--from', '192.168.10.7', '--sender', 'x@away.example', 'b@other.example'],
      /what grant office lets in may not come from x@away\.example \(sendAs\)/,
    ],
    [
      [
        '--from',
        '198.51.100.1',
        '--account',
        'alice@contoso.example',
        '--sender',
        'bob@contoso.example',
        'b@other.example',
      ],
      /alice@contoso\.example may not send as bob@contoso\.example \(accounts\.sendAs\)/,
    ],
  ] as const) {
    const ran = await run(['explain', ...argv]);
    assert.equal(ran.code, EXIT.yes, ran.stderr);
    assert.match(ran.stdout, /^Accepted .*\n/);
    if (typeof said === 'string') assert.ok(ran.stdout.includes(`\n${said}\n`), ran.stdout);
    else assert.match(ran.stdout, said);
  }
});

test('explain says nothing of rules beside the policy that do not meet, nor of what the policy refuses', async (t) => {
  const { run } = await site(t, CONFIG);
  await run(['account', 'add', 'alice@contoso.example']);
  for (const argv of [
    ['--from', '198.51.100.1', '--sender', 'x@fine.example', 'alice@contoso.example'],
    [
      '--from',
      '198.51.100.1',
      '--account',
      'alice@contoso.example',
      '--sender',
      'alice@contoso.example',
      'b@other.example',
    ],
    ['--from', '203.0.113.9', 'b@other.example'],
  ])
    assert.doesNotMatch((await run(['explain', ...argv])).stdout, /beside the policy/);
  const json = await run(['explain', '--json', '--from', '203.0.113.9', 'alice@contoso.example']);
  assert.deepEqual(JSON.parse(json.stdout).beside, [{ verdict: 'refused', rule: 'clients.refuse' }]);
});
