/** The marks of changes: `+` opens, `-` closes, `~` is otherwise than it was. */
import type { Statement } from '../check/mod.ts';
import type { Style } from './style.ts';

export function markOf(kind: Statement['kind'], style: Style): string {
  switch (kind) {
    case 'opens':
      return style.good('+');
    case 'closes':
      return style.bad('-');
    case 'alters':
    case 'limits':
    case 'renames':
      return style.caution('~');
    default:
      return kind satisfies never;
  }
}
