/** Finds what was probably meant: `reroutes` -> `reroute`. */

/**
 * The candidate nearest to `word`, or undefined when none is near: at most two typing errors (one in words of up to four
 * letters), case, `-` and `_` not counted, or a beginning of at least four letters. On a tie the first candidate wins.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const plain = fold(word);
  if (plain === '' || plain.length > 64) return undefined;
  const allowed = plain.length <= 4 ? 1 : 2;
  let best: string | undefined;
  let bestDistance = allowed + 1;
  let extended: string | undefined;
  for (const candidate of candidates) {
    const target = fold(candidate);
    const distance = editDistance(plain, target, allowed);
    if (distance < bestDistance && distance < Math.max(plain.length, target.length)) {
      best = candidate;
      bestDistance = distance;
    }
    if (extended === undefined && isBeginning(plain, target)) extended = candidate;
  }
  return best ?? extended;
}

function isBeginning(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.length >= 4 && long.startsWith(short);
}

function fold(word: string): string {
  return word.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/[-_ ]/g, '');
}

/**
 * The Damerau-Levenshtein distance (optimal string alignment: insert, delete, replace, swap neighbours), or
 * `bound + 1` as soon as it is known to be larger than `bound`.
 */
export function editDistance(one: string, other: string, bound: number): number {
  if (Math.abs(one.length - other.length) > bound) return bound + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      let cost = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (row > 1 && column > 1 && swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current.push(cost);
    }
    if (Math.min(...current) > bound) return bound + 1;
    beforeLast = last;
    last = current;
  }
  return Math.min(at(last, other.length), bound + 1);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
