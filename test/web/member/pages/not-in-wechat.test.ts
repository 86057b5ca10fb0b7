import { load } from 'cheerio'
import QRCode from 'qrcode'
import { afterEach, expect, test, vi } from 'vitest'
import { shopOfFile } from '../../../support/shop.ts'

const { services, site, merchant } = await shopOfFile({ redis: false })
const drawn = vi.spyOn(QRCode, 'toString')
afterEach(() => drawn.mockClear())

async function outside(path: string) {
  const seen = await site.browser().get(`/m/${merchant.slug}/${path}`)
  const addresses = drawn.mock.calls.map(([address]) => address.slice(services.config.publicUrl.length))
  return { ...seen, addresses, link: load(seen.text)('.link').text() }
}

test('whoever scans the code comes to the page, without what was hung to its address', async () => {
  const { addresses, link } = await outside('coupons?from=timeline&isappinstalled=0')
  expect(addresses).toEqual([`/m/${merchant.slug}/coupons`])
  expect(link).toContain('from=timeline')
})

test('the code of an order’s page names the order', async () => {
  const { addresses } = await outside('paid?out_trade_no=2026|1&check_code=x')
  expect(addresses).toEqual([`/m/${merchant.slug}/paid?out_trade_no=2026%7C1`])
})

test('no code is drawn of an address that no camera could read: the link is shown', async () => {
  const { addresses, text, link } = await outside(`paid?out_trade_no=${'9'.repeat(540)}`)
  expect(addresses).toEqual([])
  expect(text).not.toContain('<svg xmlns')
  expect(link).toContain('9'.repeat(540))
})
