/** `docs/cli.md`, made from the definitions of the commands. */
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { systemClock } from '../std/mod.ts';
import { PosternCommand } from './command.ts';
import { EXIT } from './exit.ts';
import { createProgram } from './program.ts';

const HEAD = `# The command line

Made from the code by \`npm run docs\`; do not edit.

The answer goes to standard output, everything else to standard error. \`--json\` prints the answer as one JSON object with a
\`schema\`, \`--plain\` as tab-separated lines. Colour is used on a terminal only, and not with \`--no-color\`, \`NO_COLOR\` or
\`TERM=dumb\`. Secrets are never arguments.

| exit code | meaning |
| --- | --- |
| 0 | yes, done, or the same |
| 1 | no, refused, or different |
| 2 | wrong use or a wrong configuration; nothing was done |
| 3 | cannot tell: a fact is missing |
| 4 | no daemon runs |
| 130 | interrupted |
`;

/** The page of all commands with their arguments, options and examples. */
export function cliReference(): string {
  const nowhere = new PassThrough();
  const io = { stdin: nowhere, stdout: nowhere, stderr: nowhere, env: {}, cwd: '/', clock: systemClock };
  const program = createProgram(io, { code: EXIT.yes });
  const options = describeOptions(program, 'Options of every command');
  return [HEAD, ...options, ...leavesOf(program).flatMap(describeCommand), ''].join('\n');
}

/** The commands that do something, in the order of the help. */
function leavesOf(command: Command): PosternCommand[] {
  return command.commands.flatMap((child) => {
    if (child.commands.length > 0) return leavesOf(child);
    return child instanceof PosternCommand ? [child] : [];
  });
}

function describeCommand(command: PosternCommand): string[] {
  const name = nameOf(command);
  const usage = `${name} ${command.usage()}`;
  return [
    `\n## ${name}\n`,
    command.description(),
    `\n    ${usage}\n`,
    ...describeArguments(command),
    ...describeOptions(command, 'Options'),
    'Examples:\n',
    ...command.examples.flatMap(({ line, means }) => [`- \`${line}\`${means === '' ? '' : `: ${means}`}`]),
  ];
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function describeArguments(command: Command): string[] {
  const rows = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name();
    return `| \`${name}\` | ${argument.description} |`;
  });
  return rows.length === 0 ? [] : ['| argument | meaning |', '| --- | --- |', ...rows, ''];
}

function describeOptions(command: Command, title: string): string[] {
  const rows = command.options.map((option) => {
    const by = option.defaultValue === undefined || typeof option.defaultValue === 'boolean';
    const value =
      by || Array.isArray(option.defaultValue) ? '' : ` (default: ${String(option.defaultValue)})`;
    return `| \`${option.flags}\` | ${option.description}${value} |`;
  });
  return rows.length === 0 ? [] : [`| ${title.toLowerCase()} | meaning |`, '| --- | --- |', ...rows, ''];
}
