/** The Node that this release needs. */

/** `crypto.argon2`, which hashes the passwords, is there from this one on. */
const LEAST = [24, 7] as const;

/** What is wrong with a version of Node such as `20.20.2`; undefined when it will do. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  return `Postern needs Node ${LEAST.join('.')} or later, and this is Node ${version}`;
}
