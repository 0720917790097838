/** One probe on one connection: what was sent, and what the replies say. */
import { attemptCommand, attemptHeader, attemptInjection, attemptSmuggling } from './special.ts';
import { fill } from './template.ts';
import { formatReceived, type Said, type Talk } from './talk.ts';
import { endOf, sendContent, sendLines, type Attempt, type AttemptContext } from './transaction.ts';
import type { EnvelopeProbe, Probe } from './types.ts';
import { isLoss } from './wire.ts';

export function attempt(talk: Talk, probe: Probe, context: AttemptContext): Promise<Attempt> {
  switch (probe.kind) {
    case 'envelope':
      return attemptEnvelope(talk, probe, context);
    case 'command':
      return attemptCommand(talk, probe, context);
    case 'smuggling':
      return attemptSmuggling(talk, probe, context);
    case 'header':
      return attemptHeader(talk, probe, context);
    case 'injection':
      return attemptInjection(talk, context);
    default:
      return probe satisfies never;
  }
}

async function attemptEnvelope(talk: Talk, probe: EnvelopeProbe, context: AttemptContext): Promise<Attempt> {
  const text = (line: string): string => fill(line, context.values);
  const before = await sendLines(talk, probe.before ?? [], text);
  if (before !== undefined) return { kind: 'lost', loss: before };
  const mail = text(probe.mail ?? '');
  const rcpt = text(probe.rcpt);
  if (probe.pipelined) return attemptPipelined(talk, mail, rcpt, context);
  if (mail !== '') {
    const reply = await talk.ask(mail);
    // After a first MAIL the second may be out of order; what counts is what the server makes of the recipient.
    if (probe.family !== 'state' || isLoss(reply)) {
      const end = endOf(reply, 'MAIL');
      if (end !== undefined) return end;
    }
  }
  const between = await sendLines(talk, probe.between ?? [], text);
  if (between !== undefined) return { kind: 'lost', loss: between };
  return judgeRecipient(talk, await talk.ask(rcpt), context);
}

async function attemptPipelined(
  talk: Talk,
  mail: string,
  rcpt: string,
  context: AttemptContext,
): Promise<Attempt> {
  const halted = await talk.send(`${mail}\r\n${rcpt}\r\n`, `${mail}\r\n${rcpt}`);
  if (halted !== undefined) return { kind: 'lost', loss: halted };
  const first = await talk.hear();
  if (isLoss(first)) return { kind: 'lost', loss: first };
  const second = await talk.hear();
  return endOf(first, 'MAIL') ?? judgeRecipient(talk, second, context);
}

async function judgeRecipient(talk: Talk, reply: Said, context: AttemptContext): Promise<Attempt> {
  if (isLoss(reply)) return { kind: 'lost', loss: reply };
  const end = endOf(reply, 'RCPT');
  if (end !== undefined) return end;
  const reason = `RCPT: ${formatReceived(reply)}`;
  if (!context.wholeMessages) return { kind: 'accepted', reason, token: undefined };
  const letter = context.letter(context.values);
  const stopped = await sendContent(talk, letter);
  return stopped ?? { kind: 'accepted', reason, token: letter.token };
}
