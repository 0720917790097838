import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  lmtpSetup,
  makeAttempt,
  SIMPLE_CONTENT,
  startPeer,
  summary,
  type Answer,
  type AttemptInput,
  type Peer,
  type PeerOptions,
} from './testing/mod.ts';
import type { Outcome } from './types.ts';

const never = new AbortController().signal;

async function tryOnce(
  peerOptions: PeerOptions,
  input: AttemptInput = {},
): Promise<{ readonly outcomes: readonly Outcome[]; readonly peer: Peer }> {
  await using peer = await startPeer({ protocol: 'lmtp', ...peerOptions });
  await using t = await lmtpSetup();
  const target = { kind: 'lmtp', to: { host: peer.host, port: peer.port } } as const;
  return { outcomes: await t.courier.attempt(makeAttempt(target, input), never), peer };
}

const three = ['a@x.test', 'b@x.test', 'c@x.test'] as const;

for (const [way, offers] of [
  ['with PIPELINING', ['PIPELINING', 'SIZE 1000']],
  ['without PIPELINING', []],
] as const) {
  describe(`attempt() ${way}`, () => {
    it('says LHLO and puts the return path first', async () => {
      const { outcomes, peer } = await tryOnce({ offers });
      assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
      assert.equal(peer.sessions[0]?.lines[0], 'LHLO relay.test');
      const expected = `Return-Path: <alice@fabrikam.test>\r\n${SIMPLE_CONTENT}`;
      assert.equal(peer.messages[0]?.content.toString(), expected);
      const size = offers.length > 0 ? ` SIZE=${expected.length}` : '';
      assert.equal(peer.messages[0]?.mail, `MAIL FROM:<alice@fabrikam.test>${size}`);
    });

    it('gives each accepted recipient the reply that is its own', async () => {
      const { outcomes } = await tryOnce(
        {
          offers,
          onCommand: (line) => (line.startsWith('RCPT TO:<b@') ? '550 5.1.1 Nobody' : undefined),
          onMessage: (_message, recipient) => (recipient === 'c@x.test' ? '452 4.2.2 Full' : undefined),
        },
        { to: three },
      );
      assert.deepEqual(summary(outcomes), ['delivered 2.0.0', 'failed 5.1.1', 'deferred 4.2.2']);
    });

    it('keeps the replies that came before the connection was lost', async () => {
      const { outcomes } = await tryOnce(
        {
          offers,
          onMessage: (_message, recipient) => (recipient === 'b@x.test' ? { hangUp: true } : undefined),
        },
        { to: three },
      );
      assert.deepEqual(summary(outcomes), ['delivered 2.0.0', 'deferred 4.4.2', 'deferred 4.4.2']);
    });

    it('keeps the replies that came before a 421', async () => {
      const { outcomes } = await tryOnce(
        {
          offers,
          onMessage: (_message, recipient): Answer | undefined =>
            recipient === 'b@x.test' ? { hangUp: true, saying: '421 4.3.2 Going down' } : undefined,
        },
        { to: three },
      );
      assert.deepEqual(summary(outcomes), ['delivered 2.0.0', 'deferred 4.3.2', 'deferred 4.3.2']);
    });

    it('ends when content is wanted for nobody', async () => {
      const onCommand = (line: string): Answer | undefined => {
        if (line.startsWith('RCPT')) return '550 5.1.1 Nobody';
        return line === 'DATA' ? '354 Go ahead' : undefined;
      };
      const { outcomes, peer } = await tryOnce({ offers, onCommand }, { to: three });
      assert.deepEqual(summary(outcomes), ['failed 5.1.1', 'failed 5.1.1', 'failed 5.1.1']);
      assert.equal(peer.messages.length, 0);
    });
  });
}

describe('attempt() over LMTP', () => {
  it('reuses a connection, also after everybody was refused', async () => {
    await using peer = await startPeer({
      protocol: 'lmtp',
      onCommand: (line) => (line.startsWith('RCPT TO:<no') ? '550 5.1.1 Nobody' : undefined),
    });
    await using t = await lmtpSetup();
    const target = { kind: 'lmtp', to: { host: 'localhost', port: peer.port } } as const;
    for (const [to, expected] of [
      ['a@x.test', 'delivered 2.0.0'],
      ['no@x.test', 'failed 5.1.1'],
      ['b@x.test', 'delivered 2.0.0'],
    ] as const) {
      assert.deepEqual(summary(await t.courier.attempt(makeAttempt(target, { to: [to] }), never)), [
        expected,
      ]);
    }
    assert.equal(peer.sessions.length, 1);
  });

  it('uses a UNIX socket, and waits when there is none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'postern-lmtp-'));
    const path = join(folder, 'lmtp');
    await using t = await lmtpSetup();
    const attempt = makeAttempt({ kind: 'lmtp', to: { path } });
    const missing = await t.courier.attempt(attempt, never);
    assert.deepEqual(summary(missing), ['deferred 4.4.1']);
    {
      await using peer = await startPeer({ protocol: 'lmtp', path });
      const outcomes = await t.courier.attempt(attempt, never);
      assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
      assert.equal(outcomes[0]?.remote, path);
      assert.equal(peer.messages.length, 1);
    }
    await rm(folder, { recursive: true });
  });

  it('keeps the mail when LHLO is refused', async () => {
    const { outcomes, peer } = await tryOnce({
      onCommand: (line) => (line.startsWith('LHLO') ? '502 5.5.1 What?' : undefined),
    });
    assert.deepEqual(summary(outcomes), ['deferred 4.5.1']);
    assert.ok(!peer.sessions[0]?.lines.some((line) => line.startsWith('HELO')));
  });

  it('sends a large message in blocks behind the return path', async () => {
    const content = Buffer.alloc(200_000, 'Line of text\r\n');
    const { outcomes, peer } = await tryOnce({}, { content, sender: '' });
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    const expected = Buffer.concat([Buffer.from('Return-Path: <>\r\n'), content]);
    assert.ok(peer.messages[0]?.content.subarray(0, expected.length).equals(expected));
  });
});
