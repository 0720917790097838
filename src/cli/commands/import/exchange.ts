/** `postern import exchange`: a configuration out of that of Exchange. */
import { jsonOption } from '../../command.ts';
import type { PosternCommand } from '../../command.ts';
import type { ExchangeOptions } from '../../import/exchange.ts';
import { outputOption } from '../../import/options.ts';

export function addImportExchange(parent: PosternCommand): void {
  parent
    .command('exchange')
    .argument('<file...>', 'exports of one server')
    .summary('make a configuration out of that of Exchange')
    .description(
      'Reads exports of one Exchange server and prints a configuration with the line that each part comes from. Of Exchange 5.5: the registry key MSExchangeIMC\\Parameters as a .reg file, and the list of the Routing tab as a text file. Of later versions: Get-ReceiveConnector, Get-ReceiveConnector | Get-ADPermission, Get-AcceptedDomain and Get-SendConnector, each as JSON (ConvertTo-Json -Depth 4) or CSV. It never relays more than Exchange did: what cannot be carried over exactly is left out or narrowed, and named on standard error. Ends with the verdict on the new configuration. Exits 0 when everything was carried over, 1 when something was not, 2 when a file cannot be read.',
    )
    .addOption(outputOption())
    .option('--hostname <name>', 'the name of the new server, when no file says it or another is meant')
    .option(
      '--do-not-reroute',
      'of Exchange 5.5: "Do not reroute incoming SMTP mail" was chosen, which no export says',
    )
    .addOption(jsonOption())
    .example(
      'postern import exchange ims.reg routing.txt --hostname mail.contoso.example -o postern.yaml',
      'Exchange 5.5',
    )
    .example(
      'postern import exchange connectors.json rights.json domains.json -o postern.yaml',
      'a later Exchange',
    )
    .runs<ExchangeOptions>(async (call) =>
      (await import('../../import/exchange.ts')).runImportExchange(call),
    );
}
