/** New inputs out of old ones: octets, words, numbers and lines are changed, doubled, moved and left out. */
import { Buffer } from 'node:buffer';
import type { Random } from './random.ts';

export interface Material {
  /** Words that mean something to what is tested. Not empty. */
  readonly words: readonly string[];
  /** Other inputs, to take parts of. Not empty. */
  readonly inputs: readonly Buffer[];
  /** Octets of the longest input. */
  readonly limit: number;
}

type Mutator = (input: Buffer, random: Random, material: Material) => Buffer;

const OCTETS = [
  0x00, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x2e, 0x3a, 0x3c, 0x3e, 0x40, 0x5c, 0x7f, 0x80, 0xc3, 0xff,
];
const NUMBERS = ['0', '1', '-1', '00', '7', '8', '255', '256', '1000', '2000', '2001', '65535', '65536'];
const LONG_NUMBERS = ['2147483648', '4294967296', '9007199254740993', '99999999999999999999', '1e3', '0x10'];
const LINE_ENDS = ['\n', '\n', '\r', '\r\r\n', '\n\r\n', '\r\n', ' \r\n', '\0\r\n', ''];
/** The longest part that is taken at once, mostly. */
const PART = 32;

function replaced(input: Buffer, from: number, to: number, by: Buffer): Buffer {
  return Buffer.concat([input.subarray(0, from), by, input.subarray(to)]);
}

/** Two places in order, mostly near each other. */
function part(input: Buffer, random: Random): readonly [from: number, to: number] {
  const from = random.below(input.length + 1);
  const most = random.below(4) === 0 ? input.length : PART;
  return [from, Math.min(input.length, from + 1 + random.below(most))];
}

/** Where lines begin and end, their LF included. */
function line(input: Buffer, random: Random): readonly [from: number, to: number] {
  const at = random.below(input.length + 1);
  const from = at === 0 ? 0 : input.lastIndexOf(0x0a, at - 1) + 1;
  const end = input.indexOf(0x0a, at);
  return [from, end === -1 ? input.length : end + 1];
}

function word(random: Random, { words }: Pick<Material, 'words'>): Buffer {
  return Buffer.from(random.pick(words), 'latin1');
}

/** A word that is a line, where the words have such. */
const insertWholeLine: Mutator = (input, random, material) => {
  const lines = material.words.filter((each) => each.endsWith('\n'));
  const [from] = line(input, random);
  return replaced(input, from, from, word(random, lines.length > 0 ? { words: lines } : material));
};

const MUTATORS: readonly Mutator[] = [
  function flipBit(input, random) {
    const copy = Buffer.from(input);
    const at = random.below(input.length);
    if (at < input.length) copy.writeUInt8((copy[at] ?? 0) ^ (1 << random.below(8)), at);
    return copy;
  },
  function setOctet(input, random) {
    const at = random.below(input.length);
    const octet = random.below(2) === 0 ? random.pick(OCTETS) : random.below(256);
    return replaced(input, at, Math.min(input.length, at + 1), Buffer.of(octet));
  },
  function insertOctets(input, random) {
    const at = random.below(input.length + 1);
    const times = random.below(8) === 0 ? 1 + random.below(300) : 1;
    return replaced(input, at, at, Buffer.alloc(times, random.pick(OCTETS)));
  },
  function deletePart(input, random) {
    return replaced(input, ...part(input, random), Buffer.alloc(0));
  },
  function doublePart(input, random) {
    const [from, to] = part(input, random);
    return replaced(input, to, to, input.subarray(from, to));
  },
  function movePart(input, random) {
    const [from, to] = part(input, random);
    const rest = replaced(input, from, to, Buffer.alloc(0));
    const at = random.below(rest.length + 1);
    return replaced(rest, at, at, input.subarray(from, to));
  },
  function insertWord(input, random, material) {
    const at = random.below(input.length + 1);
    return replaced(input, at, at, word(random, material));
  },
  insertWholeLine,
  insertWholeLine,
  function replaceByWord(input, random, material) {
    return replaced(input, ...part(input, random), word(random, material));
  },
  function changeNumber(input, random) {
    const numbers = [...input.toString('latin1').matchAll(/\d+/g)];
    if (numbers.length === 0) return input;
    const { index, 0: digits } = random.pick(numbers);
    const near = String(Math.max(0, Number(digits) + random.below(5) - 2));
    const other = [near, near, random.pick(NUMBERS), random.pick(LONG_NUMBERS)];
    return replaced(input, index, index + digits.length, Buffer.from(random.pick(other)));
  },
  function deleteLine(input, random) {
    return replaced(input, ...line(input, random), Buffer.alloc(0));
  },
  function changeLineEnd(input, random) {
    const end = line(input, random)[1];
    const from = input.subarray(0, end).toString('latin1').trimEnd().length;
    return replaced(input, from, end, Buffer.from(random.pick(LINE_ENDS)));
  },
  function copyLine(input, random) {
    const [from, to] = line(input, random);
    const [at] = line(input, random);
    return replaced(input, at, at, input.subarray(from, to));
  },
  function takeLine(input, random, { inputs }) {
    const other = random.pick(inputs);
    const [at] = line(input, random);
    return replaced(input, at, at, other.subarray(...line(other, random)));
  },
  function splice(input, random, { inputs }) {
    const other = random.pick(inputs);
    return Buffer.concat([
      input.subarray(0, random.below(input.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ]);
  },
  function truncate(input, random) {
    return input.subarray(0, random.below(input.length + 1));
  },
];

/** `input` with one to four changes, at most as long as the limit. */
export function mutate(input: Buffer, random: Random, material: Material): Buffer {
  let changed = input;
  for (let left = 1 << random.below(3); left > 0; left -= 1) {
    changed = random.pick(MUTATORS)(changed, random, material).subarray(0, material.limit);
  }
  return changed;
}
