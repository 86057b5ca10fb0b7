/** In words for the person who sent it. */
const words = {
  unreachable: '连不上发信服务器，请稍后再试；一直不行请让系统管理员核对 SMTP_URL',
  login: '发信服务器不接受用户名或密码，请让系统管理员核对 SMTP_URL',
  refused: '发信服务器没有接受这封邮件，请核对收件人',
  late: '发信服务器没有及时回答，邮件可能已经发出；再发之前请先问收件人',
  busy: '正在发送的邮件太多，请稍后再试',
} as const

/** A letter that was not sent; its message never has the password, nor what the server was told. */
export class MailFailed extends Error {
  readonly why: keyof typeof words
  /** The server's own number, such as 550. */
  readonly status: number | undefined
  readonly chinese: string

  constructor(why: keyof typeof words, status?: number) {
    super(`the letter was not sent: ${why}${status === undefined ? '' : ` (${status})`}`)
    this.name = 'MailFailed'
    this.why = why
    this.status = status
    this.chinese = `${words[why]}${status === undefined ? '' : `（服务器返回 ${status}）`}`
  }
}

/** nodemailer's own codes. */
const kinds: Record<string, keyof typeof words> = {
  EAUTH: 'login',
  ENOAUTH: 'login',
  ECONNECTION: 'unreachable',
  EDNS: 'unreachable',
  ETLS: 'unreachable',
  ESOCKET: 'unreachable',
  EENVELOPE: 'refused',
  EMESSAGE: 'refused',
  EPROTOCOL: 'refused',
}

/** What an error of the mail library means. Once the letter is on its way, a silence leaves it unknown. */
export function whyNotSent(error: unknown): MailFailed {
  const { code, responseCode, command } = error as { code?: string; responseCode?: number; command?: string }
  if (code === 'ETIMEDOUT' && command === 'CONN') return new MailFailed('unreachable')
  return new MailFailed(kinds[code ?? ''] ?? 'late', responseCode)
}
