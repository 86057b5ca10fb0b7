import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { award } from '../../src/grants/award.ts'
import { aCampaign } from '../support/builders.ts'
import { statementsWait } from '../support/waiting.ts'
import { shopOfFile } from '../support/shop.ts'

const { services, merchant, stock } = await shopOfFile()

async function tap(campaign: Campaign) {
  const { coupons } = campaign
  const wanted = { merchant, campaign, openid: randomUUID(), triggerKey: randomUUID(), coupons, lease: true }
  return award(services, { ...wanted, at: services.clock.now() })
}

test('while one campaign is being changed its claims wait, and those of the others are granted', async () => {
  const limits = { limits: { per_member: 1 } }
  const [changed, other] = [await aCampaign(services, stock, limits), await aCampaign(services, stock, limits)]
  const changing = await services.db.startTransaction().execute()
  await changing.updateTable('campaigns').set({ title: '新的名称' }).where('id', '=', changed.id).execute()

  const waiting = Array.from({ length: 5 }, () => tap(changed))
  await statementsWait(services.db)
  const served = await Promise.all(Array.from({ length: 5 }, () => tap(other)))
  expect(served.map(({ kind }) => kind)).toEqual(Array(5).fill('granted'))
  const written = services.db.selectFrom('grants').select('id').where('campaign_id', '=', changed.id)
  expect(await written.execute()).toEqual([])

  await changing.commit().execute()
  expect((await Promise.all(waiting)).map(({ kind }) => kind)).toEqual(Array(5).fill('granted'))
})
