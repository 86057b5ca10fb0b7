import { afterAll, expect, test } from 'vitest'
import { claim } from '../../src/claims/claim.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import type { SandboxControl } from '../../sandbox/control.ts'
import { importStock } from '../../src/stocks/import.ts'
import { syncStock } from '../../src/stocks/sync.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { openShop } from '../support/shop.ts'
import { until } from '../support/waiting.ts'

const members = 60
const shop = await openShop({ wechat: 'sandbox' })
afterAll(() => shop[Symbol.asyncDispose]())
const { services, sandbox, merchant } = shop

test('a stock is paused, goes on and shrinks while sixty members tap: each coupon goes out once, and every word is true', async () => {
  const { senders, stock_creator_mchid } = shop.world.stocks[0]!
  const stock_id = '7700001'
  sandbox.control.addStock({ stock_id, senders, stock_creator_mchid, goods_tag: ['MUTEX_STORE'], max_coupons: 1_000 })
  const stock = await importStock(services, merchant, { stockId: stock_id })
  const campaign = await shop.campaign({ coupons: [{ stock_id, count: 1 }], limits: { per_member: 1 } })
  const given = () => sandbox.control.stock(stock_id).distributed_coupons
  const atWechat = async (change: Parameters<SandboxControl['changeStock']>[1]) => {
    sandbox.control.changeStock(stock_id, change)
    await syncStock(services, merchant, stock)
  }
  const openids = Array.from({ length: members }, (_, turn) => shop.member(`steady-${turn}`))
  const told = new Set<string>()
  let isRunning = false
  let ended = 0
  const tapUntilServed = async (openid: string): Promise<void> => {
    for (let time = 1; ; time += 1) {
      const answer = await claim(services, { merchant, campaign, openid, claimKey: `${openid}-${time}` })
      told.add(answer.reason ?? answer.status)
      if (answer.status !== 'refused' || answer.reason === 'already_claimed') return void (ended += 1)
      if (answer.reason === 'sold_out') return void (ended += 1)
      await until(() => isRunning)
    }
  }
  await atWechat({ status: 'paused' })
  const crowd = openids.slice(0, 30).map(tapUntilServed)
  await until(() => told.has('paused'))
  expect(given()).toBe(0)
  await atWechat({ status: 'running' })
  isRunning = true
  await Promise.all(crowd)
  expect(given()).toBe(30)

  await atWechat({ max_coupons: 40 })
  await Promise.all(openids.slice(30).map(tapUntilServed))
  await openDeliveryLoop(services).drain()
  expect(ended).toBe(members)
  expect(given()).toBe(40)
  expect([...told].sort()).toEqual(['paused', 'sent', 'sold_out'])
  expect(await prove(services)).toMatchObject({ ok: true, failures: [] })
})
