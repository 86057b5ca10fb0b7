import { createServer } from 'node:net'
import { once } from 'node:events'
import pino from 'pino'
import { expect, test } from 'vitest'
import { openMailer } from '../../../src/plumbing/mail/mailer.ts'
import { type SmtpAddress, smtpAddress } from '../../../src/plumbing/mail/smtp-address.ts'
import { openMailServer } from '../../support/mail-server.ts'

const letter = {
  to: ['a@example.com', 'b@example.com'],
  subject: '【跨商户号发券申请】优购小店',
  text: '您好！\n请协助处理。',
  attachment: { name: '申请.csv', content: '商户名称\r\n优购小店\r\n', type: 'text/csv; charset=utf-8' },
}

/** A mailer that writes its log to `lines`. */
function mailerAt(url: string) {
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  return { mailer: openMailer(smtpAddress(url) as SmtpAddress, log), lines }
}
const why = (work: Promise<unknown>) =>
  work.then(
    () => 'sent',
    (error: { why?: string }) => error.why,
  )

test('a letter arrives at every recipient, with its Chinese words and its table', async () => {
  await using server = await openMailServer()
  await mailerAt(server.url).mailer.send(letter)
  const [taken] = server.letters
  expect([taken!.from, taken!.to]).toEqual(['console@example.com', letter.to])
  const parts = taken!.data.split(/\n\n/).map((part) => Buffer.from(part, 'base64').toString('utf8'))
  expect(parts.some((part) => part.includes('请协助处理'))).toBe(true)
  expect(parts.some((part) => part.includes('商户名称'))).toBe(true)
})

test('what the server refuses is told, and the password stands nowhere', async () => {
  await using server = await openMailServer()
  server.mood = 'refuses'
  expect(await why(mailerAt(server.url).mailer.send(letter))).toBe('refused')
  server.mood = 'asks for a password'
  const { mailer, lines } = mailerAt(server.url.replace('//', '//console%40example.com:very-secret-word@'))
  const failed: unknown = await mailer.send(letter).catch((error: unknown) => error)
  expect(failed).toMatchObject({ why: 'login', status: 535 })
  expect(JSON.stringify([lines, String(failed), (failed as Error).stack])).not.toContain('very-secret-word')
  expect(lines).toHaveLength(1)
})

test('a server that is not there is told', async () => {
  const gone = createServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port } = gone.address() as { port: number }
  gone.close()
  await once(gone, 'close')
  expect(await why(mailerAt(`smtp://127.0.0.1:${port}?from=a@example.com`).mailer.send(letter))).toBe('unreachable')
})

test('while four letters hang at a silent server, a fifth does not wait', async () => {
  await using server = await openMailServer()
  server.mood = 'is silent'
  const { mailer } = mailerAt(server.url)
  const four = [1, 2, 3, 4].map(() => why(mailer.send(letter)))
  expect(await why(mailer.send(letter))).toBe('busy')
  expect(await Promise.all(four)).toEqual(Array.from({ length: 4 }, () => 'unreachable'))
}, 30_000)

test.each([
  ['http://mail.example.com', 'must be an smtp:// or smtps:// address'],
  ['smtp://mail.example.com', 'must name the sender: a user that is an e-mail address, or ?from=ADDRESS'],
  ['smtp://me:%zz@mail.example.com', 'user and password must be percent-encoded'],
])('%s is no address of a mail server', (url, sentence) => {
  expect(smtpAddress(url)).toBe(sentence)
})

test.each([
  ['smtps://me%40example.com:a%2Fb@mail.example.com', { port: 465, secure: true, from: 'me@example.com' }],
  ['smtp://mail.example.com:25?from=x@example.com', { port: 25, secure: false, from: 'x@example.com' }],
  ['smtp://user:word@mail.example.com?from=x@example.com', { port: 587, from: 'x@example.com' }],
])('%s is one', (url, address) => {
  expect(smtpAddress(url)).toMatchObject({ host: 'mail.example.com', ...address })
})
