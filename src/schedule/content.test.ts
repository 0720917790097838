import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { contentOf, startOf } from './content.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-content-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function fileBody(bytes: Buffer) {
  const path = join(folder, `body-${bytes.length}`);
  await writeFile(path, bytes);
  return { kind: 'file', path, size: bytes.length } as const;
}

async function listOf(chunks: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const list: Buffer[] = [];
  for await (const chunk of chunks) list.push(chunk);
  return list;
}

async function readAll(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await listOf(chunks));
}

/** Files of ours that this process has open. */
async function openFiles(): Promise<number> {
  return (await readdir('/proc/self/fd')).length;
}

describe('contentOf()', () => {
  test('hands over a body in memory as it is', async () => {
    const bytes = Buffer.from('abc');
    const content = contentOf({ kind: 'memory', bytes });
    assert.equal(content.bytes, bytes);
    assert.equal(content.size, 3);
    assert.deepEqual(await listOf(content.open()), [bytes]);
  });

  test('reads a file as often as it is asked to, in buffers of their own', async () => {
    const bytes = Buffer.alloc(200_000, 'abcdefg');
    const content = contentOf(await fileBody(bytes));
    assert.deepEqual([content.size, content.bytes], [200_000, undefined]);
    for (let time = 0; time < 2; time += 1) assert.ok((await readAll(content.open())).equals(bytes));
    assert.equal((await readAll(contentOf(await fileBody(Buffer.alloc(0))).open())).length, 0);
  });

  test('closes the file when the reader stops early', { skip: process.platform !== 'linux' }, async () => {
    const content = contentOf(await fileBody(Buffer.alloc(300_000)));
    const before = await openFiles();
    for await (const chunk of content.open()) {
      assert.ok(chunk.length > 0);
      assert.equal(await openFiles(), before + 1);
      break;
    }
    assert.equal(await openFiles(), before);
  });

  test('rejects when the file is gone', async () => {
    const content = contentOf({ kind: 'file', path: join(folder, 'gone'), size: 5 });
    await assert.rejects(readAll(content.open()), { code: 'ENOENT' });
  });
});

describe('startOf()', () => {
  test('is at most the octets asked for, from memory and from a file', async () => {
    const bytes = Buffer.from('0123456789');
    for (const body of [{ kind: 'memory', bytes } as const, await fileBody(bytes)]) {
      assert.equal((await startOf(body, 9)).toString(), '012345678');
      assert.equal((await startOf(body, 10)).toString(), '0123456789');
      assert.equal((await startOf(body, 11)).toString(), '0123456789');
    }
  });

  test('is what there is of a file that is shorter than it should be', async () => {
    const body = await fileBody(Buffer.from('0123'));
    assert.equal((await startOf({ ...body, size: 100 }, 50)).toString(), '0123');
  });
});
