import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createFolderSync } from './folderSync.ts';

describe('createFolderSync()', () => {
  it('lets those who come during a sync share the next one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'postern-sync-'));
    const sync = createFolderSync();
    const first = sync(folder);
    const second = sync(folder);
    const third = sync(folder);
    assert.notEqual(first, second);
    assert.equal(second, third);
    await Promise.all([first, second, third]);
    const later = sync(folder);
    assert.notEqual(later, third);
    await later;
    await rm(folder, { recursive: true });
  });

  it('fails for each who asked, and works again afterwards', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'postern-sync-'));
    const sync = createFolderSync();
    const missing = join(parent, 'missing');
    const results = await Promise.allSettled([sync(missing), sync(missing), sync(missing)]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
    await assert.rejects(sync(missing), { code: 'ENOENT' });
    await sync(parent);
    await rm(parent, { recursive: true });
  });
});
