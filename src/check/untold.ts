/** What could not be looked at because the machine does not tell: said, so that silence is not taken for "all is well". */
import type { Scene } from './types.ts';

export function untoldOf({ config, host }: Scene): readonly string[] {
  if (host === undefined)
    return ['Nothing of this host was looked at: neither its addresses nor its gateway.'];
  const { allow } = config.relay;
  const byAddress = allow.some(
    ({ from, authenticated }) => from !== undefined && authenticated === undefined,
  );
  const byLocal = allow.some(({ connectingTo }) => connectingTo !== undefined);
  const { interfaces, gateways, forwards4, forwards6 } = host;
  return [
    ...(interfaces === undefined && (byAddress || byLocal)
      ? ['Cannot tell which addresses this host has: its interfaces cannot be read.']
      : []),
    ...(gateways === undefined && byAddress
      ? ['Cannot tell whether a grant contains the gateway of this host: /proc/net/route cannot be read.']
      : []),
    ...(byLocal && (forwards4 === undefined || forwards6 === undefined)
      ? ['Cannot tell whether this host forwards packets between its networks: /proc/sys/net cannot be read.']
      : []),
    ...(byLocal && interfaces?.some(({ reversePathFilter }) => reversePathFilter === undefined) === true
      ? [
          'Cannot tell whether packets for one interface are taken on another: rp_filter in /proc/sys/net cannot be read.',
        ]
      : []),
  ];
}
