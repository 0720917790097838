/** --hostname of the importers. */
import { parseDomain } from '../../mail/mod.ts';
import type { Call } from '../command.ts';
import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';

/** The name that was given, if any; or the exit code after it was told that it is none. */
export function hostnameOption({
  options,
  out,
}: Call<{ readonly hostname?: string }>):
  { readonly hostname: string | undefined } | { readonly exit: ExitCode } {
  if (options.hostname === undefined) return { hostname: undefined };
  const hostname = parseDomain(options.hostname);
  if (hostname !== undefined) return { hostname };
  out.fail(`--hostname: ${options.hostname} is not a domain name`, 'Write it such as mail.contoso.example.');
  return { exit: EXIT.usage };
}
