import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** What the server does besides taking letters. */
export type MailMood = 'takes' | 'refuses' | 'asks for a password' | 'is silent'

/** A letter as it came over the wire, its body not decoded. */
export type Taken = { from: string; to: string[]; data: string }

export type MailServer = AsyncDisposable & { url: string; letters: Taken[]; mood: MailMood }

/** The smallest server that speaks SMTP (RFC 5321), on a free port: it keeps what it takes. */
export async function openMailServer(): Promise<MailServer> {
  const sockets = new Set<Socket>()
  const letters: Taken[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    if (opened.mood !== 'is silent') converse(socket, opened)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const opened: MailServer = {
    url: `smtp://127.0.0.1:${port}?from=console@example.com`,
    letters,
    mood: 'takes',
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  return opened
}

function converse(socket: Socket, server: MailServer): void {
  let letter: Taken = { from: '', to: [], data: '' }
  let isBody = false
  let rest = ''
  const say = (line: string) => socket.write(`${line}\r\n`)
  say('220 mail.example.com ESMTP')
  socket.setEncoding('utf8')
  socket.on('data', (piece: string) => {
    const lines = (rest + piece).split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (!isBody) answer(line)
      else if (line === '.') end()
      else letter.data += `${line}\n`
    }
  })

  function answer(line: string): void {
    const verb = line.slice(0, 4).toUpperCase()
    if (verb === 'EHLO')
      return void say(server.mood === 'asks for a password' ? '250-hello\r\n250 AUTH PLAIN' : '250 hello')
    if (verb === 'AUTH') return void say('535 no such user')
    if (verb === 'MAIL') letter.from = addressIn(line)
    if (verb === 'RCPT' && server.mood === 'refuses') return void say('550 no such mailbox')
    if (verb === 'RCPT') letter.to.push(addressIn(line))
    if (verb === 'DATA') isBody = true
    say(verb === 'DATA' ? '354 go on' : verb === 'QUIT' ? '221 bye' : '250 ok')
  }

  function end(): void {
    server.letters.push(letter)
    letter = { from: '', to: [], data: '' }
    isBody = false
    say('250 taken')
  }
}

function addressIn(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? ''
}
