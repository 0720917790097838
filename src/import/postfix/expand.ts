/**
 * The variables in a value: `$name`, `${name}`, `$(name)`, `${name?value}`, `${name:value}`, `${name?{yes}:{no}}` and
 * `${{one} == {other} ? {yes} : {no}}`, as postconf(5) has them. A name that nobody set is empty; `$$` is a dollar sign.
 *
 * Files may be hostile: a name that comes back to itself, nesting without an end and a value that doubles with every
 * step are problems, found before they cost anything.
 */
import { unbraced } from './lines.ts';

/** The value of a name as written, or undefined. */
export type Lookup = (name: string) => string | undefined;

export type Expansion = { readonly text: string } | { readonly problem: string };

const MAX_DEPTH = 50;
/** Characters of one expanded value. */
const MAX_LENGTH = 1_000_000;

class ExpansionError extends Error {}

/** Expands `value`; never throws. */
export function expand(value: string, lookup: Lookup): Expansion {
  try {
    return { text: expandText(value, { lookup, open: [], budget: { left: MAX_LENGTH } }) };
  } catch (error) {
    if (error instanceof ExpansionError) return { problem: error.message };
    throw error;
  }
}

interface State {
  readonly lookup: Lookup;
  /** The names whose values are being expanded, outermost first. */
  readonly open: readonly string[];
  /** Characters that may still be produced, on whatever level. */
  readonly budget: { left: number };
}

const NAME = /^[A-Za-z0-9_]+/;

function expandText(value: string, state: State): string {
  if (state.open.length > MAX_DEPTH) throw new ExpansionError(`variables are nested over ${MAX_DEPTH} deep`);
  let result = '';
  for (let at = 0; at < value.length;) {
    const dollar = value.indexOf('$', at);
    result += spend(value.slice(at, dollar === -1 ? undefined : dollar), state);
    if (dollar === -1) break;
    const { text, end } = expandOne(value, dollar + 1, state);
    result += spend(text, state);
    at = end;
  }
  return result;
}

function spend(text: string, { budget }: State): string {
  budget.left -= text.length;
  if (budget.left < 0)
    throw new ExpansionError(`the value grows over ${MAX_LENGTH.toLocaleString('en-US')} characters`);
  return text;
}

/** What the expression behind the dollar sign at `at` stands for, and where it ends. */
function expandOne(value: string, at: number, state: State): { readonly text: string; readonly end: number } {
  const first = value[at];
  if (first === '$') return { text: '$', end: at + 1 };
  if (first === '{' || first === '(') {
    const end = closing(value, at);
    if (end === -1) throw new ExpansionError(`a ${first} is not closed`);
    return { text: expandBraced(value.slice(at + 1, end), state), end: end + 1 };
  }
  const name = NAME.exec(value.slice(at))?.[0];
  if (name === undefined) throw new ExpansionError('a $ stands before something that is no name');
  return { text: valueOf(name, state), end: at + name.length };
}

/** Where the brace or parenthesis at `at` is closed; -1 when it is not. */
function closing(value: string, at: number): number {
  const [open, close] = value[at] === '{' ? ['{', '}'] : ['(', ')'];
  let depth = 0;
  for (let index = at; index < value.length; index += 1) {
    if (value[index] === open) depth += 1;
    else if (value[index] === close) depth -= 1;
    if (depth === 0) return index;
  }
  return -1;
}

function valueOf(name: string, state: State): string {
  if (state.open.includes(name)) {
    throw new ExpansionError(
      `the variables go round in a circle: ${[...state.open, name].map((each) => `$${each}`).join(', ')}`,
    );
  }
  const written = state.lookup(name);
  return written === undefined ? '' : expandText(written, { ...state, open: [...state.open, name] });
}

function expandBraced(content: string, state: State): string {
  const inner = content.trim();
  if (inner.startsWith('{')) return expandComparison(inner, state);
  const name = NAME.exec(inner)?.[0];
  if (name === undefined) throw new ExpansionError(`\${${inner.slice(0, 40)}} has no name`);
  const rest = inner.slice(name.length).trim();
  if (rest === '') return valueOf(name, state);
  const { yes, no } = branches(rest);
  const chosen = valueOf(name, state) === '' ? no : yes;
  return expandText(chosen, deeper(state));
}

/** Conditions nest, too. */
function deeper(state: State): State {
  return { ...state, open: [...state.open, ''] };
}

const OPERATOR = /^\s*(==|!=|<=|>=|<|>)(level)?\s*/;

/** `{one} == {other} ? {yes} : {no}` */
function expandComparison(text: string, state: State): string {
  const leftEnd = closing(text, 0);
  const [operation, operator = '', level] = OPERATOR.exec(text.slice(leftEnd + 1)) ?? [''];
  const rightAt = leftEnd + 1 + operation.length;
  const rightEnd = text[rightAt] === '{' ? closing(text, rightAt) : -1;
  if (leftEnd === -1 || operation === '' || rightEnd === -1)
    throw new ExpansionError(`\${${text.slice(0, 40)}} is not a comparison`);
  const operand = (part: string): string => expandText(unbraced(part), deeper(state));
  const left = operand(text.slice(0, leftEnd + 1));
  const right = operand(text.slice(rightAt, rightEnd + 1));
  const order = level === undefined ? compareValues(left, right) : compareLevels(left, right);
  const rest = text.slice(rightEnd + 1).trim();
  const { yes, no } = rest === '' ? { yes: 'true', no: '' } : branches(rest);
  return expandText(holds(operator, order) ? yes : no, deeper(state));
}

/** `?yes`, `:no`, `?{yes}:{no}` */
function branches(text: string): { readonly yes: string; readonly no: string } {
  const mark = text[0];
  const rest = text.slice(1).trim();
  if (mark === ':') return { yes: '', no: unbraced(rest) };
  if (mark !== '?')
    throw new ExpansionError(`${JSON.stringify(text.slice(0, 40))} is neither ?value nor :value`);
  if (!rest.startsWith('{')) return { yes: rest, no: '' };
  const end = closing(rest, 0);
  const otherwise = rest.slice(end + 1).trim();
  if (end === -1 || (otherwise !== '' && !otherwise.startsWith(':')))
    throw new ExpansionError(`${JSON.stringify(text.slice(0, 40))} is not ?{value}:{value}`);
  return { yes: rest.slice(1, end).trim(), no: unbraced(otherwise.slice(1).trim()) };
}

/** By number when both are, else as texts. */
function compareValues(left: string, right: string): number {
  const bothNumbers = /^\d+$/.test(left) && /^\d+$/.test(right);
  if (bothNumbers) return Math.sign(Number(left) - Number(right));
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Compatibility levels: `2`, `3.6`, `3.6.1`. */
function compareLevels(left: string, right: string): number {
  const parts = (text: string): readonly number[] => text.split('.').map(Number);
  const [one, other] = [parts(left), parts(right)];
  for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (Number.isNaN(difference))
      throw new ExpansionError(`${left || 'nothing'} is not a compatibility level`);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

function holds(operator: string, order: number): boolean {
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}
