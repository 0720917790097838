/** `postern audit`: tries on a running server whether it relays for whom it should not. */
import type { Options } from '../audit/run.ts';
import { jsonOption } from '../command.ts';
import type { PosternCommand } from '../command.ts';
import { passwordStdinOption } from './account/password.ts';

export function addAudit(parent: PosternCommand): void {
  parent
    .command('audit')
    .argument('<host>', 'the server: a name or address, with :PORT unless it is 25')
    .summary('try every known relay trick on a mail server that you run')
    .description(
      'Connects to a mail server of any make and tries every known way to relay through it as a stranger: in clear text and over TLS, after EHLO and HELO, several in one connection and each on its own. No daemon and no configuration are needed. Without --sink it stops at RCPT, so no mail is sent, except to --inbound; with --sink it sends what is accepted and judges by what arrives there. Audit only servers you run, or whose owner asked you to: on others it is an attack. Whatever is neither loopback nor private is refused without --i-run-this-server. It leaves refused recipients, and a few failed logins (postmaster, guest and an invented name), in the log of the server. Certificates are not verified. Exits 0 when closed, 1 when anything was accepted or relayed, 3 when it cannot tell.',
    )
    .option('--i-run-this-server', 'the server is mine, or its owner asked me')
    .option('--domain <domain>', 'a domain that the server accepts; else guessed from its name')
    .option(
      '--inbound <address>',
      'a recipient there that may get messages of the audit; allows the probes that need one',
    )
    .option('--outside <address>', 'where relayed mail would go', 'nobody@outside.example')
    .option('--sender <address>', 'the claimed sender elsewhere', 'prober@sender.example')
    .option('--helo <name>', 'the name to greet with', 'prober.example')
    .option('--from <address>', 'the address of this machine to connect from')
    .option(
      '--ways <list>',
      'only these, of: ehlo, helo, ehlo-fresh, helo-fresh, and the same with tls- before',
    )
    .option('--implicit-tls', 'TLS from the first octet, as on port 465')
    .option(
      '--sink <address:port>',
      'listen there, to where the server must send the mail for --outside, and judge by what arrives',
    )
    .option('--wait <seconds>', 'how long to wait at the sink for what was accepted last', '15')
    .option('--rate <number>', 'commands a second; else 5, and on loopback as fast as it goes')
    .option('--timeout <seconds>', 'how long to wait for a reply', '20')
    .option('--max-time <minutes>', 'when to stop, whatever is left', '60')
    .option('--account <user>', 'also sign in as this account, and report apart whether it can relay')
    .addOption(passwordStdinOption())
    .option('--junit <file>', 'also write the report as JUnit XML')
    .addOption(jsonOption())
    .example('postern audit 127.0.0.1:2525', 'a server on this machine')
    .example(
      'postern audit mail.contoso.example --i-run-this-server --domain contoso.example --inbound test@contoso.example',
      'one of mine, with everything',
    )
    .example(
      'postern audit 10.1.0.5 --sink 10.1.0.9:2525 --outside probe@sink.contoso.example',
      'judged by what arrives',
    )
    .runs<Options>(async (call) => (await import('../audit/run.ts')).runAuditCommand(call));
}
