/** Where in the file each value stands. */
import type { LineCounter } from 'yaml';
import type { Place } from '../policy/mod.ts';

/** From the outermost key to the value: `['relay', 'allow', 0, 'from']`. */
export type Path = readonly (string | number)[];

/** Offsets of a value, and of its key when it has one. */
interface Marks {
  readonly value: number;
  readonly key: number | undefined;
}

/** What stands in the file at one path, and at the paths that go on from there. */
interface Spot {
  marks: Marks | undefined;
  inside: Map<string | number, Spot> | undefined;
}

/** Collected while the file is read; asked when a problem is reported or a rule gets its place. */
export class Positions {
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #root: Spot = { marks: undefined, inside: undefined };
  /** For lists from which bad items were taken: the original index of each item that is left. */
  readonly #kept = new Map<string, readonly number[]>();

  constructor(file: string, lines: LineCounter) {
    this.#file = file;
    this.#lines = lines;
  }

  mark(path: Path, value: number, key?: number): void {
    let spot = this.#root;
    for (const part of path) {
      spot.inside ??= new Map();
      const known = spot.inside.get(part);
      const next = known ?? { marks: undefined, inside: undefined };
      if (known === undefined) spot.inside.set(part, next);
      spot = next;
    }
    spot.marks = { value, key };
  }

  /** Of the items that the list at `path` has now, only those with these indices are left. */
  keep(path: Path, indices: readonly number[]): void {
    const list = JSON.stringify(path);
    const earlier = this.#kept.get(list);
    this.#kept.set(list, earlier === undefined ? indices : indices.map((index) => earlier[index] ?? index));
  }

  /** Where the value at `path` stands; what is not in the file has the place of what would hold it. */
  at(path: Path): Place {
    return this.#place(path, ({ value }) => value);
  }

  /** Where the key of the value at `path` stands; the value itself when it has none. */
  keyAt(path: Path): Place {
    return this.#place(path, ({ key, value }) => key ?? value);
  }

  /** Whether the file itself has a value there; a default has no place of its own. */
  has(path: Path): boolean {
    return this.#marksAt(this.#original(path)) !== undefined;
  }

  offset(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    // An empty file has no first line; its problems stand at its beginning.
    return { file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #place(path: Path, pick: (marks: Marks) => number): Place {
    const written = this.#original(path);
    const marks = this.#marksAt(written);
    if (marks !== undefined) return this.offset(pick(marks));
    for (let length = written.length - 1; length >= 0; length -= 1) {
      const outer = this.#marksAt(written.slice(0, length));
      if (outer !== undefined) return this.offset(outer.value);
    }
    return this.offset(0);
  }

  #marksAt(path: Path): Marks | undefined {
    let spot: Spot | undefined = this.#root;
    for (const part of path) spot = spot?.inside?.get(part);
    return spot?.marks;
  }

  #original(path: Path): Path {
    return path.map((part, index) => {
      if (typeof part !== 'number') return part;
      return this.#kept.get(JSON.stringify(path.slice(0, index)))?.[part] ?? part;
    });
  }
}
