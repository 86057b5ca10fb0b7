import { expect, it, onTestFinished, vi } from 'vitest'
import type { Services } from '../../../../src/services.ts'
import { exchangeOnce } from '../../../../src/web/member/login-exchange.ts'
import type { Exchanged } from '../../../../src/wechat/official/oauth.ts'
import { openTestServices } from '../../../support/services.ts'
import { aHold, until } from '../../../support/waiting.ts'

const member: Exchanged = { kind: 'member', openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' }
const never = () => Promise.reject(new Error('exchanged twice'))

/** An exchange that is under way, once it has begun, until it is let go. */
function aSlowExchange() {
  const [begin, hold] = [aHold(), aHold()]
  async function run(): Promise<Exchanged> {
    begin.letGo()
    await hold.over
    return member
  }
  return { run, begun: begin.over, letGo: hold.letGo }
}

/** Resolves once this process has looked for what another one's exchange brought, and waits. */
function watched({ redis }: Services): () => Promise<void> {
  const looks = vi.spyOn(redis!, 'get')
  return () => until(() => looks.mock.settledResults.length > 0)
}

/** Two processes that share one Redis. */
async function twoProcesses(): Promise<[Services, Services]> {
  const one = await openTestServices()
  onTestFinished(() => one[Symbol.asyncDispose]())
  const { databaseUrl, redisUrls } = one.config
  const other = await openTestServices({ config: { databaseUrl, redisUrls } })
  onTestFinished(() => other[Symbol.asyncDispose]())
  return [one, other]
}

it('A repeat at another process gets the result while the exchange runs and for a minute after', async () => {
  const [one, other] = await twoProcesses()
  const asked = { code: 'c', state: 's' }
  const exchange = aSlowExchange()
  const first = exchangeOnce(one, asked, exchange.run)
  await exchange.begun
  const waits = watched(other)
  const repeat = exchangeOnce(other, asked, never)
  await waits()
  exchange.letGo()
  expect(await repeat).toEqual(member)
  expect(await first).toEqual(member)
  expect(await one.redis?.pttl((await one.redis.keys('oauth:*'))[0] as string)).toBeGreaterThan(50_000)
})

it('Another state gets nothing at another process, neither while the exchange runs nor after', async () => {
  const [one, other] = await twoProcesses()
  const exchange = aSlowExchange()
  const first = exchangeOnce(one, { code: 'c', state: 's' }, exchange.run)
  await exchange.begun
  expect(await exchangeOnce(other, { code: 'c', state: 'x' }, never)).toEqual({ kind: 'code_used' })
  exchange.letGo()
  await first
  const third = await openTestServices({
    config: { databaseUrl: one.config.databaseUrl, redisUrls: one.config.redisUrls },
  })
  onTestFinished(() => third[Symbol.asyncDispose]())
  expect(await exchangeOnce(third, { code: 'c', state: 'y' }, never)).toEqual({ kind: 'code_used' })
})

it('Neither the code nor the state stands in Redis', async () => {
  const [one] = await twoProcesses()
  await exchangeOnce(one, { code: 'the-code', state: 'the-state' }, async () => member)
  const [key = ''] = (await one.redis?.keys('oauth:*')) ?? []
  expect(`${key} ${await one.redis?.get(key)}`).not.toMatch(/the-code|the-state/)
})

it('When the process that took the code dies, its repeat elsewhere asks for a new code', async () => {
  const [one, other] = await twoProcesses()
  const exchange = aSlowExchange()
  void exchangeOnce(one, { code: 'c', state: 's' }, exchange.run)
  await exchange.begun
  const waits = watched(other)
  const waiting = exchangeOnce(other, { code: 'c', state: 's' }, never)
  await waits()
  await other.redis?.flushdb()
  expect(await waiting).toEqual({ kind: 'code_used' })
})

it('A snapshot seen again later, at whichever process, asks for a new code', async () => {
  const [one, other] = await twoProcesses()
  const asked = { code: 'c', state: 's' }
  expect(await exchangeOnce(one, asked, async () => ({ kind: 'snapshot' }))).toEqual({ kind: 'snapshot' })
  expect(await exchangeOnce(one, asked, never)).toEqual({ kind: 'code_used' })
  expect(await exchangeOnce(other, asked, never)).toEqual({ kind: 'code_used' })
})

it('When Redis goes away in the middle, the one who exchanges has its result and the one who waits a new code', async () => {
  const [one, other] = await twoProcesses()
  const exchange = aSlowExchange()
  const first = exchangeOnce(one, { code: 'c', state: 's' }, exchange.run)
  await exchange.begun
  const waits = watched(other)
  const waiting = exchangeOnce(other, { code: 'c', state: 's' }, never)
  await waits()
  one.redis?.disconnect()
  other.redis?.disconnect()
  exchange.letGo()
  expect(await first).toEqual(member)
  expect(await waiting).toEqual({ kind: 'code_used' })
})
