/** What was said, as evidence: `C:` is the audit, `S:` the server. */
import type { Utterance } from '../../audit/mod.ts';
import { printable } from '../printable.ts';

export function formatDialogue(dialogue: readonly Utterance[]): readonly string[] {
  return dialogue.flatMap(({ by, text }) =>
    // A line of ours may be several, written at once.
    text.split('\r\n').map((line) => `${by === 'us' ? 'C' : 'S'}: ${printable(line)}`),
  );
}
