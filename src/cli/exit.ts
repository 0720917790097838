/** What a command's exit code says; the same for all commands, so that scripts can rely on it. */
export const EXIT = {
  /** Yes, done, or the same. */
  yes: 0,
  /** No, refused, or different. */
  no: 1,
  /** The command line or the configuration is wrong; nothing was done. */
  usage: 2,
  /** A fact is missing or could not be had. */
  cannotTell: 3,
  noDaemon: 4,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
