/** Who guesses passwords and mailboxes: a session for each guess, whose failures one ledger counts. */
import { Buffer } from 'node:buffer';
import { guardSite } from '../../src/daemon/testing/guardSite.ts';
import { Harness } from '../../src/session/testing/harness.ts';
import { DONE, sameNetwork, type Attempt } from './attempt.ts';
import { DEFAULTS, INTERNET, SUBMISSION } from './defaults.ts';
import { HELLO, TLS } from './sessions.ts';

/** More than any delay of an answer. Milliseconds. */
const LATER = 10_000;

interface Guess {
  /** What the client says, and the code of the reply to a guess that is wrong. */
  readonly octets: string;
  readonly wrong: string;
  readonly client: string;
}

/** Guesses one after the other, each on its own connection. @returns what the last is told. */
function guessing(guess: (index: number) => Guess, settings = INTERNET): Attempt {
  return async (count, context) => {
    const guard = guardSite(context, { limits: DEFAULTS.guard }).worker();
    let reply = '';
    for (let index = 0; index < count; index += 1) {
      const { octets, wrong, client } = guess(index);
      const session = new Harness({ settings, guard, client });
      if (settings === SUBMISSION) session.session.secured(TLS);
      await session.send(`${HELLO}${octets}`);
      await session.advance(LATER);
      reply = session.replies().at(-1) ?? 'no reply';
      if (reply.startsWith(wrong)) reply = DONE;
    }
    return reply;
  };
}

function login(account: string): Pick<Guess, 'octets' | 'wrong'> {
  const credentials = Buffer.from(`\0${account}\0wrong`).toString('base64');
  return { octets: `AUTH PLAIN ${credentials}\r\n`, wrong: '535' };
}

const unknown = { octets: 'MAIL FROM:<>\r\nRCPT TO:<nobody@inbound.test>\r\n', wrong: '550 5.1.1' };

export const GUESSES = {
  'guard.failuresPerAddress': guessing(
    (index) => ({ ...login(`someone${index}@inbound.test`), client: sameNetwork(index) }),
    SUBMISSION,
  ),
  'guard.failuresPerAccount': guessing(
    (index) => ({ ...login('alice@inbound.test'), client: `192.0.2.${index + 1}` }),
    SUBMISSION,
  ),
  'guard.unknownRecipients': guessing((index) => ({ ...unknown, client: sameNetwork(index) })),
} as const satisfies Readonly<Record<string, Attempt>>;
