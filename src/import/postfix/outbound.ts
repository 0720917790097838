/** Where mail for other domains goes, and how Postfix signs in there. */
import type { Draft } from '../draft.ts';
import { inlineMap } from '../write.ts';
import { splitList } from './lines.ts';
import type { RouteContext, Routes } from './routeBuilder.ts';
import { sourceOf } from './settings.ts';
import type { Setting } from './settings.ts';
import { readTable } from './tables.ts';
import type { Entry } from './tables.ts';
import { parseNextHop, parseTransport } from './transports.ts';

export interface OutboundContext extends RouteContext {
  readonly note: RouteContext['tell'];
}

/** The password is never read into the configuration: it goes into this file, beside it. */
const PASSWORD_FILE = './smarthost.password';

export function buildOutbound({ everythingElse }: Routes, context: OutboundContext): Draft['outbound'] {
  const { settings } = context;
  const relayhost = settings.get('relayhost');
  if (everythingElse !== undefined) {
    const login = loginOf([everythingElse.text], context);
    return {
      host: everythingElse.text,
      comment: everythingElse.comment,
      ...(login === undefined ? {} : { login }),
    };
  }
  const { text, setting } =
    relayhost.text === '' ? byTransport(context) : { text: relayhost.text, setting: relayhost };
  if (text === '') return undefined;
  const [first = '', ...others] = splitList(text);
  const wrapped = settings.isYes('smtp_tls_wrappermode');
  const host = parseNextHop(first, 25);
  if (host === undefined) {
    context.tell({
      what: `${setting.name} = ${text}`,
      where: setting.where,
      why: 'It is no host; mail for other domains goes by MX.',
    });
    return undefined;
  }
  if (host.mx)
    context.note({
      what: `${setting.name} = ${text}`,
      where: setting.where,
      why: 'Without brackets Postfix looks up the MX records of the host first; Postern connects to the host itself.',
    });
  if (others.length > 0)
    context.tell({
      what: others.join(', '),
      where: setting.where,
      why: 'Postern has one smarthost; only the first is carried over.',
    });
  if (wrapped && !host.host.endsWith(':465'))
    context.tell({
      what: 'smtp_tls_wrappermode = yes',
      where: settings.get('smtp_tls_wrappermode').where,
      why: 'Postern begins with TLS only at port 465.',
    });
  const login = loginOf([first, first.replace(/:\w+$/, ''), host.host.replace(/:\d+$/, '')], context);
  return { host: host.host, comment: sourceOf(setting), ...(login === undefined ? {} : { login }) };
}

/** default_transport = smtp:[host] does what relayhost does. */
function byTransport({ settings, services, tell }: OutboundContext): {
  readonly text: string;
  readonly setting: Setting;
} {
  const setting = settings.get('default_transport');
  const transport = parseTransport(setting.text, services);
  if (transport.kind === 'smtp') return { text: setting.text.slice(setting.text.indexOf(':') + 1), setting };
  if (transport.kind !== 'domain')
    tell({
      what: `default_transport = ${setting.text}`,
      where: setting.where,
      why: 'Postern sends mail for other domains by SMTP.',
    });
  return { text: '', setting };
}

/** The login for one of these names of the host, in the order in which Postfix looks. */
function loginOf(names: readonly string[], context: OutboundContext) {
  const { settings } = context;
  if (!settings.isYes('smtp_sasl_auth_enable')) return undefined;
  const setting = settings.get('smtp_sasl_password_maps');
  const found = splitList(setting.text).flatMap((spec) => {
    const entry = entryOf(spec, names, setting, context);
    return entry === undefined ? [] : [entry];
  })[0];
  if (found === undefined) {
    context.tell({
      what: setting.name,
      where: setting.where,
      why: `It has no login for ${names[0] ?? ''} that can be read, so Postern does not sign in there.`,
    });
    return undefined;
  }
  const user = found.value.split(':', 1)[0] ?? '';
  context.note({
    what: setting.name,
    where: found.where,
    why: 'Passwords are not carried over.',
    remedy: `Write that of ${user} into ${PASSWORD_FILE} beside the configuration, readable only for Postern: (umask 077; cat > ${PASSWORD_FILE}).`,
  });
  return inlineMap(['user', user], ['passwordFile', PASSWORD_FILE]);
}

function entryOf(
  spec: string,
  names: readonly string[],
  setting: Setting,
  context: OutboundContext,
): Entry | undefined {
  if (spec.startsWith('static:'))
    return { key: '', value: spec.slice('static:'.length), where: setting.where };
  const table = readTable(spec, setting.where, context);
  if (table.kind !== 'keyed') {
    const why = table.kind === 'opaque' ? table.why : 'A table of networks holds no logins.';
    context.tell({ what: `${spec} in ${setting.name}`, where: setting.where, why });
    return undefined;
  }
  for (const name of names) {
    const entry = table.entries.find(({ key }) => key === name.toLowerCase());
    if (entry !== undefined) return entry;
  }
  return undefined;
}
