import { expect, test } from 'vitest'
import { runCli } from '../../src/cli/run.ts'
import { aSpendCampaign } from '../support/spend.ts'
import { shopOfFile } from '../support/shop.ts'

const shop = await shopOfFile({ stock: { coupon_amount: 200 } })
const { slug } = shop.merchant

async function run(...args: string[]) {
  const said = { out: '', err: '' }
  const { databaseUrl, redisUrls, masterKeys, cookieKeys } = shop.services.config
  const code = await runCli(
    ['campaign', ...args],
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

test('a check is 0 while nothing stops the campaign, and 1 with the cure when something does', async () => {
  const campaign = await shop.campaign({ state: 'draft', limits: { per_member: 1, total: 10 } })
  const fine = await run('check', slug, campaign.slug)
  expect([fine.code, fine.err, fine.out]).toEqual([0, '', expect.stringMatching(/^\? .*\n {4}→ /)])
  const bad = await shop.campaign({ state: 'ended', limits: { per_member: 1, total: 10 } })
  const found = await run('check', slug, bad.slug, '--json')
  expect(found.code).toBe(1)
  expect(JSON.parse(found.out)[0]).toEqual({ state: 'stop', text: '活动已结束', cure: '复制成新活动再发布' })
  expect(await run('check', slug, 'none')).toMatchObject({ code: 1, err: `merchant ${slug} has no campaign none\n` })
})

test('a trial says what would be given, and is 1 when that is nothing', async () => {
  const campaign = await aSpendCampaign(shop.services, shop.stock)
  const gives = await run('try', slug, campaign.slug, '--amount', '6000')
  expect([gives.code, gives.out]).toEqual([
    0,
    expect.stringMatching(/^会得到 2 元券 × 1\n {2}✓ 领取条件 {2}这笔计 60 元/),
  ])
  const nothing = await run('try', slug, campaign.slug, '--member', 'oSomebody', '--json')
  expect([nothing.code, JSON.parse(nothing.out)]).toEqual([
    1,
    expect.objectContaining({ gives: false, reason: 'not_eligible', coupons: [] }),
  ])
  expect((await run('try', slug, campaign.slug, '--amount', '60.5')).code).toBe(2)
  expect((await run('try', slug, campaign.slug, '--member', 'no openid')).code).toBe(2)
})
