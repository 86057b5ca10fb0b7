import { createServer, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { close, listen } from './listen.ts'

/** One call as it arrived. */
export type LittleCall = { path: string; query: URLSearchParams; body: string }
/** What to answer: a value is sent as JSON, a text as it is. `delayMs` holds the answer back; 'silence' never answers. */
export type LittleAnswer = 'silence' | 'reset' | { status?: number; body: unknown; delayMs?: number }

/** A server in WeChat's place that answers as a test wants, for the answers that no sandbox gives. */
export type LittleWeChat = AsyncDisposable & {
  url: string
  calls: LittleCall[]
  answer(call: LittleCall): LittleAnswer
}

export async function startLittleWeChat(answer: LittleWeChat['answer']): Promise<LittleWeChat> {
  const server = createServer((request, response) => {
    void read(request).then(async (call) => {
      little.calls.push(call)
      const told = little.answer(call)
      if (told === 'silence') return
      if (told === 'reset') return request.socket.destroy()
      await sleep(told.delayMs ?? 0)
      const body = typeof told.body === 'string' ? told.body : JSON.stringify(told.body)
      response.writeHead(told.status ?? 200, { 'Content-Type': 'text/plain' }).end(body)
    })
  })
  const little: LittleWeChat = {
    url: await listen(server),
    calls: [],
    answer,
    [Symbol.asyncDispose]: () => close(server),
  }
  return little
}

async function read(request: IncomingMessage): Promise<LittleCall> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host')
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return { path: pathname, query: searchParams, body: Buffer.concat(chunks).toString() }
}
