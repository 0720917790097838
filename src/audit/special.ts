/** The probes that are more than an envelope: commands, messages hidden in messages, and what is glued to STARTTLS. */
import { endOf, sendContent, type Attempt, type AttemptContext } from './transaction.ts';
import { fill } from './template.ts';
import { formatReceived, isPositive, isRefusal, type Talk } from './talk.ts';
import type { CommandProbe, HeaderProbe, SmugglingProbe } from './types.ts';
import { isLoss } from './wire.ts';

export async function attemptCommand(
  talk: Talk,
  probe: CommandProbe,
  { values }: AttemptContext,
): Promise<Attempt> {
  const reply = await talk.ask(fill(probe.line, values));
  if (isLoss(reply)) return { kind: 'lost', loss: reply };
  const accepted: Attempt = {
    kind: 'accepted',
    reason: `${probe.title}: ${formatReceived(reply)}`,
    token: undefined,
  };
  return endOf(reply, probe.title) ?? accepted;
}

/** A transaction with the recipient that takes messages; undefined when DATA may come. */
async function beginInbound(talk: Talk, values: ReadonlyMap<string, string>): Promise<Attempt | undefined> {
  for (const line of ['MAIL FROM:<{sender}>', 'RCPT TO:<{inbound}>']) {
    const reply = await talk.ask(fill(line, values));
    if (isLoss(reply)) return { kind: 'lost', loss: reply };
    // Nothing is shown by a message that does not get that far.
    if (!isPositive(reply))
      return {
        kind: 'putOff',
        reason: `the recipient of --inbound is not accepted: ${formatReceived(reply)}`,
      };
  }
  return undefined;
}

/**
 * A message that holds an end of data which is none, and a second envelope behind it. A server that is not deceived gives one reply;
 * QUIT comes last, so that its reply tells where the others end.
 */
export async function attemptSmuggling(
  talk: Talk,
  probe: SmugglingProbe,
  { values, letter }: AttemptContext,
): Promise<Attempt> {
  const begun = await beginInbound(talk, values);
  if (begun !== undefined) return begun;
  const go = await talk.ask('DATA');
  if (isLoss(go)) return { kind: 'lost', loss: go };
  if (go.code !== 354) return { kind: 'putOff', reason: `DATA: ${formatReceived(go)}` };
  const envelope = fill('MAIL FROM:<{sender}>\r\nRCPT TO:<{inbound}>\r\nDATA\r\n', values);
  const shown = `(the message) ${JSON.stringify(probe.octets)} ${envelope.replaceAll('\r\n', ' ')}(a second message)`;
  const outer = letter(values).text;
  const inner = letter(values).text;
  const halted = await talk.send(`${outer}${probe.octets}${envelope}${inner}\r\n.\r\n`, shown);
  if (halted !== undefined) return { kind: 'lost', loss: halted };
  const first = await talk.hear();
  if (isLoss(first)) return { kind: 'lost', loss: first };
  talk.record('us', 'QUIT');
  talk.wire.send(Buffer.from('QUIT\r\n'));
  const more: string[] = [];
  let taken = false;
  // MAIL, RCPT, DATA, the second message, QUIT, and the lines that were taken for commands.
  for (let count = 0; count < 40; count += 1) {
    const reply = await talk.hear();
    if (isLoss(reply) || reply.code === 221) break;
    more.push(String(reply.code));
    taken ||= !isRefusal(reply);
  }
  if (taken) {
    return {
      kind: 'accepted',
      reason: `one message got ${more.length + 1} replies: ${[first.code, ...more].join(', ')}`,
      token: undefined,
    };
  }
  return { kind: 'refused', reason: `one message, one reply: ${formatReceived(first)}` };
}

export async function attemptHeader(
  talk: Talk,
  probe: HeaderProbe,
  { values, letter }: AttemptContext,
): Promise<Attempt> {
  const begun = await beginInbound(talk, values);
  if (begun !== undefined) return begun;
  const sent = letter(values, probe.fields);
  const end = await sendContent(talk, sent);
  return end ?? { kind: 'watched', reason: 'the message was accepted for its recipient', token: sent.token };
}

/** A command that no server knows is glued to STARTTLS: if it is obeyed within TLS, the first reply there is its refusal. */
export async function attemptInjection(talk: Talk, { helo }: AttemptContext): Promise<Attempt> {
  const injected = 'STARTTLS\r\nXPOSTERNAUDIT\r\n';
  const halted = await talk.send(injected, injected.trimEnd());
  if (halted !== undefined) return { kind: 'lost', loss: halted };
  const go = await talk.hear();
  if (isLoss(go))
    return go.cause === 'closed'
      ? { kind: 'refused', reason: 'it ends the connection' }
      : { kind: 'lost', loss: go };
  if (!isPositive(go)) return { kind: 'refused', reason: `STARTTLS: ${formatReceived(go)}` };
  const loss = await talk.wire.secure();
  if (loss !== undefined) {
    // A server that reads TLS where the injected line stands cannot go on, and obeys nothing.
    return loss.cause === 'timeout' || loss.cause === 'interrupted'
      ? { kind: 'lost', loss }
      : { kind: 'refused', reason: 'it ends the connection' };
  }
  const first = await talk.greet(`EHLO ${helo}`);
  if (isLoss(first)) return { kind: 'lost', loss: first };
  if (isPositive(first)) return { kind: 'refused', reason: 'the line in clear text was forgotten' };
  const second = await talk.hear();
  if (isLoss(second)) return { kind: 'lost', loss: second };
  return {
    kind: 'accepted',
    reason: `within TLS it answers the line that came in clear text: ${formatReceived(first)}`,
    token: undefined,
  };
}
