/** A defect behind four octets, each of which has a block of its own. */
import type { Buffer } from 'node:buffer';
import type { Target } from '../target.ts';

function run([first, second, third, fourth]: Buffer): readonly string[] {
  let depth = 0;
  if (first === 0x6d) {
    depth = 1;
    if (second === 0x61) {
      depth = 2;
      if (third === 0x7a) {
        depth = 3;
        if (fourth === 0x65) throw new Error('the end of the maze');
      }
    }
  }
  return depth > 3 ? ['nowhere'] : [];
}

export const maze: Target = { name: 'maze', limit: 16, batch: 8, run, words: ['a', 'e', 'm', 'z'] };
