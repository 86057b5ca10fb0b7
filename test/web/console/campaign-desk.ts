import { load } from 'cheerio'
import { beforeEach } from 'vitest'
import { ofMerchant } from '../../../src/operators/rights/scope.ts'
import type { Stock } from '../../../src/plumbing/storage/schema/stock.ts'
import { aStock } from '../../support/builders.ts'
import { movableClock } from '../../support/clock.ts'
import { type ConsoleBrowser, consoleBrowser, tokenOf } from '../../support/console.ts'
import { shopOfFile } from '../../support/shop.ts'
import { aForm } from './campaign-rows.ts'

/** A merchant's campaigns at the console, with an owner, an operator and a viewer who have signed in, for a file. */
export async function openDesk() {
  const clock = movableClock()
  const shop = await shopOfFile({ redis: false, clock })
  const services = Object.assign(shop.services, { clock })
  const list = `/console/m/${shop.merchant.slug}/campaigns`
  const people: Record<string, ConsoleBrowser> = {}
  for (const role of ['owner', 'operator', 'viewer'] as const) {
    const here = { ...ofMerchant(shop.merchant.id), role }
    people[role] = await consoleBrowser(services, shop.site, `${role}@example.com`, here)
  }
  let stock: Stock
  let next = 0
  beforeEach(async () => {
    // A code is asked for again after ten minutes: what is tested here is not that.
    await people.owner!.submit('/console/confirm', '/console/confirm', { code: people.owner!.code() })
    stock = await aStock(services, shop.merchant)
  })

  const shown = <T extends { text: string }>(seen: T) => {
    const $ = load(seen.text)
    return { ...seen, $, words: $('main').text().replace(/\s+/g, ' ') }
  }
  const isoDay = (days: number) =>
    new Date(clock.now().getTime() + days * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10)
  return {
    clock,
    shop,
    list,
    people,
    /** A running stock of this test alone. */
    stock: () => stock,
    see: async (path: string, who = 'owner') => shown(await people[who]!.phone.get(path)),
    async send(action: string, fields: Record<string, string>, who = 'owner') {
      const _csrf = tokenOf((await people[who]!.phone.get('/console/account')).text)
      return shown(await people[who]!.phone.post(action, { _csrf, ...fields }))
    },
    stored: (slug: string) =>
      services.db
        .selectFrom('campaigns')
        .selectAll()
        .where('merchant_id', '=', shop.merchant.id)
        .where('slug', '=', slug)
        .executeTakeFirst(),
    /** A new link campaign of that stock, as the editor sends it. */
    form(overrides: Record<string, string> = {}) {
      next += 1
      const times = { starts_day: isoDay(0), ends_day: isoDay(9) }
      return aForm({ slug: `w-${next}`, 'coupons-0-stock': stock.stock_id, ...times, ...overrides })
    },
  }
}

/** What the page's form would send as it stands. */
export function formOf($: ReturnType<typeof load>, action: string): Record<string, string> {
  const pairs = $(`form[action="${action}"]`).serializeArray()
  return Object.fromEntries(pairs.map(({ name, value }) => [name, value]))
}
