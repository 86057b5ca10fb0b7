import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { giveMemberKeys } from '../../src/merchants/member-keys.ts'
import { memberMark } from '../../src/members/member-mark.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { aGrant } from '../support/grants.ts'
import { aCampaign, aMerchant, aStock } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'

test('a ledger of release 0.1 names its members by marks after the upgrade, and a second run changes nothing', async () => {
  await using services = await openTestServices({ redis: false })
  const { db, catalog, secrets } = services
  const { id, slug } = await aMerchant(services)
  const stock = await aStock(services, { id } as Merchant)
  const campaign = await aCampaign(services, stock)
  const openid = 'oOld_member-1'
  const grant = await aGrant(services, campaign, stock, { openid, coupons: ['sent'] })
  const old = [
    `campaign/${campaign.id}/member/${openid}`,
    `campaign/${campaign.id}/member/${openid}/20261123`,
    `stock/${stock.id}/member/${openid}`,
    `campaign/${campaign.id}/total`,
  ]
  for (const scope of old)
    await db.insertInto('slots').values({ merchant_id: id, scope, number: 1, grant_id: grant }).execute()
  await db
    .updateTable('grants')
    .set({ trigger_key: `spend/${openid}/20261101/5000` })
    .execute()
  await db.updateTable('merchants').set({ member_key_sealed: null }).execute()

  expect(await giveMemberKeys(db, secrets)).toBe(1)
  expect(await giveMemberKeys(db, secrets)).toBe(0)
  catalog.forget()
  const mark = memberMark((await catalog.merchant(slug)) as Merchant, openid)
  const { rows } = await sql<{ scope: string }>`select scope from slots order by scope`.execute(db)
  expect(rows.map((row) => row.scope)).toEqual(old.map((scope) => scope.replace(openid, mark)).toSorted())
  expect(await db.selectFrom('grants').select('trigger_key').executeTakeFirst()).toEqual({
    trigger_key: `spend/${mark}/20261101/5000`,
  })
})
