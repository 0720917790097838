/** Lines that wait to be written, up to a bound; what does not fit is dropped and counted. */
export interface LineQueue {
  /** How many characters wait. Lines are nearly always ASCII, so this is about the number of octets. */
  readonly characters: number;
  push(line: string): void;
  /** The next octets to write: whole lines, oldest first, of at most `most` characters or else one line; undefined when empty. */
  take(most: number): Buffer | undefined;
  /** How many lines were dropped since this was last asked. */
  takeDropped(): number;
}

/** A queue of at most `most` characters. */
export function createLineQueue(most: number): LineQueue {
  let lines: string[] = [];
  let characters = 0;
  let dropped = 0;
  return {
    get characters() {
      return characters;
    },
    push: (line) => {
      if (characters + line.length > most) {
        dropped += 1;
        return;
      }
      lines.push(line);
      characters += line.length;
    },
    take: (most) => {
      if (lines.length === 0) return undefined;
      const count = characters <= most ? lines.length : countUpTo(lines, most);
      const text = lines.slice(0, count).join('');
      lines = lines.slice(count);
      characters -= text.length;
      return Buffer.from(text);
    },
    takeDropped: () => {
      const count = dropped;
      dropped = 0;
      return count;
    },
  };
}

function countUpTo(lines: readonly string[], most: number): number {
  let count = 0;
  let characters = 0;
  for (const line of lines) {
    characters += line.length;
    if (characters > most && count > 0) break;
    count += 1;
  }
  return count;
}
