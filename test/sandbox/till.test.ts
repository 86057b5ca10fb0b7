import { load } from 'cheerio'
import { expect, test } from 'vitest'
import { keepByHand } from '../../src/files/by-hand.ts'
import { bringIn } from '../../src/files/fetch-day.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import { beijingDay } from '../../src/plumbing/clock.ts'
import { openShop } from '../support/shop.ts'

test('a person pays by code at the till: nobody tells of it, and the bill downloaded by hand does', async () => {
  await using shop = await openShop({ wechat: 'sandbox', redis: false })
  const { services, sandbox } = shop
  const xiaoming = shop.member('xiaoming')
  const headers = { cookie: 'sandbox_member=xiaoming' }
  const phone = load(await (await fetch(sandbox.url)).text())
  const till = `${sandbox.url}${phone('nav.menu a:contains("付款码")').attr('href')!}`
  const scan = (yuan: string) =>
    fetch(`${sandbox.url}/sandbox/till`, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: new URLSearchParams({ merchant: 'demo', yuan }),
    })
  const empty = load(await (await fetch(till, { headers })).text())
  expect(empty('a:contains("下载")').length).toBe(0)
  for (const wrong of ['0', '-1', '1e3', '0.001', '', '1000000']) expect((await scan(wrong)).status).toBe(400)
  expect((await scan('60.5')).headers.get('location')).toBe('/sandbox/till?merchant=demo')

  const [order] = sandbox.control.orders()
  expect(order).toMatchObject({ openid: xiaoming, total: 6050, tradeType: 'MICROPAY', state: 'SUCCESS' })
  await openInboxLoop(services).drain()
  expect(await services.db.selectFrom('inbox').select('id').execute()).toEqual([])
  const known = () => services.db.selectFrom('payments').select(['openid', 'total', 'source']).execute()
  expect(await known()).toEqual([])

  const shown = load(await (await fetch(till, { headers })).text())
  expect(shown('table').text()).toContain('60.5')
  const bill = await fetch(sandbox.url + shown('a:contains("下载今天的账单")').attr('href')!)
  const day = beijingDay(services.clock.now())
  const wanted = { mchid: order!.mchid, kind: 'trade_bill', day } as const
  const kept = await keepByHand(services, wanted, bill.body!)
  await bringIn(services, kept, services.stopping.signal)
  expect(await known()).toEqual([{ openid: xiaoming, total: 6050, source: 'bill' }])
  expect((await fetch(`${sandbox.url}/sandbox/till/bill?merchant=demo&day=2020-01-01`)).status).toBe(404)
})
