import { expect, test } from 'vitest'
import { computeDay } from '../../src/days/compute.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import { beijingDay } from '../../src/plumbing/clock.ts'
import { senderOf } from '../support/builders.ts'
import { stillClock } from '../support/clock.ts'
import { openShop } from '../support/shop.ts'

/** A day on which the merchant's own bill is empty, and two payments that an event told of; returns the sheet's rests. */
async function restsOf(placedBy: (sender: string) => { mchid: string; subMchid: string | undefined }) {
  const clock = stillClock()
  await using shop = await openShop({ redis: false, clock })
  const { services, merchant } = shop
  const { mchid } = senderOf(merchant)
  const [now, day] = [clock.now(), beijingDay(clock.now())]
  const bill = { mchid, kind: 'trade_bill' as const, day, state: 'none' as const, reason: 'empty_day' as const }
  await services.db
    .insertInto('wechat_files')
    .values({ ...bill, due_at: now })
    .execute()
  for (const transactionId of ['4200000000000000000000000001', '4200000000000000000000000002'])
    await recordPayment(services, merchant, {
      transactionId,
      outTradeNo: `order-${transactionId.at(-1)}`,
      ...placedBy(mchid),
      openid: 'payer-openid',
      total: 6000,
      payerTotal: 6000,
      promotions: [],
      goodsTag: undefined,
      paidAt: now,
      source: 'event',
    })
  const { differences } = (await computeDay(services, merchant, day))!
  return differences.filter(({ key }) => key === 'payments/rest').map(({ count, fen }) => ({ count, fen }))
}

test('payments that a provider placed are no difference to the merchant’s own bill, which never has them', async () => {
  expect(await restsOf((sender) => ({ mchid: '1900000001', subMchid: sender }))).toEqual([])
})

test('payments that the merchant placed are, where its own bill has none of them', async () => {
  expect(await restsOf((sender) => ({ mchid: sender, subMchid: undefined }))).toEqual([{ count: -2, fen: -12_000 }])
})
