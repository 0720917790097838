/** The records a test's name server knows. */
import type { Answer, MxData } from 'dns-packet';

/** What can be put into a zone. */
export type ZoneRecord =
  | { readonly type: 'A' | 'AAAA' | 'CNAME' | 'PTR' | 'TXT'; readonly data: string; readonly ttl?: number }
  | { readonly type: 'MX'; readonly data: MxData; readonly ttl?: number };

export interface Found {
  /** The records of the type asked, with the aliases that led to them. */
  readonly answers: readonly Answer[];
  /** The name at the end of the aliases exists. */
  readonly exists: boolean;
  /** Records of the type asked were found. */
  readonly complete: boolean;
}

const DEFAULT_TTL = 300;
const MAX_ALIASES = 20;

export interface Zone {
  /** Adds records to a name; with none, the name exists and is empty. */
  add(name: string, ...records: readonly ZoneRecord[]): void;
  remove(name: string): void;
  find(name: string, type: string): Found;
}

export function createZone(): Zone {
  const names = new Map<string, ZoneRecord[]>();
  return {
    add(name, ...records) {
      names.set(name, [...(names.get(name) ?? []), ...records]);
    },
    remove(name) {
      names.delete(name);
    },
    find(asked, type) {
      const answers: Answer[] = [];
      let name = asked.toLowerCase();
      let owner = asked;
      for (let links = 0; links <= MAX_ALIASES; links += 1) {
        const records = names.get(name);
        if (records === undefined) return { answers, exists: false, complete: false };
        const matching = records.filter((record) => record.type === type);
        for (const record of matching)
          answers.push({ name: owner, class: 'IN', ttl: DEFAULT_TTL, ...record });
        if (matching.length > 0) return { answers, exists: true, complete: true };
        const alias = records.find((record) => record.type === 'CNAME');
        if (alias?.type !== 'CNAME') return { answers, exists: true, complete: false };
        answers.push({ name: owner, class: 'IN', ttl: DEFAULT_TTL, ...alias });
        owner = alias.data;
        name = alias.data.toLowerCase();
      }
      return { answers, exists: true, complete: false };
    },
  };
}
