import { Secret } from '../secrets/secret.ts'

/** The server that takes our mail, and whom it is from. */
export type SmtpAddress = {
  host: string
  port: number
  /** TLS from the first byte; otherwise STARTTLS where the server has it, and always before a password is sent. */
  secure: boolean
  login: { user: string; password: Secret } | undefined
  from: string
}

export const isMailAddress = (text: string) =>
  /^[^\s@,;<>"]+@[^\s@,;<>"]+\.[^\s@,;<>"]+$/.test(text) && text.length <= 254

/**
 * Reads `smtps://USER:PASSWORD@HOST:PORT?from=ADDRESS`. USER and PASSWORD are percent-encoded; `from` may be left out
 * where USER is an e-mail address. Returns a sentence where it is none; the sentence never has the password.
 */
export function smtpAddress(text: string): SmtpAddress | string {
  if (!URL.canParse(text) || !/^smtps?:\/\/[^/]/.test(text)) return 'must be an smtp:// or smtps:// address'
  const { protocol, hostname, port, username, password, searchParams } = new URL(text)
  const secure = protocol === 'smtps:'
  let user: string
  let word: string
  try {
    ;[user, word] = [decodeURIComponent(username), decodeURIComponent(password)]
  } catch {
    return 'user and password must be percent-encoded'
  }
  const from = searchParams.get('from') ?? user
  if (!isMailAddress(from)) return 'must name the sender: a user that is an e-mail address, or ?from=ADDRESS'
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    login: user !== '' && word !== '' ? { user, password: new Secret(word) } : undefined,
    from,
  }
}
