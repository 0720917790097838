/** With an account: relaying is expected then, and reported apart. The password is sent over TLS, or to this machine. */
import { isLoopback, parseIp } from '../std/mod.ts';
import type { Contact } from './contact.ts';
import type { Opener } from './open.ts';
import { OUTSIDE_RECIPIENT, rows } from './probes/envelope.ts';
import { formatReceived, isPositive, type Said, type Talk } from './talk.ts';
import { createTester, type Open } from './tester.ts';
import type { AttemptContext } from './transaction.ts';
import type { Probe, Result, Way } from './types.ts';
import { isLoss, type Loss } from './wire.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface AccountReport {
  readonly user: string;
  readonly signedIn: boolean;
  /** What the server said to the login, or why it was not tried. */
  readonly login: string;
  readonly results: readonly Result[];
}

export interface AccountContext {
  readonly opener: Opener;
  readonly context: AttemptContext;
  readonly contact: Contact;
  readonly pauseMs: number;
  readonly nonsense: string;
}

type AccountTrial = Omit<AccountReport, 'results'> & { readonly opens: readonly Open[] };

/** Signs in on a connection of its own for each probe. */
export async function auditAccount(
  credentials: Credentials,
  { opener, context, contact, pauseMs, nonsense }: AccountContext,
): Promise<AccountTrial> {
  const { user } = credentials;
  const { destination } = opener;
  const tls = destination.implicitTls || contact.extensions.has('STARTTLS');
  const address = parseIp(destination.address);
  if (!tls && !(address !== undefined && isLoopback(address))) {
    const login = 'the server offers no TLS, and a password is not sent in clear text';
    return { user, signedIn: false, login, opens: [] };
  }
  const way: Way = { id: tls ? 'tls-ehlo-fresh' : 'ehlo-fresh', hello: 'EHLO', tls, fresh: true };
  let login = 'not tried';
  const prepare = async (talk: Talk): Promise<Loss | undefined> => {
    const said = await logIn(talk, credentials);
    login = isLoss(said) ? said.text : formatReceived(said);
    if (isLoss(said)) return said;
    return isPositive(said) ? undefined : { cause: 'protocol', text: `the login was refused: ${login}` };
  };
  const tester = createTester({ opener, context, nonsense, probesPerConnection: 1, pauseMs, prepare });
  // One try: a wrong password may lock the account.
  const scouted = await tester.scoutOnce(way);
  if (isLoss(scouted))
    return { user, signedIn: false, login: login === 'not tried' ? scouted.text : login, opens: [] };
  const opens: Open[] = [];
  for (const probe of probesFor(user))
    opens.push({ way: way.id, probe, tried: await tester.try(way, probe) });
  await tester.close();
  return { user, signedIn: true, login, opens };
}

/** What the account may send as. */
function probesFor(user: string): readonly Probe[] {
  const common = {
    family: 'login',
    shows: 'lets this account relay',
    source: 'RFC 4954; RFC 6409 6.1',
  } as const;
  const own = user.includes('@') ? user : `${user}@{domain}`;
  return rows(common, [
    { id: 'account-own', title: 'Signed in, as itself', mail: `MAIL FROM:<${own}>`, rcpt: OUTSIDE_RECIPIENT },
    {
      id: 'account-null',
      title: 'Signed in, with the null sender',
      mail: 'MAIL FROM:<>',
      rcpt: OUTSIDE_RECIPIENT,
    },
    {
      id: 'account-other',
      title: 'Signed in, as somebody else here',
      mail: 'MAIL FROM:<postmaster@{domain}>',
      rcpt: OUTSIDE_RECIPIENT,
    },
    {
      id: 'account-foreign',
      title: 'Signed in, as somebody elsewhere',
      mail: 'MAIL FROM:<{sender}>',
      rcpt: OUTSIDE_RECIPIENT,
    },
  ]);
}

async function logIn(talk: Talk, { user, password }: Credentials): Promise<Said> {
  const offered = (talk.extensions.get('AUTH') ?? '').toUpperCase().split(/\s+/);
  if (!offered.includes('PLAIN') && offered.includes('LOGIN')) return logInByLogin(talk, { user, password });
  const response = Buffer.from(`\0${user}\0${password}`, 'utf8').toString('base64');
  return talk.ask(`AUTH PLAIN ${response}`, 'AUTH PLAIN (the account and its password)');
}

async function logInByLogin(talk: Talk, { user, password }: Credentials): Promise<Said> {
  const asked = await talk.ask('AUTH LOGIN');
  if (isLoss(asked) || asked.code !== 334) return asked;
  const named = await talk.ask(Buffer.from(user, 'utf8').toString('base64'), '(the account)');
  if (isLoss(named) || named.code !== 334) return named;
  return talk.ask(Buffer.from(password, 'utf8').toString('base64'), '(the password)');
}
