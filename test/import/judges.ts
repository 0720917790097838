/** The same question asked of a running Postfix, and of the policy that was imported from its configuration. */
import { parseConfig, policySource } from '../../src/config/mod.ts';
import type { Config } from '../../src/config/mod.ts';
import { importPostfix } from '../../src/import/mod.ts';
import type { Imported } from '../../src/import/mod.ts';
import { isAddressError, parseMailbox } from '../../src/mail/mod.ts';
import { compilePolicy, decide, locate } from '../../src/policy/mod.ts';
import { parseIp } from '../../src/std/mod.ts';
import { Client } from '../kit/client.ts';
import type { Postfix } from '../kit/postfix.ts';

export interface Question {
  /** The name of a service in master.cf. */
  readonly service: string;
  readonly client: string;
  readonly signedIn: boolean;
  readonly sender: string;
  readonly recipient: string;
}

export function describe({ service, client, signedIn, sender, recipient }: Question): string {
  return `${service} ${client}${signedIn ? ' signed in' : ''} <${sender}> ${recipient}`;
}

/** `relayed`: accepted, and no domain of ours. */
export type Answer = 'ours' | 'relayed' | 'refused';

const ACCOUNT = 'alice@contoso.example';

/** Answers of the policy, for the listener that stands for the service. */
export function policyJudge(config: Config): (question: Question) => Answer {
  const policy = compilePolicy(policySource(config));
  return ({ service, client, signedIn, sender, recipient }) => {
    const listener = config.listeners.find(({ bind }) =>
      bind.some(({ port }) => port === PORTS.get(service)),
    );
    if (listener === undefined) return 'refused';
    // Where nobody can sign in the login is refused, and the client goes on without it.
    const hasSignedIn = signedIn && listener.auth !== 'off';
    if (!hasSignedIn && listener.auth === 'required') return 'refused';
    const mailbox = must(parseMailbox(recipient), recipient);
    const inbound = locate(mailbox, policy).route?.kind === 'inbound';
    const decision = decide(
      {
        client: parseIp(client) ?? missing(client),
        localAddress: parseIp('127.0.0.1') ?? missing(client),
        listener: listener.name,
        account: hasSignedIn ? ACCOUNT : undefined,
        sender: sender === '' ? null : must(parseMailbox(sender), sender),
        recipient: mailbox,
        mailbox: inbound ? 'known' : 'notAsked',
        at: 0,
      },
      policy,
    );
    if (decision.verdict === 'refused') return 'refused';
    return decision.as === 'relay' || decision.as === 'alwaysRelay' ? 'relayed' : 'ours';
  };
}

const PORTS: ReadonlyMap<string, number> = new Map([
  ['smtp', 25],
  ['submission', 587],
  ['smtps', 465],
]);

function must<T extends object>(value: T, text: string): Exclude<T, { error: string }> {
  if (isAddressError(value)) return missing(text);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is no error is a value
  return value as Exclude<T, { error: string }>;
}

function missing(text: string): never {
  throw new Error(`not an address: ${text}`);
}

/** Asks Postfix at RCPT; nothing is sent. A client of 127.x connects from there, any other is impersonated. */
export async function askPostfix(
  postfix: Postfix,
  questions: readonly Question[],
): Promise<ReadonlyMap<string, boolean>> {
  const answers = new Map<string, boolean>();
  const sessions = Map.groupBy(
    questions,
    ({ service, client, signedIn }) => `${service} ${client} ${signedIn}`,
  );
  for (const asked of sessions.values()) {
    const [first] = asked;
    if (first === undefined) continue;
    using session = await openSession(postfix, first);
    for (const question of asked) answers.set(describe(question), await accepts(session, question));
  }
  return answers;
}

async function openSession(postfix: Postfix, { service, client, signedIn }: Question): Promise<Client> {
  const isLoopback = client.startsWith('127.');
  const port = postfix.ports.get(service);
  if (port === undefined) throw new Error(`no service ${service}`);
  const session = await Client.greeted({ port, localAddress: isLoopback ? client : '127.0.0.1' });
  await session.ehlo('client.example');
  if (!isLoopback) {
    await session.expect(
      `XCLIENT NAME=[UNAVAILABLE] ADDR=${client.includes(':') ? `IPV6:${client}` : client}`,
      220,
    );
    await session.ehlo('client.example');
  }
  if (signedIn) await session.login('alice', 'secret');
  return session;
}

async function accepts(session: Client, { sender, recipient }: Question): Promise<boolean> {
  const mail = await session.command(`MAIL FROM:<${sender}>`);
  if (mail.code !== 250) return false;
  const reply = await session.command(`RCPT TO:<${recipient}>`);
  await session.expect('RSET', 250);
  return reply.code === 250;
}

/** The import and the configuration it made, which must be valid. */
export function importValid(folder: string): { readonly imported: Imported; readonly config: Config } {
  const imported = importPostfix(folder, { interfaces: [], hostname: 'host.example' });
  if ('problems' in imported) throw new Error(imported.problems.map(({ message }) => message).join('\n'));
  const reading = parseConfig(imported.yaml, 'postern.yaml');
  if ('problems' in reading)
    throw new Error(`${reading.problems.map(({ message }) => message).join('\n')}\n${imported.yaml}`);
  return { imported, config: reading.config };
}
