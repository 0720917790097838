/**
 * How long `postern check` takes as a whole command, and how much memory: start, reading of the YAML, tests, proof, findings, words.
 *
 *   node bench/check.ts [RULES]
 *
 * The configuration has RULES domains and RULES grants (default 10,000), half by networks alone, half for some recipients. The
 * processor time is that of all threads: what others do on the machine hardly counts.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rules = Number(process.argv[2] ?? 10_000);

/** Loaded by the command's process, which says what it cost when it ends. */
const METER = `data:text/javascript,${encodeURIComponent(
  `process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    console.error(Math.round((userCPUTime + systemCPUTime) / 1000) + ' ms of processor time, ' +
      Math.round(maxRSS / 1024) + ' MiB at most');
  });`,
)}`;

function configuration(folder: string): string {
  const numbers = Array.from({ length: rules }, (_, i) => i);
  return [
    'hostname: mail.contoso.example',
    `data: ${join(folder, 'data')}`,
    'listeners: { internet: { bind: ["127.0.0.1:2525"] } }',
    'routing:',
    `  inbound: { maildir: ${join(folder, 'mail')} }`,
    '  domains:',
    ...numbers.map((i) => `    - { domain: d${i}.example, inbound: true }`),
    'relay:',
    '  allow:',
    ...numbers.map((i) => {
      const network = `10.${(i >> 12) & 255}.${(i >> 4) & 255}.${(i & 15) * 16}/28`;
      const recipients = i % 2 === 0 ? '' : `, recipients: ["@p${i}.example"]`;
      return `    - { name: g${i}, from: [${network}]${recipients} }`;
    }),
    '',
  ].join('\n');
}

const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'));
try {
  const path = join(folder, 'postern.yaml');
  await writeFile(path, configuration(folder));
  const main = join(import.meta.dirname, '../src/main.ts');
  const begun = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', METER, main, 'check', '-c', path],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(
    `At ${rules.toLocaleString('en-US')} grants and as many domains, Node ${process.versions.node}`,
  );
  console.log(stdout.split('\n', 1)[0]);
  console.log(`exit ${status ?? 'none'}, ${seconds} s; ${stderr.trim().split('\n').at(-1) ?? ''}`);
} finally {
  await rm(folder, { recursive: true });
}
