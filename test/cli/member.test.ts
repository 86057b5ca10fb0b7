import { expect, test } from 'vitest'
import { runCli } from '../../src/cli/run.ts'
import { shopOfFile } from '../support/shop.ts'
import { formOf } from '../support/site.ts'
import { until } from '../support/waiting.ts'

const shop = await shopOfFile()
const { slug } = shop.merchant

async function run(...args: string[]) {
  const said = { out: '', err: '' }
  const { databaseUrl, redisUrls, masterKeys, cookieKeys } = shop.services.config
  const code = await runCli(
    ['member', ...args],
    { out: (text) => (said.out += text), err: (text) => (said.err += text) },
    {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrls.join(','),
      MASTER_KEY: masterKeys.map((key) => key.toString('base64')).join(','),
      COOKIE_KEYS: cookieKeys.join(','),
      SANDBOX: 'off',
    },
  )
  return { code, ...said }
}

test('an operator blocks a member, who is turned away while the shop runs, and lets the member in again', async () => {
  const status = async () => (await shop.phoneOf('oTrader').get(`/m/${slug}/coupons`)).status
  expect(await status()).toBe(200)
  const blocked = await run('block', slug, 'oTrader', '--reason', '多次转卖优惠券')
  expect(blocked).toMatchObject({ code: 0, err: '' })
  expect(blocked.out).toMatch(/^blocked: oTrader {2}since 2\S+Z by command line: 多次转卖优惠券\n$/)
  await until(async () => (await status()) === 403)
  expect(await run('unblock', slug, 'oTrader', '--reason', '误会')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^no longer blocked: oTrader/) as string,
  })
  await until(async () => (await status()) === 200)
})

test('a repeat changes nothing and is no error, with a line that says so', async () => {
  await run('block', slug, 'oTwice', '--reason', 'first')
  const again = await run('block', slug, 'oTwice', '--reason', 'second', '--json')
  expect(again.code).toBe(0)
  expect(JSON.parse(again.out)).toEqual({
    merchant: slug,
    openid: 'oTwice',
    blocked: true,
    changed: false,
    since: expect.any(String) as string,
    reason: 'first',
    by: 'command line',
    owed: 0,
  })
  await run('unblock', slug, 'oTwice')
  const nobody = await run('unblock', slug, 'oTwice')
  expect(nobody).toEqual({ code: 0, out: 'was not blocked, and nothing changed: oTwice\n', err: '' })
})

test('the list says who is kept out, since when and why', async () => {
  expect(await run('blocked', slug)).toMatchObject({ code: 0, out: 'nobody is blocked\n' })
  await run('block', slug, 'oNeverHere', '--reason', '员工')
  expect((await run('blocked', slug)).out).toMatch(/^oNeverHere {2}since 2\S+Z by command line: 员工\n$/)
  expect(JSON.parse((await run('blocked', slug, '--json')).out)).toMatchObject([
    { openid: 'oNeverHere', reason: '员工', by: 'command line' },
  ])
  await run('unblock', slug, 'oNeverHere')
})

test('how many coupons are held back is said at once', async () => {
  const campaign = await shop.campaign()
  const phone = shop.phoneOf('oOwed')
  const form = formOf((await phone.get(`/m/${slug}/c/${campaign.slug}`)).text)
  await phone.post(`/m/${slug}/c/${campaign.slug}/claims`, form)
  const { out } = await run('block', slug, 'oOwed', '--reason', 'x')
  expect(out).toContain('coupons owed and held back: 1')
  await run('unblock', slug, 'oOwed')
})

test('no reason, a mistyped openid and an unknown merchant are refused', async () => {
  expect((await run('block', slug, 'oX')).code).toBe(2)
  expect((await run('block', slug, 'oX', '--reason', ' ')).code).toBe(2)
  expect((await run('block', slug, 'o X', '--reason', 'x')).code).toBe(2)
  expect(await run('block', 'nobody', 'oX', '--reason', 'x')).toMatchObject({ code: 1, out: '' })
})
