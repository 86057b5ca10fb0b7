import { load } from 'cheerio'
import { expect, test } from 'vitest'
import { openShop } from '../support/shop.ts'

test('after a provider’s order the phone shows WeChat’s page, with the receipt where the provider has opened it', async () => {
  await using shop = await openShop({ wechat: 'sandbox', redis: false })
  const { url, control } = shop.sandbox
  async function pay(): Promise<string> {
    const body = new URLSearchParams({ merchant: 'demo', yuan: '60', placed_by: 'provider', told_by: 'nobody' })
    const { headers } = await fetch(`${url}/sandbox/payment`, { method: 'POST', body, redirect: 'manual' })
    return headers.get('location') ?? ''
  }
  expect(await pay()).toBe('/?merchant=demo')
  const sub = shop.world.accounts.find(({ role }) => role === 'sender')!
  const at = new Date().toISOString()
  sub.goldPlan = { plan: { open: true, at } }
  const official = load(await (await fetch(url + (await pay()))).text())
  expect([official('iframe').length, official('#official').attr('hidden')]).toEqual([0, undefined])
  sub.goldPlan.page = { open: true, at }
  const framed = load(await (await fetch(url + (await pay()))).text())
  const order = control.orders().at(-1)!
  expect(order).toMatchObject({ subMchid: sub.mchid })
  const receipt = new URL(framed('iframe').attr('src')!)
  expect(receipt.pathname).toBe('/m/demo/receipt')
  expect(Object.fromEntries(receipt.searchParams)).toEqual({
    sub_mch_id: sub.mchid,
    out_trade_no: order.outTradeNo,
    check_code: expect.stringMatching(/^[0-9a-f]{32}$/),
  })
  expect((await fetch(`${url}/sandbox/after-paying?order=none`)).status).toBe(404)
})
