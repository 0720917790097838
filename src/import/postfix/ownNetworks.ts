/** mynetworks where nobody has set it: Postfix makes it of the addresses of the machine, by mynetworks_style. */
import { formatRange } from '../../policy/mod.ts';
import { parseIp } from '../../std/mod.ts';
import type { IpAddress, IpRange } from '../../std/mod.ts';
import type { Remark } from '../types.ts';
import { splitList } from './lines.ts';
import type { Service } from './masterCf.ts';
import type { Setting, Settings } from './settings.ts';

/** An address of that server; the prefix length of its network when it is known. */
export interface Interface {
  readonly address: IpAddress;
  readonly prefix: number | undefined;
}

/** `192.0.2.5/24`, `2001:db8::5`; undefined when it is not one. */
export function parseInterface(text: string): Interface | undefined {
  const [host = '', length] = text.split('/');
  const address = parseIp(host);
  if (address === undefined) return undefined;
  if (length === undefined) return { address, prefix: undefined };
  const prefix = Number(length);
  const bits = address.family === 4 ? 32 : 128;
  return /^\d{1,3}$/.test(length) && prefix <= bits ? { address, prefix } : undefined;
}

export interface OwnNetworksOptions {
  readonly interfaces: readonly Interface[];
  readonly tell: (remark: Remark) => void;
}

/** mynetworks as Postfix has it, for `readNetworks()`. */
export function myNetworks(settings: Settings, service: Service, options: OwnNetworksOptions): Setting {
  const setting = settings.get('mynetworks', service);
  if (!setting.isDefault) return setting;
  const style = settings.get('mynetworks_style', service).text.toLowerCase();
  const isHost = style === 'host';
  const loopback = isHost ? ['127.0.0.1', '[::1]'] : ['127.0.0.0/8', '[::1]'];
  const own = ownInterfaces(settings, options.interfaces);
  if (own === undefined) {
    options.tell({
      what: `mynetworks_style = ${style}`,
      where: setting.where,
      why: 'mynetworks is not set, so Postfix trusts the addresses or networks of its machine, which are not in its files. Only loopback is carried over.',
      remedy: 'Name them: --interface 192.0.2.5/24',
    });
  } else if (!isHost && own.some(({ prefix }) => prefix === undefined)) {
    options.tell({
      what: `mynetworks_style = ${style}`,
      where: setting.where,
      why: 'Postfix trusts the whole networks of its machine; of some only the address is known, so only that is carried over.',
      remedy: 'Name them with their length: --interface 192.0.2.5/24',
    });
  } else if (style === 'class') {
    options.tell({
      what: 'mynetworks_style = class',
      where: setting.where,
      why: 'Postfix trusts the whole class A, B or C of its addresses; only the networks of its interfaces are carried over.',
    });
  }
  const networks = (own ?? []).map((each) => networkText(isHost ? { ...each, prefix: undefined } : each));
  return { ...setting, text: [...loopback, ...networks].join(' ') };
}

/** The addresses that inet_interfaces leaves; undefined: all of a machine that is not known. */
function ownInterfaces(settings: Settings, given: readonly Interface[]): readonly Interface[] | undefined {
  const names = splitList(settings.get('inet_interfaces').text).map((name) => name.toLowerCase());
  if (names.includes('all')) return given.length === 0 ? undefined : given;
  const addresses = names.flatMap((name) => parseIp(name.replace(/^\[(.*)\]$/, '$1')) ?? []);
  return addresses.map(
    (address) => given.find((each) => each.address.text === address.text) ?? { address, prefix: undefined },
  );
}

function networkText({ address, prefix }: Interface): string {
  const bits = address.family === 4 ? 32 : 128;
  const text = formatRange(networkOf(address, prefix ?? bits));
  return address.family === 4 ? text : `[${text.replace('/', ']/')}${text.includes('/') ? '' : ']'}`;
}

function networkOf(address: IpAddress, prefix: number): IpRange {
  if (address.family === 4) {
    const size = 2 ** (32 - prefix);
    return {
      family: 4,
      first: address.value - (address.value % size),
      last: address.value - (address.value % size) + size - 1,
    };
  }
  const size = 1n << BigInt(128 - prefix);
  const first = address.value - (address.value % size);
  return { family: 6, first, last: first + size - 1n };
}
