import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { request } from 'undici'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { type Program, startProgramOf } from '../support/program.ts'

const recovery = { timeout: 30_000, interval: 50 }
let shop: SandboxShop
let worker: Program
let opsUrl: string
beforeAll(async () => {
  shop = await openShop({ wechat: 'sandbox' })
  worker = startProgramOf(shop, { ROLE: 'worker', OPS_PORT: '0' })
  ;[, opsUrl = ''] = await worker.says(/its health on (http\S+)/)
}, 60_000)
afterAll(() => shop[Symbol.asyncDispose]())

const get = async (path: string) => {
  const answer = await request(`${opsUrl}${path}`)
  return { status: answer.statusCode, body: await answer.body.text() }
}
const processes = () => shop.services.db.selectFrom('processes').select(['role']).execute()

test('a worker answers for its health and its metrics on a port of its own, and for nothing else', async () => {
  expect(await get('/healthz')).toEqual({ status: 200, body: '{"alive":true}' })
  await vi.waitFor(async () => expect((await get('/readyz')).status).toBe(200), recovery)
  expect(JSON.parse((await get('/readyz')).body)).toMatchObject({ ready: true, inbox: true, delivery: true })
  const metrics = (await get('/metrics')).body
  expect(metrics).toContain('paycoupon_job_last_success_seconds{job="attempts"}')
  expect(metrics).toContain('nodejs_eventloop_lag_seconds')
  expect((await get('/m/demo/c/welcome')).status).toBe(404)
})

test('a worker that is told to stop ends well, and is no longer among the processes', async () => {
  await vi.waitFor(async () => expect(await processes()).toEqual([{ role: 'worker' }]), recovery)
  worker.stop()
  expect(await worker.ended).toBe(0)
  expect(await processes()).toEqual([])
})
