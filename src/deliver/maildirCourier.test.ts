import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createMaildirCourier, storeVerdict } from './maildirCourier.ts';
import { inChunks, makeAttempt, record, summary, type AttemptInput, type Told } from './testing/mod.ts';
import type { Courier, Outcome } from './types.ts';

const never = new AbortController().signal;

interface Box extends AsyncDisposable {
  readonly folder: string;
  readonly courier: Courier;
  readonly told: readonly Told[];
  send(input?: AttemptInput, signal?: AbortSignal): Promise<readonly Outcome[]>;
  /** The files of one of an owner's folders, by content. */
  read(owner: string, sub?: string): Promise<readonly string[]>;
}

/** `alice`, `bob` and everybody else at contoso.test own a mailbox; `team` and `al` are Alice's. */
function ownerOf(address: string): string | undefined {
  if (address.startsWith('broken')) throw new Error('the directory is locked');
  if (/^(?:team|al)@/.test(address)) return 'alice@contoso.test';
  return address.endsWith('@contoso.test') ? address : undefined;
}

async function box(): Promise<Box> {
  const parent = await mkdtemp(join(tmpdir(), 'postern-maildir-'));
  const folder = join(parent, 'mail');
  const { told, emit } = record();
  const courier = createMaildirCourier({ resolveOwner: ownerOf, hostname: 'host.test', emit });
  return {
    folder,
    courier,
    told,
    send: (input = {}, signal = never) =>
      courier.attempt(makeAttempt({ kind: 'maildir', folder }, input), signal),
    async read(owner, sub = 'new') {
      const path = join(folder, owner, sub);
      const names = await readdir(path);
      return await Promise.all(names.toSorted().map((name) => readFile(join(path, name), 'latin1')));
    },
    async [Symbol.asyncDispose]() {
      await courier[Symbol.asyncDispose]();
      await rm(parent, { recursive: true });
    },
  };
}

