import type { Config } from '../plumbing/config/config.ts'
import { csvText } from '../plumbing/files/csv.ts'
import type { Applicant } from './application.ts'

/** An e-mail that a person sends; `attachment` is the content of a CSV file. */
export type Mail = { to: string[]; subject: string; body: string; attachmentName: string; attachment: string }

/**
 * The e-mail with which a provider applies for 跨商户号发券 (docs/wechat/pay-v3.md 3.6). Recipients, company and reason are
 * settings; every number is named once.
 */
export function applicationMail(applicants: Applicant[], { mailTo, company, reason }: Config['application']): Mail {
  const names = [...new Set(applicants.flatMap((applicant) => applicant.names))]
  const applying = company ?? (names.length === 1 ? names[0]! : `${names[0]}等${names.length}家商户`)
  return {
    to: mailTo,
    subject: `【跨商户号发券申请】${applying}`,
    body: bodyOf(applicants, { applying, reason }),
    attachmentName,
    attachment: tableOf(applicants),
  }
}

const attachmentName = '跨商户号发券申请.csv'

function bodyOf(applicants: Applicant[], { applying, reason }: { applying: string; reason: string }): string {
  const creators = [...new Set(applicants.flatMap((applicant) => applicant.creators))]
  return [
    '微信支付团队：',
    '',
    '您好！现申请为以下商户号开通“跨商户号发券”，请协助处理。',
    '',
    `申请公司：${applying}`,
    `申请原因：${reason}`,
    `制券商户号：${creators.join('、')}`,
    '发券商户号：',
    ...applicants.map(({ sender, names }) => `  ${sender}（${names.join('、')}）`),
    '',
    `共 ${applicants.length} 个发券商户号，明细见附件表格。制券商户号和发券商户号都需要开通。`,
    '',
    '谢谢！',
  ].join('\n')
}

function tableOf(applicants: Applicant[]): string {
  return csvText([
    ['商户名称', '制券商户号', '发券商户号', 'AppID'],
    ...applicants.map(({ sender, creators, names, appids }) => [
      names.join('、'),
      creators.join('、'),
      sender,
      appids.join('、'),
    ]),
  ])
}
