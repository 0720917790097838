import type { AccountEvents } from '../events.ts';
import type { Catalogue } from './definition.ts';

export const ACCOUNTS_CATALOGUE = {
  'accounts.unavailable': {
    level: 'error',
    meaning: 'The accounts cannot be read now; logins and inbound recipients get a 4xx reply.',
    fields: ['path', 'error'],
  },
  'accounts.recovered': {
    level: 'info',
    meaning: 'The accounts can be read again.',
    fields: ['path'],
  },
  'accounts.hashingFailed': {
    level: 'error',
    meaning: 'A password could not be hashed, most likely for lack of memory; that login got a 4xx reply.',
    fields: ['error'],
  },
  'accounts.badHash': {
    level: 'error',
    meaning:
      'The stored hash of an account is damaged; nobody can sign in to it until its password is set again.',
    fields: ['account'],
  },
  'accounts.rehashed': {
    level: 'info',
    meaning: 'A hash of a lower cost was replaced at a successful login, or could not be and is tried again.',
    fields: ['account', 'saved'],
  },
} satisfies Catalogue<AccountEvents>;
