import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memberGrants } from '../../src/grants/grants.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import type { Payment } from '../../src/payments/payment.ts'
import { applyPayment } from '../../src/payments/apply-payment.ts'
import { takeRefund } from '../../src/payments/take-refund.ts'
import type { FaultName } from '../../sandbox/fault-table.ts'
import { openidOf } from '../../sandbox/world.ts'
import { importStock } from '../../src/stocks/import.ts'
import { movableClock } from '../support/clock.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { aPayment, aRefund, aSpendCampaign } from '../support/spend.ts'

const clock = movableClock()
let shop: SandboxShop
beforeAll(async () => void (shop = await openShop({ wechat: 'sandbox', clock })))
afterAll(() => shop[Symbol.asyncDispose]())

const someone = () => openidOf(shop.world.merchants[0]!.officialAccount, randomUUID())
const send = () => openDeliveryLoop(shop.services).drain()
const places = () => shop.services.db.selectFrom('slots').selectAll().orderBy('scope').execute()
const grantsOf = ({ openid }: Payment) => memberGrants(shop.services.db, shop.merchant.id, openid, 50)
async function paid(): Promise<Payment> {
  const { services, merchant } = shop
  const payment = aPayment(services, { openid: someone() })
  await recordPayment(services, merchant, payment)
  await applyPayment(services, merchant, payment.transactionId)
  return payment
}

test('the main host commits and breaks off, the backup host says 429, and then comes a refund: the member has one coupon, and it counts', async () => {
  const { services, merchant, sandbox, world } = shop
  const { stock_id: stockId, stock_creator_mchid: creatorMchid } = world.stocks[0]!
  const stock = await importStock(services, merchant, { stockId, creatorMchid })
  await aSpendCampaign(services, stock, {}, { limits: { total: 1 } })
  const fail = (host: 'main' | 'backup', fault: FaultName) =>
    sandbox.control.setFault({ host, fault, endpoint: 'send', times: 1 })
  fail('main', 'reset_after_commit')
  fail('backup', 'rate_limited')

  const payment = await paid()
  await send()
  expect(sandbox.control.faults()).toEqual([])
  const atWeChat = sandbox.control.coupons(payment.openid)
  expect(atWeChat).toHaveLength(1)
  expect(await grantsOf(payment)).toMatchObject([{ coupons: [{ state: 'reserved', reason: 'rate_limited' }] }])
  const held = await places()

  await takeRefund(services, merchant, aRefund(services, payment))
  expect(await grantsOf(payment)).toMatchObject([{ coupons: [{ state: 'reserved' }] }])
  expect(await places()).toEqual(held)
  expect(await grantsOf(await paid())).toEqual([])

  clock.advance(60_000)
  await send()
  expect(sandbox.control.coupons(payment.openid)).toEqual(atWeChat)
  expect(await grantsOf(payment)).toMatchObject([{ coupons: [{ state: 'sent', couponId: atWeChat[0]!.couponId }] }])
  expect(await places()).toEqual(held)
  expect(await prove(services)).toMatchObject({ ok: true, failures: [] })
})
