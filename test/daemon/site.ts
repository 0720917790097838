/** A site with one inbound domain, a Maildir, and outbound mail into a folder; what a test adds stands in the parts. */
import { freePort } from '../kit/ports.ts';
import { Site } from '../kit/postern.ts';

export interface Parts {
  readonly port: number;
  /** Lines below `allow:`. */
  readonly allow?: string;
  readonly domains?: string;
  /** Whole top-level keys. */
  readonly more?: string;
}

export function configuration({ port, allow = '', domains = '', more = '' }: Parts): string {
  return `hostname: mx.inbound.test
listeners:
  internet: { bind: ["127.0.0.1:${port}"], authWithoutTls: true }
routing:
  domains:
    - { domain: inbound.test, inbound: true }
${domains}
  outbound: { maildir: ./outbound }
relay:
  allow:
    - { name: staff, authenticated: true }
${allow}
${more}
`;
}

export const OFFICE = '    - { name: office, from: [127.0.1.0/24] }';

export interface Running {
  readonly site: Site;
  readonly port: number;
}

export async function running(parts: Omit<Parts, 'port'> = {}): Promise<Running & AsyncDisposable> {
  const port = await freePort();
  const site = await Site.create(configuration({ port, ...parts }));
  try {
    await site.addAccount('bob@inbound.test', 'bobs password');
    await site.start();
  } catch (error) {
    await site[Symbol.asyncDispose](); // else its processes would outlive the test
    throw error;
  }
  return { site, port, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}
