import { expect, test } from 'vitest'
import { checkSetAside } from '../../src/doctor/set-aside-check.ts'
import type { Services } from '../../src/services.ts'
import { aCampaign, aMerchant, aStock } from '../support/builders.ts'
import { aGrant } from '../support/grants.ts'
import { openTestServices } from '../support/services.ts'

/** Services whose database counts the rows that it hands out. */
function countingRows(services: Services): { read: { rows: number }; counted: Services } {
  const read = { rows: 0 }
  const counted = services.db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult({ result }) {
      read.rows += result.rows.length
      return Promise.resolve(result)
    },
  })
  return { read, counted: { ...services, db: counted } }
}

test('of many coupons that wait for an operator the doctor tells the number, each reason once and five grants, and reads no more', async () => {
  await using services = await openTestServices({ redis: false })
  const merchant = await aMerchant(services)
  const stock = await aStock(services, merchant)
  const campaign = await aCampaign(services, stock, { limits: {} })
  expect(await checkSetAside(services, merchant)).toEqual([])

  const grants: string[] = []
  for (let member = 0; member < 40; member += 1) {
    const createdAt = new Date(Date.parse('2026-11-23T12:00:00+08:00') + member)
    const openid = `member-${member}`
    grants.push(await aGrant(services, campaign, stock, { openid, coupons: ['reserved', 'reserved'], createdAt }))
  }
  const coupons = () => services.db.updateTable('coupons')
  await coupons().set({ set_aside: true, reason: 'look_up_refused' }).execute()
  await coupons().set({ reason: 'needs_operator' }).where('grant_id', '=', grants[3]!).execute()
  const { read, counted } = countingRows(services)
  const [found, ...more] = await checkSetAside(counted, merchant)
  expect(more).toEqual([])
  const named = grants.slice(0, 5).join(' ')
  expect(found!.message).toBe(`80 张券留待人工处理（look_up_refused、needs_operator）：${named} …`)
  expect(read.rows).toBeLessThanOrEqual(10)

  await coupons().set({ set_aside: false }).where('grant_id', 'in', grants.slice(1)).execute()
  const [last] = await checkSetAside(services, merchant)
  expect(last!.message).toBe(`2 张券留待人工处理（look_up_refused）：${grants[0]}`)
})
