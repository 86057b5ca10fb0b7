import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { readBody } from '../../../src/web/shell/body.ts'
import { close, listen } from '../../support/listen.ts'
import { until } from '../../support/waiting.ts'

/** What reading ends with when `send` sends; `hasCome` resolves once the reader's machine has what was sent so far. */
async function reading(
  limitBytes: number,
  send: (to: ReturnType<typeof request>, hasCome: () => Promise<void>) => unknown,
): Promise<unknown> {
  const server = createServer()
  const hasCome = async () => {
    await once(server, 'request')
    await until(() => received?.bytesRead === outgoing.socket?.bytesWritten)
  }
  let received: Socket | undefined
  server.on('connection', (socket) => (received = socket))
  const result = new Promise((resolve) => {
    server.on('request', (incoming, answer) => {
      void readBody(incoming, limitBytes)
        .then(resolve, resolve)
        .finally(() => answer.destroyed || answer.end())
    })
  })
  const outgoing = request(await listen(server), { method: 'POST' }).on('error', () => undefined)
  void send(outgoing, hasCome)
  await result
  outgoing.destroy()
  await close(server)
  return result
}

it('a body is read as the bytes that were sent, in however many pieces', async () => {
  const bytes = await reading(100, async (to, hasCome) => {
    to.write('优惠')
    await hasCome()
    to.end('券')
  })
  expect((bytes as Buffer).toString()).toBe('优惠券')
})

it('a body that says it is too long is not read', async () => {
  expect(await reading(10, (to) => to.end('x'.repeat(11)))).toMatchObject({ status: 413 })
})

it('a body that grows too long is given up', async () => {
  expect(await reading(10, (to) => (to.write('x'.repeat(6)), to.write('x'.repeat(6))))).toMatchObject({ status: 413 })
})

it('a sender that goes away is not waited for', async () => {
  const fault = await reading(10, async (to, hasCome) => {
    to.write('x')
    await hasCome()
    to.destroy()
  })
  expect(fault).toMatchObject({ status: 400 })
})
