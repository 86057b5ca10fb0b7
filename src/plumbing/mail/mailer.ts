import { createTransport } from 'nodemailer'
import type { Logger } from 'pino'
import { within } from '../within.ts'
import { MailFailed, whyNotSent } from './mail-failed.ts'
import type { SmtpAddress } from './smtp-address.ts'

/** A letter in plain text; the attachment is a text file. */
export type Letter = {
  to: string[]
  subject: string
  text: string
  attachment?: { name: string; content: string; type: string }
}

export type Mailer = {
  /** Hands a letter to the server. Throws `MailFailed` when it did not take it, or took too long to answer. */
  send(letter: Letter): Promise<void>
}

const connectMs = 5_000
/** Of silence within a conversation. */
const silenceMs = 10_000
/** For the whole letter; a browser waits. */
const patienceMs = 20_000
/** Letters under way at once: a server that hangs must not take all our connections. */
const underWayAtMost = 4

/** The mailer of a server. It connects anew for each letter: there are few. */
export function openMailer({ host, port, secure, login, from }: SmtpAddress, log: Logger): Mailer {
  let underWay = 0
  const transport = createTransport({
    host,
    port,
    secure,
    ...(login && { auth: { user: login.user, pass: login.password.reveal() }, requireTLS: !isLoopback(host) }),
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    dnsTimeout: connectMs,
    socketTimeout: silenceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send({ to, subject, text, attachment }) {
      if (underWay >= underWayAtMost) throw new MailFailed('busy')
      underWay += 1
      const attachments = attachment && [
        { filename: attachment.name, content: attachment.content, contentType: attachment.type },
      ]
      const sending = transport.sendMail({ from, to, subject, text, ...(attachments && { attachments }) })
      void sending.then(
        () => (underWay -= 1),
        () => (underWay -= 1),
      )
      try {
        await within(patienceMs, sending)
      } catch (error) {
        const failed = whyNotSent(error)
        log.warn({ why: failed.why, status: failed.status, host }, 'a letter was not sent')
        throw failed
      }
    },
  }
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host)
}
