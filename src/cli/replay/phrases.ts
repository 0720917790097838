/** Who, when, by which rule: the parts of a statement about recorded mail. */
import type { Statement } from '../../history/mod.ts';
import { formatPlace } from '../../policy/mod.ts';
import type { Place } from '../../policy/mod.ts';
import { formatCount, formatMoment } from '../quantity.ts';
import { listOf } from '../../std/mod.ts';

const DAY = 86_400_000;
/** Names that are written out; of more only the first stands for all. */
const MOST_NAMED = 3;

/** `10.0.8.14`, `10.0.8.14 and 10.0.8.15`, `45 clients in 192.168.10.0/24`, `812 clients such as 10.0.8.14`. */
export function clientsOf({ clients, moreClients, network, accounts, anonymous }: Statement): string {
  return `${namesOf(clients, moreClients, network)}${signedIn(accounts, anonymous)}`;
}

function namesOf(clients: readonly string[], more: boolean, network: string | undefined): string {
  const [first = 'clients'] = clients;
  if (more) return `more than ${formatCount(clients.length, 'client')} such as ${first}`;
  if (clients.length <= MOST_NAMED) return listOf(clients);
  const count = formatCount(clients.length, 'client');
  return network === undefined ? `${count} such as ${first}` : `${count} in ${network}`;
}

function signedIn(accounts: readonly string[], anonymous: boolean): string {
  if (accounts.length === 0) return '';
  const names =
    accounts.length <= MOST_NAMED
      ? listOf(accounts, 'or')
      : `one of ${formatCount(accounts.length, 'account')}`;
  return ` (${anonymous ? 'some ' : ''}signed in as ${names})`;
}

/** `other.example`, `a.example and b.example`, `12 domains such as a.example`. */
export function domainsOf({ domains, moreDomains }: Statement): string {
  const [first = ''] = domains;
  if (!moreDomains && domains.length <= MOST_NAMED) return listOf(domains);
  return `${moreDomains ? 'more than ' : ''}${formatCount(domains.length, 'domain')} such as ${first}`;
}

/** `37 mails on 5 of 7 days, last today 11:52 UTC` */
export function countsOf(statement: Statement, days: number, now: number): string {
  const { mails, recipients, last } = statement;
  const to = mails === recipients ? '' : ` to ${formatCount(recipients, 'recipient')}`;
  const spread = days > 1 ? ` on ${statement.days} of ${days} days` : '';
  return `${formatCount(mails, 'mail')}${to}${spread}, last ${formatLast(last, now)}`;
}

/** `today 11:52 UTC`, `yesterday 23:10 UTC`, `2026-11-20 08:00 UTC` */
function formatLast(at: number, now: number): string {
  const daysAgo = Math.floor(now / DAY) - Math.floor(at / DAY);
  const time = `${new Date(at).toISOString().slice(11, 16)} UTC`;
  if (daysAgo === 0) return `today ${time}`;
  return daysAgo === 1 ? `yesterday ${time}` : `${formatMoment(at).slice(0, 10)} ${time}`;
}

/** `grant office (new.yaml:27)` of `grant:office`. */
export function ruleInWords(rule: string, place?: Place): string {
  const words = rule === 'none' ? 'no rule' : rule.replace(':', ' ');
  return place === undefined ? words : `${words} (${formatPlace(place)})`;
}
