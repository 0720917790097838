/** `postern serve` */
import type { PosternCommand } from '../command.ts';
import type { Options } from '../serve.ts';

export function addServe(parent: PosternCommand): void {
  parent
    .command('serve')
    .summary('run the mail gateway')
    .description(
      'Runs the supervisor and its workers until SIGTERM or Ctrl-C, which finish what is under way and lose nothing. SIGHUP reloads the configuration and opens log files again. The log goes to standard output unless `log.file` is set. With --example it runs in ./example, which it makes when missing: ports 2525, 2587 and 2465 on loopback, one account, and no mail leaves the machine.',
    )
    .option('--example', 'run a ready example in ./example')
    .example('postern serve -c /etc/postern/postern.yaml', 'as a service')
    .example('postern serve --example', 'to try it')
    .runs<Options>(async (call) => (await import('../serve.ts')).serve(call));
}
