import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDomain, type Domain } from '../mail/mod.ts';
import { parseCidr, parseIp } from '../std/mod.ts';
import type { TurnAnswer } from '../session/mod.ts';
import { createTurn } from './turn.ts';

function domainOf(text: string): Domain {
  const domain = parseDomain(text);
  assert.ok(typeof domain === 'string');
  return domain;
}

function addressOf(text: string) {
  const address = parseIp(text);
  assert.ok(address);
  return address;
}

const range = parseCidr('192.0.2.0/28');
assert.ok(range);
const place = { file: 'postern.yaml', line: 1, column: 1 };
const etrn = [
  { domain: domainOf('branch.example'), from: [range], accounts: ['fetch@contoso.example'], place },
  { domain: domainOf('other.example'), from: [], accounts: [], place },
];

interface Asked {
  readonly domain?: string;
  readonly subdomains?: boolean;
  readonly client?: string;
  readonly account?: string;
  readonly waiting?: number | 'failed';
  readonly workers?: number;
}

async function ask(
  asked: Asked,
): Promise<{ readonly answer: TurnAnswer; readonly turned: readonly unknown[] }> {
  const turned: unknown[] = [];
  const { waiting = 3, workers = 1 } = asked;
  const turn = createTurn({
    config: () => ({ etrn }),
    scheduler: {
      turn: async (domain, subdomains) => {
        turned.push([domain, subdomains]);
        if (waiting === 'failed') throw new Error('the spool has failed');
        return waiting;
      },
    },
    tellOthers: (told) => {
      turned.push(told);
      return workers > 1;
    },
  });
  const { domain = 'branch.example', subdomains = false } = asked;
  const target = { kind: 'domain', domain: domainOf(domain), subdomains } as const;
  const who = { client: addressOf(asked.client ?? '192.0.2.7'), account: asked.account };
  return { answer: await turn.request(target, who), turned };
}

describe('request()', () => {
  it('starts the queue of a domain, here and in the other workers', async () => {
    const { answer, turned } = await ask({ subdomains: true });
    assert.equal(answer, 'started');
    assert.deepEqual(turned, [{ domain: 'branch.example', subdomains: true }, ['branch.example', true]]);
  });

  for (const [what, asked, expected] of [
    [
      'a listed account from anywhere',
      { client: '203.0.113.9', account: 'fetch@contoso.example' },
      'started',
    ],
    ['a listed host for a domain below its own', { domain: 'a.branch.example' }, 'started'],
    ['a listed host without mail', { waiting: 0 }, 'nothing'],
    ['a listed host whose mail may be in another worker', { waiting: 0, workers: 2 }, 'started'],
    ['a listed host when the spool has failed', { waiting: 'failed' }, 'unavailable'],
    ['a stranger', { client: '192.0.2.16' }, 'forbidden'],
    ['another account', { client: '203.0.113.9', account: 'alice@contoso.example' }, 'forbidden'],
    ['a listed host for a domain that only ends alike', { domain: 'xbranch.example' }, 'forbidden'],
    ['a listed host for the domain above', { domain: 'example' }, 'forbidden'],
    ['anybody for a domain that names nobody', { domain: 'other.example' }, 'forbidden'],
    ['a listed host for a domain that is not listed', { domain: 'contoso.example' }, 'forbidden'],
  ] as const) {
    it(`answers ${what} "${expected}"`, async () => {
      const { answer, turned } = await ask(asked);
      assert.equal(answer, expected);
      if (expected === 'forbidden') assert.deepEqual(turned, []);
    });
  }

  it('knows no queue but those of domains', async () => {
    const turn = createTurn({
      config: () => ({ etrn }),
      scheduler: { turn: () => assert.fail('turned') },
      tellOthers: () => assert.fail('told'),
    });
    const answer = await turn.request(
      { kind: 'queue', name: 'branch.example' },
      { client: addressOf('192.0.2.7'), account: undefined },
    );
    assert.equal(answer, 'forbidden');
  });
});
