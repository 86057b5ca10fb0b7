import { beforeEach, expect, test } from 'vitest'
import { openLog } from '../../src/plumbing/telemetry/log.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import type { Payment, Refund } from '../../src/payments/payment.ts'
import { takeRefund } from '../../src/payments/take-refund.ts'
import { aPayment, aRefund } from '../support/spend.ts'
import { shopOfFile } from '../support/shop.ts'

/* The mall's event may leave out what the payer got back; WeChat's notice says it to the fen. */

const logged: string[] = []
const log = openLog('warn', { write: (line) => void logged.push(line) })
const { services, merchant } = await shopOfFile({ redis: false, log })
let payment: Payment
let byMall: Refund
let byWeChat: Refund

beforeEach(async () => {
  logged.length = 0
  payment = aPayment(services, { payerTotal: 5000 })
  await recordPayment(services, merchant, payment)
  byMall = aRefund(services, payment, { refundId: 'R-1', refund: 3000 })
  byWeChat = { ...byMall, refundId: '5030', outRefundNo: 'R-1', payerRefund: 2501 }
})

async function told(...refunds: Refund[]) {
  for (const refund of refunds) await takeRefund(services, merchant, refund)
  return services.db
    .selectFrom('refunds')
    .select(['refund', 'payer_refund'])
    .where('transaction_id', '=', payment.transactionId)
    .execute()
}
const warnings = () => logged.map((line) => (JSON.parse(line) as { differing?: string[] }).differing)

test('told by the mall without the payer’s part, then by WeChat with it: the part is WeChat’s, and nobody is warned', async () => {
  expect(await told(byMall, byWeChat)).toEqual([{ refund: 3000, payer_refund: 2501 }])
  expect(warnings()).toEqual([])
})

test('told by WeChat with the payer’s part, then by the mall without: the part stays, and nobody is warned', async () => {
  expect(await told(byWeChat, byMall)).toEqual([{ refund: 3000, payer_refund: 2501 }])
  expect(warnings()).toEqual([])
})

test('told under two names, of which one has the payer’s part, until WeChat says that they are one: the part is kept', async () => {
  const byNumber = { ...byMall, refundId: '5030', payerRefund: 2501 }
  expect(await told(byMall, byNumber, { ...byWeChat, payerRefund: undefined })).toEqual([
    { refund: 3000, payer_refund: 2501 },
  ])
  expect(warnings()).toEqual([])
})

test('a part of nothing is a report: another one later contradicts it', async () => {
  const nothing = { ...byMall, payerRefund: 0 }
  expect(await told(nothing, byWeChat)).toEqual([{ refund: 3000, payer_refund: 0 }])
  expect(warnings()).toEqual([['payer_refund']])
})

test('two parts that differ: the first one stands, and an operator is told', async () => {
  expect(await told(byMall, byWeChat, { ...byWeChat, payerRefund: 2000 })).toEqual([
    { refund: 3000, payer_refund: 2501 },
  ])
  expect(warnings()).toEqual([['payer_refund']])
})

test('told by WeChat with the part of another sum: nothing of that is taken over, and an operator is told', async () => {
  expect(await told(byMall, { ...byWeChat, refund: 6000, payerRefund: 5000 })).toEqual([
    { refund: 3000, payer_refund: null },
  ])
  expect(warnings()).toEqual([['refund']])
})
