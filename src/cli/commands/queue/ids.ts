/** Ids of messages, as they are typed. */
import type { Call } from '../../command.ts';
import { printable } from '../../printable.ts';

/** Whether all of them can be ids; tells the first that cannot, which no message can have. */
export async function areIds({ out }: Call<unknown>, ids: readonly string[]): Promise<boolean> {
  const { parseSpoolId } = await import('../../../spool/mod.ts');
  const wrong = ids.find((id) => parseSpoolId(id) === undefined);
  if (wrong === undefined) return true;
  out.fail(
    `${printable(wrong)} is not the id of a message`,
    'An id has 18 characters, such as 01KB2M9Q4T7XW5YZ8M; see them with: postern queue list',
  );
  return false;
}
