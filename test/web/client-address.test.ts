import supertest from 'supertest'
import { expect, it } from 'vitest'
import { createApp } from '../../src/web/app.ts'
import { servicesOfFile } from '../support/services.ts'

const services = await servicesOfFile({ redis: false })

/** The address that the application has for the client of a request with these forwarded addresses. */
async function clientOf(forwarded: string, trustProxy: boolean): Promise<string | undefined> {
  const app = createApp({ ...services, config: { ...services.config, trustProxy } })
  let address: string | undefined
  app.use((ctx) => {
    address = ctx.ip
    ctx.status = 204
  })
  await supertest(app.callback()).get('/none').set({ 'X-Forwarded-For': forwarded })
  return address
}

it("behind a trusted proxy the client's address is the one that the proxy saw", async () => {
  expect(await clientOf('203.0.113.9', true)).toBe('203.0.113.9')
})

it('an address that the client itself forwards does not win, also where the proxy appends', async () => {
  expect(await clientOf('198.51.100.1, 203.0.113.9', true)).toBe('203.0.113.9')
})

it("without a trusted proxy the header is nobody's word", async () => {
  expect(await clientOf('203.0.113.9', false)).toMatch(/127\.0\.0\.1$/)
})
