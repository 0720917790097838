/** Where things are in the data folder. */
export const ACCOUNTS_FILE = 'accounts.db';
export const CONTROL_SOCKET = 'control.sock';
