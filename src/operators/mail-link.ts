import { MailFailed } from '../plumbing/mail/mail-failed.ts'
import type { Mailer } from '../plumbing/mail/mailer.ts'

const letters = {
  invite: {
    subject: '邀请您使用商户云后台',
    text: '您被邀请使用商户云后台。请在三天内打开下面的链接，设置密码并绑定验证器；链接只能用一次：',
  },
  reset: {
    subject: '重置您在商户云后台的账号',
    text: '管理员为您生成了重置链接。请在一小时内打开，重新设置密码并绑定验证器；链接只能用一次：',
  },
} as const

/**
 * Mails somebody their one-time link. The link is made already, so what goes wrong is only told: returns it in Chinese,
 * or undefined when the letter went out.
 */
export async function mailLink(
  mail: Mailer,
  { to, url, kind }: { to: string; url: string; kind: keyof typeof letters },
): Promise<string | undefined> {
  const { subject, text } = letters[kind]
  try {
    await mail.send({ to: [to], subject, text: `${text}\n\n${url}\n\n如果您没有要求过，请忽略这封邮件。` })
    return undefined
  } catch (error) {
    if (!(error instanceof MailFailed)) throw error
    return error.chinese
  }
}
