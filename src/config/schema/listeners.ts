/** `listeners`: where clients connect, and what they find there. */
import { z } from 'zod';
import type { Compat } from '../../smtp/mod.ts';
import { isInside } from '../../std/mod.ts';
import { acknowledge, complain, duration, iUnderstand, listOf, textField } from '../field.ts';
import type { Context } from '../field.ts';
import type { ListenerConfig } from '../config.ts';
import { formatEndpoint, parseBind } from '../text/endpoint.ts';
import { either, textProblem } from '../text/problem.ts';

/** A listener without its name and place, which it has from the file. */
export type WrittenListener = Omit<ListenerConfig, 'name' | 'place'>;

const COMPAT = ['bareLf', 'ehloWithoutName', 'authLoginEquals'] as const;

const fields = z.strictObject({
  bind: listOf(textField('address:port', parseBind))
    .describe(
      'The addresses and ports to listen at. `0.0.0.0` and `[::]` stand for every IPv4 and every IPv6 address of this machine; a listener that names one of them takes precedence over them.',
    )
    .meta({ 'x-examples': [['0.0.0.0:25', '[::]:25']] }),
  for: z
    .enum(['transfer', 'submission', 'lmtp'])
    .default('transfer')
    .describe(
      '`transfer`: mail from other servers (port 25). `submission`: mail from people and devices that sign in (587, 465). `lmtp`: mail from a program beside this one, by LMTP (RFC 2033), each recipient with a reply of its own; never on port 25.',
    ),
  greetingDelay: duration({ least: '0s', most: '1m' })
    .prefault('0s')
    .describe(
      'How long the greeting waits. A client that speaks before it is a robot and is refused (554). Only on a transfer listener.',
    )
    .meta({ 'x-examples': ['3s'] }),
  tls: z
    .enum(['starttls', 'implicit', 'none'])
    .default('starttls')
    .describe(
      '`starttls`: offered after EHLO. `implicit`: the connection begins with TLS, as on port 465. `none`: never.',
    ),
  auth: z
    .enum(['required', 'optional', 'off'])
    .describe(
      'Whether clients can sign in, or must before they send. `off` is not possible on a submission listener.',
    )
    .meta({
      'x-default': '`required` for submission, `optional` for transfer, `off` for transfer without TLS',
    })
    .optional(),
  authWithoutTls: z
    .boolean()
    .default(false)
    .describe(
      'Also let clients sign in without TLS, where anybody on the way can read the password. Only for loopback and private addresses; elsewhere it needs `iUnderstand`.',
    ),
  compat: z
    .array(z.enum(COMPAT))
    .default([])
    .describe(
      'What is tolerated of old devices. `bareLf`: single CR or LF in a message becomes CRLF instead of being refused. `ehloWithoutName`: EHLO and HELO without a name. `authLoginEquals`: EHLO also answers `AUTH=LOGIN PLAIN`.',
    )
    .meta({ 'x-examples': [['bareLf', 'ehloWithoutName']] }),
  iUnderstand,
});

type Fields = z.output<typeof fields>;

export const listener = fields.transform((written, context): WrittenListener => {
  const auth = written.auth ?? defaultAuth(written);
  checkAuth(written, auth, context);
  checkPorts(written, context);
  checkClearText(written, context);
  checkPurpose(written, context);
  if (written.compat.includes('authLoginEquals') && auth === 'off') {
    complain(
      context,
      ['compat'],
      textProblem('compat: authLoginEquals has no effect without AUTH', 'Remove it, or let clients sign in.'),
    );
  }
  return {
    bind: written.bind,
    purpose: written.for,
    greetingDelay: written.greetingDelay,
    tls: written.tls,
    auth,
    authWithoutTls: written.authWithoutTls,
    compat: compatOf(written.compat),
  };
});

/** AUTH is never offered in clear text by itself (RFC 4954 4 wants TLS before plain passwords). */
function canSignIn(written: Fields): boolean {
  return written.tls !== 'none' || written.authWithoutTls;
}

function defaultAuth(written: Fields): 'required' | 'optional' | 'off' {
  if (written.for === 'submission') return 'required'; // RFC 6409 4.3
  return canSignIn(written) ? 'optional' : 'off';
}

function checkAuth(written: Fields, auth: 'required' | 'optional' | 'off', context: Context): void {
  if (written.for === 'submission' && auth === 'off') {
    complain(
      context,
      ['auth'],
      textProblem(
        'a submission listener with auth: off has no use',
        'Write auth: required, or for: transfer.',
      ),
    );
  } else if (auth !== 'off' && !canSignIn(written)) {
    complain(
      context,
      [written.auth === undefined ? 'tls' : 'auth'],
      textProblem(
        'nobody could sign in here: there is no TLS, and AUTH is offered only over TLS',
        'Write tls: starttls or tls: implicit, or authWithoutTls: true for a loopback or private address.',
      ),
    );
  } else if (written.authWithoutTls && (auth === 'off' || written.tls === 'implicit')) {
    const because = auth === 'off' ? 'auth: off' : 'tls: implicit';
    complain(
      context,
      ['authWithoutTls'],
      textProblem(`authWithoutTls has no effect with ${because}`, 'Remove it.'),
    );
  }
}

function checkPurpose(written: Fields, context: Context): void {
  if (written.greetingDelay > 0 && written.for !== 'transfer') {
    const remedy = 'Remove it: clients that wait for people would only be slower.';
    complain(
      context,
      ['greetingDelay'],
      textProblem(`greetingDelay has no use on a listener for ${written.for}`, remedy),
    );
  }
  const index = written.bind.findIndex(({ port }) => port === 25);
  if (written.for !== 'lmtp' || index === -1) return;
  complain(
    context,
    ['bind', index],
    textProblem('LMTP must not be spoken on port 25 (RFC 2033 5)', 'Use another port, such as 24.'),
  );
}

function checkPorts(written: Fields, context: Context): void {
  for (const [index, { port }] of written.bind.entries()) {
    if (port === 465 && written.tls === 'starttls') {
      // RFC 8314 3.3: 465 is submissions, which begins with TLS.
      complain(
        context,
        ['bind', index],
        textProblem(
          'clients of port 465 begin with TLS and would wait for ever',
          'Write tls: implicit, or use port 587.',
        ),
      );
    }
    if (port === 25 && written.tls === 'implicit') {
      complain(
        context,
        ['bind', index],
        textProblem(
          'clients of port 25 begin in clear text and could not connect',
          'Write tls: starttls, or use port 465.',
        ),
      );
    }
  }
}

function checkClearText(written: Fields, context: Context): void {
  const outside = written.bind.filter(({ address }) => !isInside(address));
  const first = written.bind.findIndex(({ address }) => !isInside(address));
  const needed =
    written.authWithoutTls && first !== -1
      ? {
          reason: `passwords cross the network in clear text to ${either(outside.map(formatEndpoint), 'and')}`,
          path: ['bind', first],
          otherwise: 'Remove authWithoutTls, or bind a loopback or private address.',
        }
      : undefined;
  acknowledge(context, written.iUnderstand, needed);
}

function compatOf(words: readonly (typeof COMPAT)[number][]): Compat {
  return {
    bareLf: words.includes('bareLf'),
    ehloWithoutName: words.includes('ehloWithoutName'),
    authLoginEquals: words.includes('authLoginEquals'),
  };
}
