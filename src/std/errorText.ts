/** The text of whatever was thrown, for an event, a message to an administrator, or another process. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const FILE_ERRORS = new Map<string, string>([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'permission is denied'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'a part of the path is not a folder'],
  ['ELOOP', 'the symbolic links have no end'],
]);

/** Why a file could not be read or written, in words; what the system calls it when there are none. */
export function fileError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return FILE_ERRORS.get(code) ?? errorText(error);
}
