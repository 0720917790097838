import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { ipv4, parseCidr, parseIp, type IpAddress, type IpRange } from '../std/mod.ts';
import { judgeAnswers } from './list.ts';

const ip = (text: string): IpAddress => parseIp(text) ?? assert.fail(text);
const range = (text: string): IpRange => parseCidr(text) ?? assert.fail(text);
const judge = (answers: readonly string[], counting?: readonly string[]) =>
  judgeAnswers(answers.map(ip), counting?.map(range));

describe('judgeAnswers()', () => {
  it('counts all of 127.0.0.0/8 but the error codes', () => {
    for (const answer of ['127.0.0.0', '127.0.0.2', '127.0.1.255', '127.255.254.255', '127.255.255.254'])
      assert.equal(judge([answer]).kind, answer === '127.255.255.254' ? 'unknown' : 'listed', answer);
    for (const answer of ['127.255.255.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'])
      assert.equal(judge([answer]).kind, 'unknown', answer);
    assert.equal(judge([]).kind, 'clear');
  });

  it('counts only what is named where something is', () => {
    const counting = ['127.0.0.2', '127.0.0.4/30'];
    for (const answer of ['127.0.0.2', '127.0.0.4', '127.0.0.7'])
      assert.equal(judge([answer], counting).kind, 'listed');
    for (const answer of ['127.0.0.3', '127.0.0.8']) assert.equal(judge([answer], counting).kind, 'clear');
    assert.equal(judge(['127.0.0.8', '127.0.0.2'], counting).kind, 'listed');
    assert.equal(judge(['127.255.255.254'], counting).kind, 'unknown');
    assert.equal(judge(['127.255.255.254'], ['127.255.255.0/24']).kind, 'listed');
  });

  it('says what an error code means', () => {
    const told = judge(['127.255.255.254']);
    assert.match(
      told.kind === 'unknown' ? told.error : '',
      /^it answers 127\.255\.255\.254: .*public resolver$/,
    );
    const sold = judge(['192.0.2.80']);
    assert.match(
      sold.kind === 'unknown' ? sold.error : '',
      /^it answers 192\.0\.2\.80, as no DNS list does$/,
    );
  });

  it('never lists by an answer outside 127.0.0.0/8 unless told to', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff_ffff).map(ipv4), { maxLength: 5 }), (answers) => {
        const inside = answers.some(({ text }) => text.startsWith('127.'));
        if (!inside) assert.notEqual(judgeAnswers(answers, undefined).kind, 'listed');
      }),
    );
  });
});
