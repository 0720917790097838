/** The queue plugin, which says where mail for our domains goes, and the way out of the rest. */
import type { Draft } from '../draft.ts';
import type { Remarks } from '../remarks.ts';
import { formatOrigin } from '../types.ts';
import { inlineMap } from '../write.ts';
import type { Destinations } from './destinations.ts';
import { isOn, setting, settingsOf } from './files.ts';
import type { HarakaFiles } from './files.ts';
import { hasPlugin } from './plugins.ts';
import type { Plugin } from './plugins.ts';
import { hostOf } from './routes.ts';
import type { Queue } from './routes.ts';

/** The last queue plugin that passes mail on or delivers it decides; there is one in most configurations. */
export function queueOf(files: HarakaFiles, plugins: readonly Plugin[], remarks: Remarks): Queue {
  if (hasPlugin(plugins, 'queue/smtp_forward')) return forwardQueue(files, 'smtp_forward.ini', remarks);
  if (hasPlugin(plugins, 'queue/smtp_proxy')) {
    remarks.left({
      what: 'queue/smtp_proxy',
      where: { file: 'plugins', line: plugins.find(({ name }) => name === 'queue/smtp_proxy')?.line ?? 1 },
      why: 'Haraka asked the host about each recipient before it accepted one. Here every recipient of a forwarded domain is accepted, and one that the host refuses is bounced.',
    });
    return forwardQueue(files, 'smtp_proxy.ini', remarks);
  }
  if (!hasPlugin(plugins, 'queue/lmtp')) return { kind: 'keep' };
  const main = settingsOf(files, 'lmtp.ini').filter(({ section }) => section === 'main');
  const path = setting(main, 'path');
  const host = hostOf(main, '24');
  const line = path?.line ?? host?.line ?? 1;
  const to = path === undefined || path.text === '' ? (host?.text ?? '127.0.0.1:24') : `unix:${path.text}`;
  remarks.note({
    what: 'queue/lmtp',
    where: { file: 'lmtp.ini', line },
    why: 'Haraka accepted every recipient of host_list. Here a recipient of an inbound domain must be an account.',
    remedy: 'Make them with: postern account add ADDRESS.',
  });
  return { kind: 'lmtp', to: to.replace(/^localhost:/, '127.0.0.1:'), where: { file: 'lmtp.ini', line } };
}

function forwardQueue(
  files: HarakaFiles,
  file: 'smtp_forward.ini' | 'smtp_proxy.ini',
  remarks: Remarks,
): Queue {
  const settings = settingsOf(files, file);
  const host = hostOf(settings.filter(({ section }) => section === 'main'));
  for (const { key, text, line, section } of settings) {
    if (key !== 'auth_user' || text === '') continue;
    remarks.left({
      what: `auth_user ${text}${section === 'main' ? '' : ` of ${section}`}`,
      where: { file, line },
      why: 'A forward does not sign in; its password was not read.',
      remedy: 'Let that host accept mail from the address of this server.',
    });
  }
  return { kind: 'forward', file, host: host?.text, where: { file, line: host?.line ?? 1 } };
}

/** The way out of mail that relays: the host it is passed on to as well, the next hop of `any`, else by MX. */
export function outboundOf(
  files: HarakaFiles,
  queue: Queue,
  { any }: Destinations,
  remarks: Remarks,
): Pick<Draft, 'outbound'> {
  const settings = settingsOf(files, 'smtp_forward.ini');
  const all = queue.kind === 'forward' && queue.file === 'smtp_forward.ini' && queue.host !== undefined;
  if (all && isOn(setting(settings, 'enable_outbound'), true)) {
    const user = setting(settings, 'auth_user');
    const login =
      user === undefined || user.text === ''
        ? {}
        : { login: inlineMap(['user', user.text], ['passwordFile', './smarthost.password']) };
    if (user !== undefined && user.text !== '') {
      remarks.left({
        what: 'auth_pass',
        where: { file: 'smtp_forward.ini', line: user.line },
        why: 'Passwords are not copied.',
        remedy:
          'Write it alone into the file smarthost.password beside the configuration, readable by Postern only.',
      });
    }
    return {
      outbound: { host: queue.host ?? '', ...login, comment: `${formatOrigin(queue.where)} enable_outbound` },
    };
  }
  return any === undefined
    ? {}
    : { outbound: { host: any.nextHop, comment: `${formatOrigin(any.where)} any` } };
}
