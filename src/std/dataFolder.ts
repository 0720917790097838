/** What stands where in the data folder: the one place that names it, for the daemon and the command line. */
export const DATA_FOLDER = {
  accounts: 'accounts.db',
  control: 'control.sock',
  /** What was counted against the limits of grants. */
  ledger: 'ledger.db',
  history: 'history',
  spool: 'spool',
  /** The self-signed certificate. */
  tls: 'tls',
} as const;
