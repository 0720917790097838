/** One running Postern with all three kinds of listener, an account, a Maildir and a sink as smarthost. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../kit/ports.ts';
import { Site } from '../kit/postern.ts';
import { Sink } from '../kit/sink.ts';
import { until } from '../kit/until.ts';

export const PASSWORD = 'correct horse battery';

export interface PeerSite extends AsyncDisposable {
  readonly site: Site;
  readonly sink: Sink;
  readonly transfer: number;
  readonly submission: number;
  readonly submissions: number;
  /** Waits until a message that holds `text` is in bob's Maildir, and returns it. */
  mail(text: string): Promise<string>;
}

/** `routing` replaces the lines below `routing:`; without, everything outside goes to the sink. `more` are other keys. */
export async function openPeerSite(routing?: string, more = ''): Promise<PeerSite> {
  const sink = await Sink.open();
  const [transfer, submission, submissions] = [await freePort(), await freePort(), await freePort()];
  const site = await Site.create(`
hostname: mx.inbound.test
listeners:
  internet: { bind: ["127.0.0.1:${transfer}"] }
  submission: { bind: ["127.0.0.1:${submission}"], for: submission }
  submissions: { bind: ["127.0.0.1:${submissions}"], for: submission, tls: implicit }
routing:
  domains:
    - { domain: inbound.test, inbound: true }
${routing ?? `  outbound: { host: "127.0.0.1:${sink.port}" }`}
relay:
  allow:
    - { name: staff, authenticated: true }
${more}`);
  await site.addAccount('bob@inbound.test', PASSWORD, ['robert@inbound.test']);
  await site.start();
  const mail = async (text: string): Promise<string> => {
    let found = '';
    await until(async () => {
      found = (await messages(site)).find((message) => message.includes(text)) ?? '';
      return found !== '';
    }, `mail with ${text}`);
    return found;
  };
  const dispose = async (): Promise<void> => {
    await site[Symbol.asyncDispose]();
    await sink[Symbol.asyncDispose]();
  };
  return { site, sink, transfer, submission, submissions, mail, [Symbol.asyncDispose]: dispose };
}

async function messages(site: Site): Promise<string[]> {
  const folder = join(site.folder, 'data', 'mail', 'bob@inbound.test', 'new');
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')));
}
