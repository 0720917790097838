/** Names in a Maildir: of the folder that belongs to an owner, and of each message. */

/** The most octets that a name may have on the usual file systems. */
const NAME_MAX = 255;

/**
 * The folder name of an owner: the name itself where it can be one. What would lead elsewhere (`/`, NUL), hide the folder (a
 * first dot) or be ambiguous (`%`, control characters) is written as `%XX`. Undefined when there is no usable name. Different
 * owners never share a folder.
 */
export function folderName(owner: string): string | undefined {
  // oxlint-disable-next-line eslint/no-control-regex -- control characters are what is looked for
  const name = owner.replaceAll(/[%/\u0000-\u001f\u007f]|^\./g, percent);
  return name === '' || Buffer.byteLength(name) > NAME_MAX ? undefined : name;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/**
 * Makes names that nobody else makes, as the Maildir specification asks (https://cr.yp.to/proto/maildir.html): the time, its
 * microseconds, this process, a counter, and the host.
 */
export function createUniqueNames(hostname: string): () => string {
  const host = hostname.replaceAll('/', '\\057').replaceAll(':', '\\072');
  let counter = 0;
  return () => {
    const now = performance.timeOrigin + performance.now();
    const seconds = Math.floor(now / 1000);
    const microseconds = Math.floor((now - seconds * 1000) * 1000);
    counter += 1;
    return `${seconds}.M${microseconds}P${process.pid}Q${counter}.${host}`;
  };
}
