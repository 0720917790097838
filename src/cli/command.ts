/** A command of the line: commander's, with what its help and `docs/cli.md` show beyond that. */
import { Command, Option } from 'commander';
import type { ErrorOptions } from 'commander';
import type { CliIo } from './io.ts';
import { createConsole } from './console.ts';
import type { Console } from './console.ts';
import type { ExitCode } from './exit.ts';
import { commandLine } from './shell.ts';

export interface Example {
  readonly line: string;
  readonly means: string;
}

/** What a command is given when it runs. */
export interface Call<Options> {
  readonly io: CliIo;
  readonly out: Console;
  /** -c FILE */
  readonly configFile: string | undefined;
  readonly options: Options;
  /** The arguments in order; commander has checked their number. */
  readonly args: readonly string[];
}

export type Handler<Options> = (call: Call<Options>) => Promise<ExitCode> | ExitCode;

interface GlobalOptions {
  readonly config?: string;
  readonly color: boolean;
}

/** The outcome of the command that ran. */
export interface Outcome {
  code: ExitCode;
}

export class PosternCommand extends Command {
  readonly examples: Example[] = [];
  readonly #io: CliIo;
  readonly #outcome: Outcome;
  readonly #path: string;

  /** `path` is the whole name, `postern queue list`. */
  constructor(path: string, io: CliIo, outcome: Outcome) {
    super(path.slice(path.lastIndexOf(' ') + 1));
    this.#path = path;
    this.#io = io;
    this.#outcome = outcome;
    this.addHelpText('after', () => formatExamples(this.examples));
    this.showHelpAfterError(`See: ${path} --help`);
  }

  override createCommand(name = ''): PosternCommand {
    return new PosternCommand(`${this.#path} ${name}`, this.#io, this.#outcome);
  }

  override copyInheritedSettings(parent: Command): this {
    super.copyInheritedSettings(parent);
    // Not the parent's.
    return this.showHelpAfterError(`See: ${this.#path} --help`);
  }

  /** A configuration that was typed as an argument is the commonest of the arguments that are too many. */
  override error(message: string, options?: ErrorOptions): never {
    const file = this.args.find((argument) => /\.ya?ml$/.test(argument));
    const none = options?.code === 'commander.excessArguments' && this.registeredArguments.length === 0;
    if (!none || file === undefined) return super.error(message, options);
    const meant = `${this.#path} ${commandLine(['-c', file])}`;
    return super.error(`${message}\nA configuration is named with -c: ${meant}`, options);
  }

  /** Shown in the help; every command has at least one. */
  example(line: string, means: string): this {
    this.examples.push({ line, means });
    return this;
  }

  /** Runs `handler`; its exit code becomes that of the program. */
  runs<Options>(handler: Handler<Options>): this {
    return this.action(async () => {
      const options = this.optsWithGlobals<GlobalOptions & Options>();
      this.#outcome.code = await handler({
        io: this.#io,
        out: createConsole(this.#io, options.color),
        configFile: options.config,
        options,
        args: this.args,
      });
    });
  }
}

function formatExamples(examples: readonly Example[]): string {
  if (examples.length === 0) return '';
  const lines = examples.flatMap(({ line, means }) => [`  $ ${line}`, `      ${means}`]);
  return `\nExamples:\n${lines.join('\n')}`;
}

/** --json */
export function jsonOption(): Option {
  return new Option('--json', 'print the answer as JSON');
}

/** --plain */
export function plainOption(): Option {
  return new Option('--plain', 'print the answer as tab-separated lines').conflicts('json');
}
