import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Db } from '../../src/plumbing/storage/database.ts'
import { routes } from '../../src/web/routes.ts'
import { paths } from '../../src/web/paths.ts'
import { openScriptedHost } from '../support/scripted-host.ts'
import { openShop } from '../support/shop.ts'

/** These only tell what is there, so a monitor or a proxy may ask for their headers alone. */
const harmless: string[] = [paths.healthz, paths.readyz, paths.asset, paths.domainVerification]

test('Who asks only for the headers of an address causes nothing: no row, no call, no cookie', async () => {
  await using wechat = await openScriptedHost({ body: { errcode: 40029 } })
  await using shop = await openShop({ wechat })
  const { merchant, services, site } = shop
  const campaign = await shop.campaign()
  const phone = shop.phoneOf('openid-1')
  await services.db
    .updateTable('merchants')
    .set({ domain_verification: JSON.stringify({ 'MP_verify_abc.txt': 'abc' }) })
    .execute()
  const page = await phone.get(`/m/${merchant.slug}/c/${campaign.slug}`)
  const values = { merchant: merchant.slug, campaign: campaign.slug, mchid: merchant.accounts[0]!.mchid, name: 'abc' }
  const file = /\/assets\/(style[^"]+)/.exec(page.text)?.[1] ?? ''
  const grant = '00000000-0000-7000-8000-000000000000'
  const query = '?card_id=pX&encrypt_code=x&out_trade_no=order-1&code=c1&state=s1&echostr=e'
  const rows = () => rowsOf(services.db)
  const before = await rows()
  for (const { path } of routes().stack) {
    const address = Object.entries({ ...values, file, grant }).reduce(
      (text, [name, value]) => text.replace(`:${name}`, value),
      String(path),
    )
    for (const Cookie of [phone.cookies.header(address), '']) {
      const headers = { Cookie, 'User-Agent': 'MicroMessenger/8.0.50' }
      const seen = await fetch(site.ownUrl + address + query, { method: 'HEAD', headers, redirect: 'manual' })
      expect([path, seen.status]).toEqual([path, harmless.includes(String(path)) ? 200 : 405])
      if (seen.status === 405) expect(seen.headers.get('allow')).toMatch(/^(GET|POST)(, POST)?$/)
      expect(seen.headers.getSetCookie()).toEqual([])
    }
  }
  expect(await rows()).toEqual(before)
  expect(wechat.calls).toEqual([])
})

/** How many rows each table has. */
async function rowsOf(db: Db): Promise<[string, number][]> {
  const tables = await db.introspection.getTables()
  return Promise.all(
    tables.map(async ({ name }): Promise<[string, number]> => {
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(name)}`.execute(db)
      return [name, rows[0]?.n ?? 0]
    }),
  )
}
