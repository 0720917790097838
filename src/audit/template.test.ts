import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PROBES } from './probes/all.ts';
import { fill, homeOf, imcea, placeholders } from './template.ts';
import type { Names, Probe } from './types.ts';

const NAMES: Names = {
  host: 'mx.contoso.example',
  domain: 'contoso.example',
  ip: '192.0.2.7',
  literal: '[192.0.2.7]',
  client: '[127.0.0.1]',
  known: 'postmaster@contoso.example',
  inbound: 'test@contoso.example',
  outside: 'bob@other.example',
  sender: 'a@sender.example',
  helo: 'prober.example',
};
const VALUES = placeholders(NAMES);

function textsOf(probe: Probe): readonly string[] {
  switch (probe.kind) {
    case 'envelope': {
      const lines = [...(probe.before ?? []), ...(probe.between ?? [])].flatMap((line) => {
        if (typeof line === 'string') return [line];
        return 'auth' in line ? [...line.auth] : [];
      });
      return [...lines, probe.mail ?? '', probe.rcpt, probe.greeting ?? '', probe.first ?? ''];
    }
    case 'command':
      return [probe.line];
    case 'header':
      return probe.fields;
    case 'smuggling':
    case 'injection':
      return [];
    default:
      return probe satisfies never;
  }
}

test('PROBES: each has an id of its own, a title, a meaning and a source', () => {
  assert.equal(new Set(PROBES.map(({ id }) => id)).size, PROBES.length);
  assert.ok(PROBES.length > 180, String(PROBES.length));
  for (const { id, title, shows, source } of PROBES) {
    assert.match(id, /^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    assert.ok(title.length > 2 && shows.length > 10 && source.length > 3, id);
    assert.doesNotMatch(`${title}${shows}`, /\.$/, id);
  }
  // The same trick twice would count twice.
  const lines = PROBES.map((probe) =>
    JSON.stringify({ ...probe, id: '', title: '', shows: '', source: '', family: '', needs: '' }),
  );
  const twice = PROBES.filter((_probe, index) => lines.indexOf(lines[index] ?? '') !== index).map(
    ({ id }) => id,
  );
  assert.deepEqual(twice, []);
});

test('PROBES: every placeholder is one, and no line is two unless that is the trick', () => {
  for (const probe of PROBES) {
    for (const text of textsOf(probe)) {
      const filled = fill(text, VALUES);
      assert.doesNotMatch(filled, /[{}]/, `${probe.id}: ${filled}`);
      assert.doesNotMatch(filled, /\n/, probe.id);
    }
  }
});

test('PROBES: whoever is relayed to is nobody but the outside address, a documentation address or a name that cannot be registered', () => {
  for (const probe of PROBES) {
    if (probe.kind !== 'envelope') continue;
    const rcpt = fill(probe.rcpt, VALUES);
    const harmless =
      /other\.example|OTHER\.EXAMPLE|\+40other\+2Eexample|192\.0\.2\.1\b|2001:db8::1|3221225985|zz--audit/;
    assert.match(rcpt, harmless, probe.id);
  }
});

test('fill() leaves unknown names alone and does not fill in twice', () => {
  assert.equal(
    fill(
      '{a}{b}{nothing}',
      new Map([
        ['a', '{b}'],
        ['b', 'x'],
      ]),
    ),
    '{b}x{nothing}',
  );
  assert.equal(
    fill('AUTH PLAIN {b64:\0postmaster@<domain>\0}', VALUES),
    `AUTH PLAIN ${Buffer.from('\0postmaster@contoso.example\0').toString('base64')}`,
  );
});

test('imcea() encapsulates as Exchange does', () => {
  assert.equal(imcea('bob@other.example'), 'bob+40other+2Eexample');
  assert.equal(imcea('ü'), '+C3+BC');
  fc.assert(
    fc.property(fc.string(), (text) => {
      const back = imcea(text).replaceAll(/\+([0-9A-F]{2})/g, (_whole, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
      assert.equal(Buffer.from(back, 'latin1').toString('utf8'), Buffer.from(text, 'utf8').toString('utf8'));
    }),
  );
});

test('homeOf() knows where a local part may be a mailbox', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['RCPT TO:<{outside}>', undefined],
    ['RCPT TO:<{outsideLocal}%{outsideDomain}@{domain}>', '{domain}'],
    ['RCPT TO:<"{outside}"@{host}>', '{host}'],
    ['RCPT TO:<{outside}@{literal}>', '{literal}'],
    ['RCPT TO:<x!y@localhost>', 'localhost'],
    ['RCPT TO:<"{outside}">', ''],
    [String.raw`RCPT TO:<{outsideLocal}\@{outsideDomain}>`, ''],
    ['RCPT TO:<@{domain}:{outside}>', undefined],
    ['RCPT TO:<{outsideLocal}@zz--audit{domain}>', undefined],
    ['RCPT TO:<{outsideLocal}@{domain}.{outsideDomain}>', undefined],
    ['RCPT TO:<"{known}"@{outsideDomain}>', undefined],
    ['RCPT TO:{outside}', undefined],
    ['RCPT TO:<{outside}>\rRCPT TO:<{known}>', undefined],
  ];
  for (const [rcpt, home] of cases) assert.equal(homeOf(rcpt), home, rcpt);
});
