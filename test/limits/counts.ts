/** How much a client may say. */
import { DONE, type Attempt } from './attempt.ts';
import { doneIf, ENVELOPE, FROM, HELLO, last, onInternet, onSubmission, RCPT } from './sessions.ts';

/** More than any delay of an answer. Milliseconds. */
const LATER = 10_000;

async function errors(count: number): Promise<string> {
  const client = onInternet();
  for (let made = 0; made < count; made += 1) {
    client.replies();
    await client.send('FOO\r\n');
    await client.advance(LATER);
  }
  return doneIf(client.replies().at(-1) ?? '', /^500/);
}

async function softErrors(count: number): Promise<string> {
  const client = onInternet();
  await client.send('FOO\r\n'.repeat(count));
  if (client.codes() === `220${',500'.repeat(count)}`) return DONE;
  const delays: number[] = [];
  for (let more = 0; more < 4; more += 1) {
    const since = client.now;
    while (client.output === '') await client.advance(1_000);
    delays.push((client.now - since) / 1_000);
    client.replies();
    await client.send('FOO\r\n');
  }
  return `later: ${delays.join(', ')} s`;
}

async function messages(count: number): Promise<string> {
  const client = onInternet();
  await client.send(HELLO);
  let reply = '';
  for (let sent = 0; sent < count; sent += 1)
    reply = await last(client, `${ENVELOPE}DATA\r\n${FROM}\r\nx\r\n.\r\n`);
  return doneIf(reply, /^250/);
}

async function recipients(count: number): Promise<string> {
  const reply = await last(onInternet(), `${HELLO}MAIL FROM:<>\r\n${RCPT.repeat(count)}`);
  return doneIf(reply, /^250/);
}

/** Addresses and ORCPT of so many octets together: all but the last recipient have 320. */
async function envelope(octets: number): Promise<string> {
  const rcpt = (both: number): string =>
    RCPT.replace('\r', ` ORCPT=rfc822;${'x'.repeat(both - 'bob@inbound.test'.length - 'rfc822;'.length)}\r`);
  const before = Math.floor(octets / 320) - 1;
  const commands = `${rcpt(320).repeat(before)}${rcpt(octets - before * 320)}`;
  return doneIf(await last(onInternet(), `${HELLO}MAIL FROM:<>\r\n${commands}`), /^250/);
}

async function commandLine(octets: number): Promise<string> {
  return doneIf(await last(onInternet(), `NOOP ${'x'.repeat(octets - 7)}\r\n`), /^250/);
}

/** What is read to its end is no login, and it is told so. */
async function authLine(octets: number): Promise<string> {
  const client = await onSubmission();
  client.replies();
  return doneIf(await last(client, `AUTH PLAIN ${'A'.repeat(octets - 13)}\r\n`), /^501 5\.5\.2/);
}

async function junk(count: number): Promise<string> {
  return doneIf(await last(onInternet(), 'NOOP\r\n'.repeat(count)), /^250/);
}

async function unread(octets: number): Promise<string> {
  const client = onInternet();
  client.replies();
  client.pending = octets;
  await client.send('NOOP\r\n');
  return client.replies().length === 1 ? DONE : 'nothing is looked at';
}

export const COUNTS = {
  'command line': commandLine,
  'line of AUTH': authLine,
  'limits.recipients': recipients,
  'addresses and ORCPT of the recipients of a message': envelope,
  'limits.messagesPerConnection': messages,
  'limits.errors': errors,
  'limits.softErrors': softErrors,
  'limits.junkCommands': junk,
  'replies that a client does not read': unread,
} as const satisfies Readonly<Record<string, Attempt>>;