describe('attempt() into a Maildir', () => {
  it('keeps binary content octet by octet', async () => {
    await using t = await box();
    const content = Buffer.from('Subject: b\r\n\r\n\0\n\r\r\n\u00ff', 'latin1');
    const outcomes = await t.send({ binary: true, content });
    assert.deepEqual(outcomes[0]?.handed, { to: 'mailbox' });
    const head = 'Return-Path: <alice@fabrikam.test>\r\nDelivered-To: bob@contoso.test\r\n';
    assert.deepEqual(await t.read('bob@contoso.test'), [head + content.toString('latin1')]);
  });

  it('writes addresses as UTF-8', async () => {
    await using t = await box();
    await t.send({ sender: 'gr\u00fcn@x.test', smtpUtf8: true, content: 'Subject: x\r\n\r\n' });
    const [file = ''] = await t.read('bob@contoso.test');
    const text = Buffer.from(file, 'latin1').toString();
    assert.ok(
      text.startsWith('Return-Path: <gr\u00fcn@x.test>\nDelivered-To: bob@contoso.test\nSubject'),
      text,
    );
  });

  it('makes the Maildir and puts the message into new', async () => {
    await using t = await box();
    const outcomes = await t.send({ to: ['bob@contoso.test'], content: 'Subject: hi\r\n\r\nHello\r\n' });
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    assert.deepEqual(await t.read('bob@contoso.test'), [
      'Return-Path: <alice@fabrikam.test>\nDelivered-To: bob@contoso.test\nSubject: hi\n\nHello\n',
    ]);
    assert.deepEqual(await t.read('bob@contoso.test', 'tmp'), []);
    assert.deepEqual(await t.read('bob@contoso.test', 'cur'), []);
  });

  it('keeps others out', async () => {
    await using t = await box();
    await t.send({ to: ['bob@contoso.test'] });
    const owner = join(t.folder, 'bob@contoso.test');
    for (const path of [t.folder, owner, join(owner, 'tmp'), join(owner, 'new'), join(owner, 'cur')]) {
      assert.equal((await stat(path)).mode & 0o777, 0o700, path);
    }
    const [name = ''] = await readdir(join(owner, 'new'));
    assert.equal((await stat(join(owner, 'new', name))).mode & 0o777, 0o600);
  });

  it('writes each owner one copy that names every address', async () => {
    await using t = await box();
    const to = ['team@contoso.test', 'bob@contoso.test', 'alice@contoso.test', 'al@contoso.test'] as const;
    const outcomes = await t.send({ to, sender: '' });
    assert.deepEqual(
      summary(outcomes),
      Array.from({ length: 4 }, () => 'delivered 2.0.0'),
    );
    const [copy, ...others] = await t.read('alice@contoso.test');
    assert.equal(others.length, 0);
    const head =
      'Return-Path: <>\nDelivered-To: team@contoso.test\nDelivered-To: alice@contoso.test\nDelivered-To: al@contoso.test\n';
    assert.ok(copy?.startsWith(`${head}Subject:`));
    assert.equal((await t.read('bob@contoso.test')).length, 1);
  });

  it('fails for an address that is nobody', async () => {
    await using t = await box();
    const outcomes = await t.send({ to: ['x@elsewhere.test', 'bob@contoso.test'] });
    assert.deepEqual(summary(outcomes), ['failed 5.1.1', 'delivered 2.0.0']);
  });

  it('waits when the directory cannot be asked', async () => {
    await using t = await box();
    const outcomes = await t.send({ to: ['broken@contoso.test', 'bob@contoso.test'] });
    assert.deepEqual(summary(outcomes), ['deferred 4.3.0', 'delivered 2.0.0']);
    assert.equal(t.told[0]?.fields['error'], 'the directory is locked');
  });

  it('stays below its folder, whatever the owner is called', async () => {
    await using t = await box();
    const outcomes = await t.send({ to: ['../../evil@contoso.test', '.hidden@contoso.test'] });
    assert.deepEqual(summary(outcomes), ['delivered 2.0.0', 'delivered 2.0.0']);
    assert.deepEqual((await readdir(t.folder)).toSorted(), [
      '%2E.%2F..%2Fevil@contoso.test',
      '%2Ehidden@contoso.test',
    ]);
  });

  it('waits when a name is too long for a folder', async () => {
    await using t = await box();
    assert.deepEqual(summary(await t.send({ to: [`${'x'.repeat(250)}@contoso.test`] })), ['deferred 4.3.0']);
    assert.equal(t.told[0]?.name, 'maildir.failed');
  });

  it('cannot be made to write header lines by an address', async () => {
    await using t = await box();
    await t.send({ to: ['a\nBcc: b@contoso.test'], sender: 'x\r\nX-Evil: 1' });
    const [name = ''] = await readdir(t.folder);
    const [copy = ''] = await t.read(name);
    assert.ok(copy.startsWith('Return-Path: <x??X-Evil: 1>\nDelivered-To: a?Bcc: b@contoso.test\nSubject:'));
  });

  it('writes content that comes in chunks', async () => {
    await using t = await box();
    const chunks = ['Subject: a\r', '\n\r\nx\r\n', 'y'].map((text) => Buffer.from(text));
    assert.deepEqual(summary(await t.send({ content: inChunks(chunks) })), ['delivered 2.0.0']);
    const [copy] = await t.read('bob@contoso.test');
    assert.ok(copy?.endsWith('Subject: a\n\nx\ny'));
  });

  it('leaves nothing behind when the content cannot be read', async () => {
    await using t = await box();
    const content = inChunks([Buffer.from('half'), new Error('bad sector')]);
    assert.deepEqual(summary(await t.send({ content })), ['deferred 4.3.0']);
    for (const sub of ['tmp', 'new', 'cur']) assert.deepEqual(await t.read('bob@contoso.test', sub), []);
    assert.equal(t.told[0]?.fields['error'], 'bad sector');
  });

  it('waits when the place of the Maildir is taken, tells the log where and the sender nothing', async () => {
    await using t = await box();
    await mkdir(t.folder);
    await writeFile(join(t.folder, 'bob@contoso.test'), '');
    const outcomes = await t.send({ to: ['bob@contoso.test', 'alice@contoso.test'] });
    assert.deepEqual(summary(outcomes), ['deferred 4.3.0', 'delivered 2.0.0']);
    const { reply = '' } = outcomes.find(({ index }) => index === 0) ?? {};
    assert.ok(!reply.includes(t.folder));
    assert.equal(t.told[0]?.fields['path'], join(t.folder, 'bob@contoso.test'));
  });

  it('uses a Maildir of which a part is missing', async () => {
    await using t = await box();
    await mkdir(join(t.folder, 'bob@contoso.test', 'tmp'), { recursive: true });
    assert.deepEqual(summary(await t.send()), ['delivered 2.0.0']);
    assert.equal((await t.read('bob@contoso.test')).length, 1);
    assert.deepEqual(await t.read('bob@contoso.test', 'tmp'), []);
  });

  it('delivers many at once, each under a name of its own', async () => {
    await using t = await box();
    const all = await Promise.all(Array.from({ length: 100 }, () => t.send()));
    for (const outcomes of all) assert.deepEqual(summary(outcomes), ['delivered 2.0.0']);
    assert.equal((await t.read('bob@contoso.test')).length, 100);
  });

  it('delivers to many owners', async () => {
    await using t = await box();
    const others = Array.from({ length: 29 }, (_, place) => `u${place}@contoso.test`);
    const outcomes = await t.send({ to: ['bob@contoso.test', ...others] });
    assert.equal(outcomes.filter(({ kind }) => kind === 'delivered').length, 30);
    assert.equal((await readdir(t.folder)).length, 30);
  });

  it('is interrupted by its signal, before or while it writes', async () => {
    await using t = await box();
    assert.deepEqual(summary(await t.send({}, AbortSignal.abort())), ['deferred 4.3.2']);
    const controller = new AbortController();
    const content = {
      size: 2,
      bytes: undefined,
      async *open() {
        yield Buffer.from('a');
        controller.abort();
        yield Buffer.from('b');
      },
    };
    assert.deepEqual(summary(await t.send({ content }, controller.signal)), ['deferred 4.3.2']);
    for (const sub of ['tmp', 'new']) assert.deepEqual(await t.read('bob@contoso.test', sub), []);
    assert.equal(t.told.length, 0);
  });

  it('ends what is under way before it is disposed of', async () => {
    await using t = await box();
    const sending = t.send();
    await t.courier[Symbol.asyncDispose]();
    assert.equal((await t.read('bob@contoso.test')).length, 1);
    assert.deepEqual(summary(await sending), ['delivered 2.0.0']);
  });
});

describe('storeVerdict()', () => {
  for (const [code, expected] of [
    ['ENOSPC', '4.2.2'],
    ['EDQUOT', '4.2.2'],
    ['EACCES', '4.3.0'],
    ['EIO', '4.3.0'],
    [undefined, '4.3.0'],
  ] as const) {
    it(`puts off with ${expected} on ${code ?? 'anything else'}`, () => {
      assert.equal(storeVerdict(code).kind, 'deferred');
      assert.equal(storeVerdict(code).status, expected);
    });
  }
});
