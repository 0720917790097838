/** Where the next message first came from, as a filter says with XFORWARD. For the log alone: nothing decides by it. */
import type { XforwardName } from '../smtp/mod.ts';
import type { ForwardedFields } from './events.ts';

/** What is not there is not known. */
export type Forwarded = ReadonlyMap<XforwardName, string>;

/** What has been said, and what is said now; undefined: it is not known any more. */
export function addForwarded(
  before: Forwarded | undefined,
  attributes: ReadonlyMap<XforwardName, string | undefined>,
): Forwarded {
  const all = new Map(before);
  for (const [name, value] of attributes) {
    if (value === undefined) all.delete(name);
    else all.set(name, value);
  }
  return all;
}

/** For the log. */
export function forwardedFields(forwarded: Forwarded): ForwardedFields {
  const port = forwarded.get('PORT');
  return {
    originName: forwarded.get('NAME'),
    originAddress: forwarded.get('ADDR'),
    originPort: port === undefined ? undefined : Number(port),
    originHelo: forwarded.get('HELO'),
    originProtocol: forwarded.get('PROTO'),
    originIdent: forwarded.get('IDENT'),
    originSource: forwarded.get('SOURCE'),
  };
}
