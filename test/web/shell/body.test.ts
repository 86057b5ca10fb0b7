import { createServer, request } from 'node:http'
import { expect, it } from 'vitest'
import { readBody } from '../../../src/web/shell/body.ts'
import { close, listen } from '../../support/listen.ts'

/** What reading ends with when `send` sends. */
async function reading(limitBytes: number, send: (to: ReturnType<typeof request>) => void): Promise<unknown> {
  const server = createServer()
  const result = new Promise((resolve) => {
    server.on('request', (incoming, answer) => {
      void readBody(incoming, limitBytes)
        .then(resolve, resolve)
        .finally(() => answer.destroyed || answer.end())
    })
  })
  const outgoing = request(await listen(server), { method: 'POST' }).on('error', () => undefined)
  send(outgoing)
  await result
  outgoing.destroy()
  await close(server)
  return result
}

it('a body is read as the bytes that were sent, in however many pieces', async () => {
  const bytes = await reading(100, (to) => {
    to.write('优惠')
    setTimeout(() => to.end('券'), 20)
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
  const fault = await reading(10, (to) => (to.write('x'), setTimeout(() => to.destroy(), 20)))
  expect(fault).toMatchObject({ status: 400 })
})
