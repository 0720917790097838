/** Postfix, read from the folder that holds its main.cf. */
import type { Importing } from '../types.ts';

export interface PostfixSurroundings {
  /** Addresses of that server with their networks, `192.0.2.5/24`. */
  readonly interfaces: readonly string[];
}

export function importPostfix(folder: string, _surroundings: PostfixSurroundings): Importing {
  const place = { file: `${folder}/main.cf`, line: 1, column: 1 };
  return { problems: [{ place, message: 'there is no such file' }] };
}
