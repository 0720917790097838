/** Asks DNS lists (RFC 5782), and reads what they answer. */
import { reversedAddress, type Resolver } from '../dns/mod.ts';
import type { Domain } from '../mail/mod.ts';
import { inRange, ipv4, printable, rangeOf, type IpAddress, type IpRange } from '../std/mod.ts';
import type { Fitness, ListFact } from './types.ts';

/** A list to be asked. */
export interface DnsList {
  readonly zone: Domain;
  /** The answers that count; undefined: all of 127.0.0.0/8 but 127.255.255.0/24, which lists use for errors. */
  readonly answers: readonly IpRange[] | undefined;
}

/** What a list answered, without its text. */
export type Verdict =
  | { readonly kind: 'listed' }
  | { readonly kind: 'clear' }
  /**
   * It gave no verdict. `lasting`: asking again will not help, somebody has to see to it. `foreign`: an answer that no list gives.
   */
  | {
      readonly kind: 'unknown';
      readonly error: string;
      readonly lasting: boolean;
      readonly foreign: boolean;
    };

/** `untested`: it would list the client, but nobody knows whether it is a list at all. */
export type Asked =
  Verdict | { readonly kind: 'untested'; readonly error: string } | { readonly kind: 'unfit' };

/** RFC 5782 2.1: answers are in 127.0.0.0/8. */
const ANSWERS = rangeOf(ipv4(0x7f00_0000), 8);
/** By agreement of the large lists: not about the client, but about how it was asked. */
const ERRORS = rangeOf(ipv4(0x7fff_ff00), 24);
const KNOWN_ERRORS: ReadonlyMap<string, string> = new Map([
  ['127.255.255.252', 'the name of the list is misspelt'],
  ['127.255.255.254', 'the list does not serve those who ask through a public resolver'],
  ['127.255.255.255', 'the list was asked too often'],
]);

const MAX_NAME = 253;
const MAX_ANSWERS = 10;
const MAX_REASON = 200;

/** The name under which a list has an address (RFC 5782 2.1, 2.4). */
export function listName(address: IpAddress, { zone }: Pick<DnsList, 'zone'>): string {
  return `${reversedAddress(address)}.${zone}`;
}

/**
 * Asks one list. `learn` gets the fact as soon as there is a verdict, and once more with the reason of a listing. Returns the
 * verdict when nothing more will come. A listing counts only when the list has passed its test.
 */
export async function askList(
  list: DnsList,
  client: IpAddress,
  { resolver, signal, learn, fitness }: AskListOptions,
): Promise<Asked> {
  const { zone, answers } = list;
  const name = listName(client, list);
  if (name.length > MAX_NAME) return noVerdict('the name of the list is too long', { lasting: true });
  const found = await resolver.addresses(name, signal, 4);
  if (found.kind === 'temporary') return noVerdict(found.text, { lasting: false });
  const addresses = found.kind === 'found' ? found.addresses : [];
  const verdict = judgeAnswers(addresses, answers);
  const fact: ListFact = {
    list: zone,
    verdict: verdict.kind,
    answers: addresses.slice(0, MAX_ANSWERS).map(({ text }) => text),
    reason: undefined,
  };
  if (verdict.kind !== 'listed') {
    learn(fact);
    return verdict;
  }
  const tested = await fitness();
  if (tested.kind === 'unfit') return { kind: 'unfit' };
  if (tested.kind === 'unknown') return { kind: 'untested', error: tested.error };
  learn(fact);
  const texts = await resolver.texts(name, signal);
  if (texts.kind === 'found') learn({ ...fact, reason: readReason(texts.records) });
  return verdict;
}

export interface AskListOptions {
  readonly resolver: Resolver;
  readonly signal: AbortSignal;
  readonly learn: (fact: ListFact) => void;
  /** Whether it is a list; asked before a listing counts. */
  readonly fitness: () => Promise<Fitness>;
}

/** What answers mean; none: the client is not on the list. */
export function judgeAnswers(answers: readonly IpAddress[], counting: DnsList['answers']): Verdict {
  const counts = (answer: IpAddress): boolean =>
    counting === undefined
      ? inRange(answer, ANSWERS) && !inRange(answer, ERRORS)
      : counting.some((range) => inRange(answer, range));
  if (answers.some(counts)) return { kind: 'listed' };
  for (const answer of answers) {
    const { text } = answer;
    if (inRange(answer, ERRORS)) {
      const meaning = KNOWN_ERRORS.get(text) ?? 'an error code';
      return noVerdict(`it answers ${text}: ${meaning}`, { lasting: true });
    }
    // A domain that was sold answers so, to every question.
    if (!inRange(answer, ANSWERS))
      return noVerdict(`it answers ${text}, as no DNS list does`, { lasting: true, foreign: true });
  }
  return { kind: 'clear' };
}

function noVerdict(
  error: string,
  { lasting, foreign = false }: { readonly lasting: boolean; readonly foreign?: boolean },
): Verdict {
  return { kind: 'unknown', error, lasting, foreign };
}

/** What the list says of it, fit for a log line and a reply: printable ASCII, bounded. */
function readReason(texts: readonly string[]): string | undefined {
  const text = printable(texts[0] ?? '').trim();
  return text === '' ? undefined : text.slice(0, MAX_REASON);
}
