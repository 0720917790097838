import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { parseConfig } from '../../config/mod.ts';
import type { Config } from '../../config/mod.ts';
import { formatRange } from '../../policy/mod.ts';
import type { Imported, Importing } from '../types.ts';
import { importPostfix } from './import.ts';

const MASTER = 'smtp inet n - y - - smtpd\n';
const HEAD =
  'compatibility_level = 3.6\nmyhostname = mail.contoso.example\nmydestination = contoso.example\n';

interface Written {
  readonly main: string | Buffer;
  readonly master?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly interfaces?: readonly string[];
}

function run(t: TestContext, { main, master = MASTER, files = {}, interfaces = [] }: Written): Importing {
  const folder = mkdtempSync(join(tmpdir(), 'postern-import-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries({ ...files, 'main.cf': main, 'master.cf': master }))
    writeFileSync(join(folder, name), text);
  return importPostfix(folder, { interfaces, hostname: 'host.example' });
}

interface Result extends Imported {
  readonly config: Config;
  /** `name: from …`, a line a grant. */
  readonly grants: readonly string[];
}

function imported(t: TestContext, written: Written): Result {
  const importing = run(t, written);
  assert.ok('yaml' in importing, JSON.stringify(importing));
  const reading = parseConfig(importing.yaml, 'postern.yaml');
  if ('problems' in reading)
    assert.fail([...reading.problems.map(({ message }) => message), importing.yaml].join('\n'));
  const grants = reading.config.relay.allow.map(
    ({ name, from = [] }) => `${name}: ${from.map(formatRange).join(' ')}`,
  );
  return { ...importing, config: reading.config, grants };
}

function tells({ notCarried }: Imported, pattern: RegExp): void {
  const said = notCarried.map(({ what, where, why }) => `${where.file}:${where.line ?? 0}: ${what}. ${why}`);
  assert.ok(
    said.some((line) => pattern.test(line)),
    `${String(pattern)} in ${said.join('\n')}`,
  );
}

function problem(importing: Importing): string {
  assert.ok('problems' in importing);
  const [{ place, message }] = importing.problems;
  return `${place.file.slice(place.file.lastIndexOf('/') + 1)}:${place.line}: ${message}`;
}

test('importPostfix() says where a file cannot be read', (t) => {
  assert.match(
    problem(importPostfix('/nonexistent', { interfaces: [] })),
    /^main\.cf:1: there is no file \/nonexistent\/main\.cf/,
  );
  assert.match(problem(run(t, { main: Buffer.from([0x61, 0, 0x62]) })), /main\.cf:1: .* is not a text file/);
  assert.match(problem(run(t, { main: `${HEAD}words\n` })), /^main\.cf:4: "words" is not a setting/);
  assert.match(
    problem(run(t, { main: HEAD, master: 'smtp inet\n' })),
    /^master\.cf:1: "smtp inet" is not a service/,
  );
  assert.match(
    problem(run(t, { main: HEAD, interfaces: ['eth0'] })),
    /"eth0" is not an address with its network/,
  );
});

test('importPostfix() says where a variable goes round in a circle, or grows without an end', (t) => {
  assert.match(
    problem(run(t, { main: `${HEAD}a = $b\nb = $a\nmynetworks = $a\n` })),
    /^main\.cf:6: mynetworks cannot be expanded: .*\$a, \$b, \$a/,
  );
  const bomb = Array.from({ length: 40 }, (_, index) => `v${index} = $v${index + 1} $v${index + 1}\n`).join(
    '',
  );
  assert.match(
    problem(run(t, { main: `${HEAD}${bomb}v40 = 10.0.0.0/8\nmynetworks = $v0\n` })),
    /^main\.cf:45: mynetworks cannot be expanded: .*grows/,
  );
});

test('importPostfix() takes thousands of networks and domains in their stride', (t) => {
  const networks = Array.from({ length: 2_000 }, (_, index) => `10.${index >> 8}.${index & 255}.0/25`).join(
    ' ',
  );
  const domains = Array.from({ length: 2_000 }, (_, index) => `d${index}.example OK\n`).join('');
  const { config, grants } = imported(t, {
    main: `${HEAD}mynetworks = ${networks}\nrelay_domains = hash:/etc/postfix/domains\n`,
    files: { domains },
  });
  assert.equal(config.relay.allow[0]?.from?.length, 2_000);
  assert.equal(config.routing.domains.length, 4_001);
  assert.equal(grants.length, 1);
});

test('importPostfix() never grants relaying to everybody', (t) => {
  const open = [
    'mynetworks = 0.0.0.0/0',
    'mynetworks = 0.0.0.0/1 128.0.0.0/1',
    'mynetworks = ![::]/0 0.0.0.0/0',
    'smtpd_relay_restrictions = permit\nsmtpd_recipient_restrictions = permit_mynetworks, permit, reject',
    'smtpd_relay_restrictions =\nsmtpd_recipient_restrictions = check_sender_access inline:{ contoso.example=OK }, reject_unauth_destination\nmynetworks = 127.0.0.1',
    'mynetworks = 127.0.0.1 hash:/etc/postfix/x\nsmtpd_relay_restrictions = permit_mynetworks, check_recipient_access inline:{ elsewhere.example=OK }, reject_unauth_destination',
  ];
  for (const main of open) {
    const result = imported(t, { main: `${HEAD}${main}\n` });
    assert.ok(
      result.grants.every((line) => !/\/[0-7](?: |$)/.test(line)),
      `${main}\n${result.yaml}`,
    );
    assert.match(result.yaml, /# Left out: .*could relay without signing in/, main);
    tells(result, /left out: .*could relay without signing in/);
  }
});

test('importPostfix() carries a wide public network over with the sentence that it needs', (t) => {
  const { yaml, grants } = imported(t, { main: `${HEAD}mynetworks = 198.50.0.0/16, 10.0.0.0/8\n` });
  assert.deepEqual(grants, ['mynetworks: 198.50.0.0/16 10.0.0.0/8']);
  assert.match(yaml, /iUnderstand: .*198\.50\.0\.0\/16 is wider than \/24 and not private/);
});

test('importPostfix() relays for nobody where Postfix refuses to work, for want of a restriction that refuses', (t) => {
  const result = imported(t, { main: `${HEAD}mynetworks = 10.0.0.0/8\nsmtpd_relay_restrictions =\n` });
  assert.deepEqual(result.grants, []);
  tells(result, /Postfix takes no mail at all here/);
});

test('importPostfix() leaves a grant out that a service which cannot be asked might narrow', (t) => {
  const result = imported(t, {
    main: `${HEAD}mynetworks = 10.0.0.0/8\nsmtpd_client_restrictions = check_policy_service inet:127.0.0.1:10023\n`,
  });
  assert.deepEqual(result.grants, []);
  assert.match(result.yaml, /# Left out: check_policy_service .*\(main\.cf:5\) may refuse some of it\./);
  assert.match(result.yaml, /# {3}- \{ name: mynetworks, from: \[10\.0\.0\.0\/8\] \}/);
  tells(result, /main\.cf:5: check_policy_service .*that grant is left out/);
});

test('importPostfix() keeps a grant that a check on claims or one behind it cannot touch', (t) => {
  const result = imported(t, {
    main: `${HEAD}mynetworks = 10.0.0.0/8\nsmtpd_sender_restrictions = reject_unknown_sender_domain\nsmtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, reject_rbl_client list.example\n`,
  });
  assert.deepEqual(result.grants, ['mynetworks: 10.0.0.0/8']);
  tells(result, /reject_unknown_sender_domain/);
  tells(result, /reject_rbl_client list\.example/);
});

test('importPostfix() makes mynetworks of the addresses that are named, by style', (t) => {
  const grant = (main: string, interfaces: readonly string[]): string | undefined =>
    imported(t, { main: `${HEAD}${main}\n`, interfaces }).grants[0];
  const own = ['192.0.2.5/24', '2001:db8::5/64'];
  assert.equal(grant('', own), 'mynetworks: 127.0.0.1 ::1 192.0.2.5 2001:db8::5');
  assert.equal(
    grant('mynetworks_style = subnet', own),
    'mynetworks: 127.0.0.0/8 ::1 192.0.2.0/24 2001:db8::/64',
  );
  assert.equal(
    grant('compatibility_level = 1', own),
    'mynetworks: 127.0.0.0/8 ::1 192.0.2.0/24 2001:db8::/64',
  );
  assert.equal(grant('inet_interfaces = 192.0.2.5', own), 'mynetworks: 127.0.0.1 ::1 192.0.2.5');
  const unknown = imported(t, { main: HEAD });
  assert.deepEqual(unknown.grants, ['mynetworks: 127.0.0.1 ::1']);
  tells(unknown, /mynetworks_style = host.*not in its files/);
});

test('importPostfix() takes the login of the smarthost over, and never its password', (t) => {
  const result = imported(t, {
    main: `${HEAD}mynetworks = 127.0.0.1\nrelayhost = [smart.example]:587\nsmtp_sasl_auth_enable = yes\nsmtp_sasl_password_maps = hash:/etc/postfix/sasl\n`,
    files: { sasl: '[smart.example]:587 user@smart.example:TheSecret\n' },
  });
  assert.ok(!JSON.stringify([result.yaml, result.notCarried, result.notes]).includes('TheSecret'));
  assert.match(result.yaml, /login: \{ user: user@smart\.example, passwordFile: \.\/smarthost\.password \}/);
  assert.match(result.notes.map(({ remedy }) => remedy).join('\n'), /umask 077/);
});

test('importPostfix() names tables that are no text, and files that are not there', (t) => {
  const result = imported(t, {
    main: `${HEAD}mynetworks = 127.0.0.1 mysql:/etc/postfix/n /etc/postfix/gone\nrelay_domains = ldap:x\ntransport_maps = pcre:/etc/postfix/t\nvirtual_alias_maps = regexp:/etc/postfix/v\n`,
  });
  for (const pattern of [
    /main\.cf:4: mysql:.*cannot be read as text/,
    /main\.cf:4: \/etc\/postfix\/gone.*there is no file/,
    /main\.cf:5: ldap:x/,
    /main\.cf:6: pcre:.*expressions/,
    /main\.cf:7: regexp:.*expressions/,
  ])
    tells(result, pattern);
});

test('importPostfix() has subdomains of relay_domains as parent_domain_matches_subdomains says', (t) => {
  const routes = (main: string): readonly string[] =>
    imported(t, { main: `${HEAD}mynetworks = 127.0.0.1\n${main}\n` }).config.routing.domains.map(
      ({ domain, subdomains }) => `${subdomains ? '*.' : ''}${domain}`,
    );
  assert.deepEqual(routes('relay_domains = a.example'), ['contoso.example', 'a.example', '*.a.example']);
  assert.deepEqual(routes('relay_domains = a.example .b.example\nparent_domain_matches_subdomains ='), [
    'contoso.example',
    'a.example',
    '*.b.example',
  ]);
});

test('importPostfix() leaves a service out that permits less than the policy would', (t) => {
  const master = `${MASTER}127.0.0.1:10025 inet n - n - - smtpd\n  -o mynetworks=127.0.0.0/8 -o smtpd_recipient_restrictions=permit_mynetworks,reject\n`;
  const result = imported(t, { main: `${HEAD}mynetworks = 127.0.0.0/8 10.0.0.0/8\n`, master });
  assert.deepEqual(
    result.config.listeners.map(({ name }) => name),
    ['transfer'],
  );
  tells(result, /master\.cf:2: service 127\.0\.0\.1:10025.*relays less there/);
});

test('importPostfix() leaves out grants that a transport which refuses would have limited, and closed routes', (t) => {
  const result = imported(t, {
    main: `${HEAD}mynetworks = 10.0.0.0/8\nrelay_domains = a.example\nparent_domain_matches_subdomains =\ntransport_maps = inline:{ bad.example=error:no, {a.example = smtp:[10.0.0.1]} }\nsmtpd_relay_restrictions = permit_mynetworks, reject\n`,
  });
  assert.deepEqual(result.grants, []);
  assert.match(result.yaml, /Left out: it is for all recipients but some/);
  assert.match(result.yaml, /# Left out, since Postfix does not take mail for it from everybody/);
  assert.ok(!result.config.routing.domains.some(({ domain }) => domain === 'a.example'));
});

test('importPostfix() keeps comments comments and values values, whatever stands in the files', (t) => {
  const result = imported(t, {
    main: `${HEAD}mynetworks = 127.0.0.1\nrelay_domains = inline:{ "x\u2028relay:"=y }, a.example\nsmtpd_banner = \u001b[31m\n`,
  });
  for (const hidden of ['\u001b', '\u2028']) assert.ok(!result.yaml.includes(hidden));
});

test('importPostfix() leaves the grants out where a proxy says who the client is', (t) => {
  const result = imported(t, {
    main: `${HEAD}mynetworks = 10.0.0.0/8\nsmtpd_upstream_proxy_protocol = haproxy\n`,
  });
  assert.deepEqual(result.grants, []);
  tells(result, /main\.cf:5: smtpd_upstream_proxy_protocol = haproxy\. .*proxies.*left out/);
});

test('importPostfix() keeps grants beside a transport that only goes another way, and routes mail that no grant is asked for', (t) => {
  const result = imported(t, {
    main: `${HEAD}mynetworks = 10.0.0.0/8\ntransport_maps = inline:{ fax.example=fax:, {contoso.example = smtp:[10.0.0.9]} }\n`,
  });
  assert.deepEqual(result.grants, ['mynetworks: 10.0.0.0/8']);
  tells(result, /fax\.example fax:\. The domain is none of ours/);
  assert.match(result.yaml, /domain: contoso\.example, forward: "10\.0\.0\.9:25"/);
});
