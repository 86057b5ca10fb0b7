import { describe, expect, it, vi } from 'vitest'
import type { Services } from '../../../src/services.ts'
import { createApp } from '../../../src/web/app.ts'
import { createOpsApp } from '../../../src/web/ops/ops-app.ts'
import supertest from 'supertest'
import { openTestServices } from '../../support/services.ts'
import { type Site, startSite } from '../../support/site.ts'
import { shopOfFile } from '../../support/shop.ts'
import { until } from '../../support/waiting.ts'

const { services, site } = await shopOfFile()

const readiness = async (at: Site = site) => {
  const seen = await at.operator().get('/readyz')
  return { status: seen.status, ...JSON.parse(seen.text) }
}

describe('whoever runs it asks', () => {
  it('whether it is alive', async () => {
    expect((await site.operator().get('/healthz')).status).toBe(200)
  })

  it('whether it is ready: database, Redis and schema', async () => {
    expect(await readiness()).toEqual({
      status: 200,
      ready: true,
      database: true,
      redis: true,
      schema: true,
      stopping: false,
    })
  })

  it('and hears no while Redis is away', async () => {
    const ping = vi.spyOn(services.redis as NonNullable<Services['redis']>, 'ping').mockRejectedValue(new Error('gone'))
    await until(async () => (await readiness()).status === 503)
    expect(await readiness()).toMatchObject({ ready: false, redis: false, database: true })
    ping.mockRestore()
    await until(async () => (await readiness()).status === 200)
  })

  it('and a crowd of askers asks Redis and the database once', async () => {
    const ping = vi.spyOn(services.redis as NonNullable<Services['redis']>, 'ping')
    const answers = await Promise.all(Array.from({ length: 50 }, () => readiness()))
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(ping.mock.calls.length).toBeLessThanOrEqual(1)
    ping.mockRestore()
  })

  it('and hears no without a database', async () => {
    const away = await openTestServices({ redis: false, config: { databaseUrl: 'postgres://127.0.0.1:9/none' } })
    await using _ = away
    await using dark = await startSite(away)
    expect(await readiness(dark)).toMatchObject({ status: 503, database: false, schema: false, redis: true })
    expect((await dark.operator().get('/healthz')).status).toBe(200)
    expect((await dark.phone().get('/m/demo/coupons')).status).toBe(503)
  })

  it('and hears no once it is stopping', async () => {
    const stopping = new AbortController()
    stopping.abort()
    await using last = await startSite({ ...services, stopping })
    expect(await readiness(last)).toMatchObject({ status: 503, stopping: true })
  })
})

describe('/metrics', () => {
  it('is for this machine, when there is no token', async () => {
    await site.phone().get('/m/nobody/coupons')
    const seen = await site.operator().get('/metrics')
    expect(seen.status).toBe(200)
    expect(seen.text).toContain('paycoupon_http_seconds_count{method="GET",route="/m/:merchant/coupons",status="404"}')
  })

  it.each([
    ['that adds no header', 'coupons.example.com', {}],
    ['that is asked for a name of this machine', 'localhost', { 'X-Forwarded-For': '203.0.113.9' }],
    ['that says only that it is one', '127.0.0.1', { Via: '1.1 proxy' }],
    ['that is trusted and names this machine as the host', 'coupons.example.com', { 'X-Forwarded-Host': 'localhost' }],
    ['that passes a name which begins like one of this machine', 'localhost.example.com', {}],
    ['that passes an address which begins like one of this machine', '127.0.0.1.example.com', {}],
    ['that passes no name', '', {}],
  ])('is not for a proxy on this machine %s', async (_, host, headers) => {
    const config = { ...services.config, trustProxy: true }
    for (const app of [createApp({ ...services, config }), createOpsApp(services, [])])
      expect(
        (
          await supertest(app.callback())
            .get('/metrics')
            .set({ Host: host, ...headers })
        ).status,
      ).toBe(404)
  })

  it.each(['localhost', 'localhost:3000', '127.0.0.1:9101', '[::1]:3000'])(
    'is for this machine as %s',
    async (host) => {
      for (const app of [createApp(services), createOpsApp(services, [])])
        expect((await supertest(app.callback()).get('/metrics').set({ Host: host })).status).toBe(200)
    },
  )

  it('is for whoever brings the token, when there is one', async () => {
    const config = { ...services.config, metricsToken: 'a-long-metrics-token' }
    await using guarded = await startSite({ ...services, config })
    const ask = async (headers = {}) => (await guarded.operator().get('/metrics', headers)).status
    expect(await ask()).toBe(404)
    expect(await ask({ Authorization: 'Bearer wrong' })).toBe(404)
    expect(await ask({ Authorization: 'Bearer a-long-metrics-token' })).toBe(200)
  })
})

describe("a worker's own port", () => {
  const loop = (name: string, sinceLookMs: number | undefined) =>
    ({ name, sinceLookMs: () => sinceLookMs }) as Parameters<typeof createOpsApp>[1][number]

  it.each([
    ['looks', 100, 200],
    ['hangs', 6_000, 503],
    ['has not begun', undefined, 503],
  ])('says whether its loop %s', async (_, since, status) => {
    const app = createOpsApp(services, [loop('inbox', 100), loop('delivery', since)])
    const answer = await supertest(app.callback()).get('/readyz')
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ ready: status === 200, inbox: true, delivery: status === 200 })
  })
})
