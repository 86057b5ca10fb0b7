import { load } from 'cheerio'
import { afterAll, expect, test } from 'vitest'
import { aMerchant } from '../../support/builders.ts'
import { movableClock } from '../../support/clock.ts'
import { consoleBrowser } from '../../support/console.ts'
import { servicesOfFile } from '../../support/services.ts'
import { startSite } from '../../support/site.ts'

const clock = movableClock()
const services = Object.assign(await servicesOfFile({ redis: false, clock }), { clock })
const site = await startSite(services)
afterAll(() => site[Symbol.asyncDispose]())

test('many merchants are led through page by page, each of them once, and a filter keeps its pages', async () => {
  for (let nth = 0; nth < 65; nth += 1) await aMerchant(services, { slug: `shop-${nth}` })
  const head = await consoleBrowser(services, site, 'head@example.com')
  const seen: string[][] = []
  let path: string | undefined = '/console/merchants?name=shop'
  while (path !== undefined) {
    const page = load((await head.phone.get(path)).text)
    expect(page('.pager').text()).toContain('共 65 个商户')
    seen.push(
      page('tbody th a')
        .toArray()
        .map((one) => page(one).attr('href')!),
    )
    path = page('a[rel=next]').attr('href')
    if (path !== undefined) expect(path).toContain('name=shop')
  }
  expect(seen.map(({ length }) => length)).toEqual([30, 30, 5])
  expect(new Set(seen.flat()).size).toBe(65)
})
