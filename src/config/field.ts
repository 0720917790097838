/** How a value of the configuration is described to zod: a text with a parser of ours behind it. */
import { z } from 'zod';
import { formatDuration, parseDuration } from './text/duration.ts';
import { isTextProblem, textProblem } from './text/problem.ts';
import type { TextProblem } from './text/problem.ts';
import { parseRange } from './text/range.ts';
import type { RangeOptions } from './text/range.ts';
import { octets, parseSize } from './text/size.ts';

/** What a transform reports to; `path` is below the value that is transformed. */
export type Context = z.core.$RefinementCtx;

/** Reports that keys of one group do not go together; `path` is below the group, where the problem shows best. */
export function complain(context: Context, path: readonly (string | number)[], problem: TextProblem): void {
  report(context, path, { remedy: problem.remedy, below: path.length }, problem.problem);
}

function report(
  context: Context,
  path: readonly (string | number)[],
  params: CustomParams,
  message: string,
): void {
  context.addIssue({ code: 'custom', message, path: [...path], params: { ...params } });
}

/** What our own issues carry for the one who explains them. */
export interface CustomParams {
  readonly remedy: string | undefined;
  /** For a problem between keys: how many parts of the path are below the group that holds them. */
  readonly below?: number;
}

/** A text that `parse` makes a value of. `title` names its form in messages, hovers and the reference. */
export function textField<T>(title: string, parse: (text: string) => T | TextProblem) {
  return z
    .string()
    .transform((text, context): T => {
      const value = parse(text);
      if (!isTextProblem(value)) return value;
      report(context, [], { remedy: value.remedy }, value.problem);
      return z.NEVER;
    })
    .meta({ title });
}

/** A list that says something: an empty one is an error and never means "everyone". */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .min(1)
    .transform((items): readonly [z.output<Item>, ...z.output<Item>[]] => {
      const [first, ...others] = items;
      // min(1) was checked before; zod does not transform what it refused.
      return first === undefined ? z.NEVER : [first, ...others];
    });
}

export interface DurationBounds {
  readonly least: string;
  readonly most: string;
}

/** A duration within bounds, in milliseconds. */
export function duration({ least, most }: DurationBounds) {
  return textField('duration', (text) => boundedDuration(text, { least, most }));
}

/** Parses a duration and holds it to its bounds. */
export function boundedDuration(text: string, { least, most }: DurationBounds): number | TextProblem {
  const value = parseDuration(text);
  if (typeof value !== 'number') return value;
  if (value < known(least))
    return textProblem(`${formatDuration(value)} is too short`, `The least is ${least}.`);
  if (value > known(most)) return textProblem(`${formatDuration(value)} is too long`, `The most is ${most}.`);
  return value;
}

function known(text: string): number {
  const value = parseDuration(text);
  if (typeof value !== 'number') throw new Error(`not a duration: ${text}`);
  return value;
}

/** Octets, as a number or as a text with a unit. */
export function size(least: number, most: number) {
  return z
    .union([z.int(), textField('size', parseSize)])
    .transform((value, context): number => {
      const remedy = `It is from ${octets(least)} to ${octets(most)}.`;
      if (value < least) report(context, [], { remedy }, `${octets(value)} is too little`);
      if (value > most) report(context, [], { remedy }, `${octets(value)} is too much`);
      return value;
    })
    .meta({ title: 'size' });
}

/** A range of addresses. */
export function range(options: RangeOptions = {}) {
  return textField('address range', (text) => parseRange(text, options));
}

/** Something rare and dangerous that may be meant. */
export interface Danger {
  /** The sentence that says what it does. */
  readonly reason: string;
  /** Where it shows, below the group of keys. */
  readonly path: readonly (string | number)[];
  /** What to write when it is not meant. */
  readonly otherwise: string;
}

/**
 * Rare, legitimate and dangerous settings stand only next to the sentence that says what they do. Reports when that
 * sentence is missing, when it says something else, and when nothing needs it.
 */
export function acknowledge(context: Context, given: string | undefined, needed: Danger | undefined): void {
  if (needed === undefined) {
    if (given === undefined) return;
    complain(
      context,
      ['iUnderstand'],
      textProblem('iUnderstand has no effect here', 'Nothing here needs it; remove it.'),
    );
    return;
  }
  const { reason, path, otherwise } = needed;
  if (given === undefined) {
    complain(
      context,
      path,
      textProblem(reason, `${otherwise} If it is meant, add iUnderstand: "${reason}".`),
    );
  } else if (given !== reason) {
    complain(
      context,
      ['iUnderstand'],
      textProblem('iUnderstand does not say what is to be understood', `Write iUnderstand: "${reason}".`),
    );
  }
}

/** The sentence for `acknowledge`, where it is written. */
export const iUnderstand = z
  .string()
  .describe(
    'Only where an error asks for it: the exact sentence that the error shows, so that nobody opens anything by mistake.',
  )
  .optional();
