/** Network masks: `255.255.255.0`, `ffff:ffff::`. */
import { parseIp } from '../../std/mod.ts';
import { addressOf, bitsOf } from './cidr.ts';
import { explainAddress } from './ip.ts';
import { shown, textProblem } from './problem.ts';
import type { TextProblem } from './problem.ts';

/** The prefix length that `mask` stands for at addresses of `family`. */
export function prefixOfMask(mask: string, family: 4 | 6): number | TextProblem {
  const address = parseIp(mask);
  if (address === undefined) return explainMask(mask);
  if (address.family !== family) {
    return textProblem(
      `${shown(mask)} is a mask for IPv${address.family}`,
      `The address before it is IPv${family}; write the length as /1 to /${bitsOf(family)}, or a mask for IPv${family}.`,
    );
  }
  const bits = bitsOf(family);
  const prefix = onesOf(BigInt(address.value), bits);
  return prefix ?? explainHoles(mask, family, BigInt(address.value));
}

/** How many ones begin `value` when only zeros follow, else undefined. */
function onesOf(value: bigint, bits: number): number | undefined {
  const inverse = (1n << BigInt(bits)) - 1n - value;
  if ((inverse & (inverse + 1n)) !== 0n) return undefined;
  return inverse === 0n ? bits : bits - inverse.toString(2).length;
}

function explainHoles(mask: string, family: 4 | 6, value: bigint): TextProblem {
  const bits = bitsOf(family);
  const inverse = (1n << BigInt(bits)) - 1n - value;
  const prefix = onesOf(inverse, bits);
  if (prefix !== undefined) {
    const right = addressOf(family, inverse).text;
    return textProblem(`${shown(mask)} is an inverted mask`, `Write ${right}, or /${prefix}.`);
  }
  const example = family === 4 ? '255.255.255.0 (/24) or 255.255.255.192 (/26)' : 'ffff:ffff:: (/32)';
  return textProblem(
    `${shown(mask)} is not a contiguous mask`,
    `A mask is ones, then zeros, such as ${example}.`,
  );
}

function explainMask(mask: string): TextProblem {
  if (/^\/?\d{1,3}$/.test(mask)) {
    return textProblem(
      `${shown(mask)} is a prefix length where a mask is expected`,
      `Write the address with /${mask.replace('/', '')} and no mask.`,
    );
  }
  const { problem, remedy } = explainAddress(mask);
  return textProblem(`the mask is wrong: ${problem}`, remedy);
}
