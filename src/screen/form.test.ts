import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mailbox } from '../policy/testing/mod.ts';
import { judgeForm, type Addresses, type FormDemands, type FormProblem, type MessageForm } from './mod.ts';

const LIMITS = { headerSize: 1000, headerFields: 10, textLine: 200 };
const GOOD: MessageForm = {
  headerSize: 500,
  fields: 5,
  badHeader: false,
  eightBitHeader: false,
  nul: false,
  longestLine: 78,
  repeated: undefined,
  from: [mailbox('a@outside.test')],
  sender: undefined,
};
const ORIGINS = ['submission', 'stranger', 'known'] as const;

/** What is said to each of `ORIGINS`. */
function said(parts: Partial<MessageForm>, more: Partial<FormDemands> = {}): string[] {
  return ORIGINS.map((from) => {
    const problem = judgeForm({ ...GOOD, ...parts }, { limits: LIMITS, smtpUtf8: false, from, ...more });
    return problem?.kind ?? 'ok';
  });
}

const all = (kind: FormProblem['kind'] | 'ok'): string[] => ORIGINS.map(() => kind);

test('judgeForm() has no objection to a message as it should be', () => {
  assert.deepEqual(said({}), all('ok'));
  assert.deepEqual(said({ sender: [mailbox('b@outside.test')] }), all('ok'));
});

test('judgeForm() holds every limit at n and n+1, for everybody', () => {
  assert.deepEqual(said({ headerSize: 1000, fields: 10, longestLine: 200 }), all('ok'));
  assert.deepEqual(said({ headerSize: 1001 }), all('headerTooBig'));
  assert.deepEqual(said({ fields: 11 }), all('tooManyFields'));
  assert.deepEqual(said({ longestLine: 201 }), all('textLineTooLong'));
});

test('judgeForm() refuses of everybody what others could read otherwise', () => {
  assert.deepEqual(said({ nul: true }), all('nul'));
  assert.deepEqual(said({ badHeader: true }), all('badHeader'));
  assert.deepEqual(said({ repeated: 'From' }), all('repeatedField'));
  const demands = { limits: LIMITS, smtpUtf8: false, from: 'known' } as const;
  assert.deepEqual(judgeForm({ ...GOOD, repeated: 'Subject' }, demands), {
    kind: 'repeatedField',
    name: 'Subject',
  });
});

test('judgeForm() takes hosts that are known by their address as they are', () => {
  assert.deepEqual(said({ from: undefined }), ['noFrom', 'noFrom', 'ok']);
  assert.deepEqual(said({ eightBitHeader: true }), ['eightBitHeader', 'eightBitHeader', 'ok']);
  assert.deepEqual(said({ eightBitHeader: true }, { smtpUtf8: true }), all('ok'));
});

test('judgeForm() wants From and Sender to be readable on submission', () => {
  assert.deepEqual(said({ from: 'unreadable' }), ['badFrom', 'ok', 'ok']);
  assert.deepEqual(said({ sender: 'unreadable' }), ['badSenderField', 'ok', 'ok']);
});

test('judgeForm() asks no more of a known host than of a stranger, nor of a stranger than on submission', () => {
  const forms: fc.Arbitrary<MessageForm> = fc.record({
    headerSize: fc.nat(2000),
    fields: fc.nat(20),
    badHeader: fc.boolean(),
    eightBitHeader: fc.boolean(),
    nul: fc.boolean(),
    longestLine: fc.nat(400),
    repeated: fc.constantFrom(undefined, 'From', 'Date'),
    from: fc.constantFrom<Addresses | undefined>(undefined, 'unreadable', [], [mailbox('a@b.test')]),
    sender: fc.constantFrom<Addresses | undefined>(undefined, 'unreadable', [mailbox('a@b.test')]),
  });
  fc.assert(
    fc.property(forms, fc.boolean(), (form, smtpUtf8) => {
      const [submission, stranger, known] = said(form, { smtpUtf8 });
      if (submission === 'ok') assert.equal(stranger, 'ok');
      if (stranger === 'ok') assert.equal(known, 'ok');
    }),
    { numRuns: 500 },
  );
});
