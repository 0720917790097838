/** Syncing folders, so that a new name in them outlasts a crash. Who comes while a sync runs shares the next one. */
import { open } from 'node:fs/promises';

/** Resolves when every change made to the folder before the call is on the disk. */
export type SyncFolder = (path: string) => Promise<void>;

interface Syncs {
  running: Promise<void>;
  /** Begins when the running one ends; undefined while nobody waits for it. */
  next: Promise<void> | undefined;
}

export function createFolderSync(): SyncFolder {
  const folders = new Map<string, Syncs>();

  function begin(path: string): Promise<void> {
    const syncs: Syncs = { running: run(), next: undefined };
    folders.set(path, syncs);
    return syncs.running;

    async function run(): Promise<void> {
      try {
        await syncNow(path);
      } finally {
        if (syncs.next === undefined) folders.delete(path);
      }
    }
  }

  return (path) => {
    const syncs = folders.get(path);
    if (syncs === undefined) return begin(path);
    // The running one may have begun before the change was made.
    const again = (): Promise<void> => begin(path);
    syncs.next ??= syncs.running.then(again, again);
    return syncs.next;
  };
}

async function syncNow(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}
