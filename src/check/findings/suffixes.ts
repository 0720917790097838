/**
 * Names below which everybody registers domains. The one complete list is the Public Suffix List (publicsuffix.org), which is
 * large, changes weekly and is not shipped here; this is the part of it that people write into mail configurations: every
 * top-level domain but those for private use, and the second-level suffixes of the registries that have many registrations there.
 */

import { isPrivateUse } from '../../proof/mod.ts';

const SECOND_LEVEL: ReadonlySet<string> = new Set(
  [
    'ac.at co.at gv.at or.at asn.au com.au edu.au gov.au id.au net.au org.au com.bd',
    'com.ar com.bo com.br edu.br gov.br net.br org.br com.cn ac.cn edu.cn gov.cn net.cn org.cn com.co com.cy com.ec com.eg',
    'com.es nom.es org.es asso.fr com.fr gouv.fr com.gr co.hu co.id or.id web.id ac.il co.il gov.il org.il',
    'ac.in co.in firm.in gen.in gov.in ind.in net.in org.in ac.jp ad.jp co.jp ed.jp go.jp gr.jp lg.jp ne.jp or.jp',
    'co.ke or.ke ac.kr co.kr go.kr ne.kr or.kr pe.kr re.kr com.hk org.hk com.mt com.mx org.mx com.my com.ng',
    'ac.nz co.nz geek.nz govt.nz net.nz org.nz com.pe com.ph com.pk com.pl edu.pl net.pl org.pl com.pt com.ro co.rs com.sa',
    'com.sg edu.sg org.sg co.th in.th or.th com.tr gen.tr org.tr com.tw org.tw com.ua in.ua kiev.ua net.ua org.ua',
    'ac.uk co.uk gov.uk ltd.uk me.uk net.uk nhs.uk org.uk plc.uk sch.uk com.uy com.ve com.vn',
    'ac.za co.za gov.za net.za org.za web.za',
  ].flatMap((line) => line.split(' ')),
);

/** Whether strangers have domains directly below `domain`. */
export function isRegistrySuffix(domain: string): boolean {
  return domain.includes('.') ? SECOND_LEVEL.has(domain) : !isPrivateUse(domain);
}
