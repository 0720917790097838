/**
 * Providers that give mailboxes to anyone: to relay to one of them is to relay to a large part of the world. A short list of
 * the largest, put together by hand; it makes no claim to be complete.
 */
const PROVIDERS: ReadonlySet<string> = new Set(
  [
    'gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.fr live.com msn.com onmicrosoft.com',
    'yahoo.com yahoo.co.uk yahoo.co.jp yahoo.fr yahoo.de ymail.com rocketmail.com aol.com icloud.com me.com mac.com',
    'gmx.net gmx.de gmx.at gmx.ch gmx.com web.de t-online.de freenet.de bluewin.ch proton.me protonmail.com fastmail.com',
    'tutanota.com zoho.com mail.com orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tin.it',
    'btinternet.com sky.com comcast.net att.net sbcglobal.net verizon.net cox.net telenet.be ziggo.nl kpnmail.nl',
    'mail.ru yandex.ru yandex.com rambler.ru ukr.net seznam.cz wp.pl onet.pl interia.pl o2.pl',
    'qq.com 163.com 126.com sina.com naver.com daum.net hanmail.net docomo.ne.jp rediffmail.com uol.com.br bol.com.br terra.com.br',
  ].flatMap((line) => line.split(' ')),
);

/** Whether `domain`, or the domains below it, have mailboxes of anyone. */
export function isMailProvider(domain: string): boolean {
  return PROVIDERS.has(domain);
}
