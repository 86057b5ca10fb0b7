import { expect, test } from 'vitest'
import { memberGrants } from '../../src/grants/grants.ts'
import { receive } from '../../src/inbox/inbox.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import { aMerchant, aStock } from '../support/builders.ts'
import { paymentSucceeded } from '../support/events.ts'
import { openTestServices } from '../support/services.ts'
import { aPayment, aSpendCampaign } from '../support/spend.ts'

test('a payment that a process of the release before wrote, and that it did not live to award, earns its coupon', async () => {
  await using services = await openTestServices({ redis: false })
  const merchant = await aMerchant(services)
  await aSpendCampaign(services, await aStock(services, merchant))
  const payment = aPayment(services, { mchid: merchant.accounts[0]!.mchid })
  const body = paymentSucceeded(payment)
  await receive(services, { merchantId: merchant.id, source: 'events', businessKey: '1', body, at: payment.paidAt })
  await recordPayment(services, merchant, payment)
  // That release knew payments alone.
  await services.db.deleteFrom('spenders').execute()

  await openInboxLoop(services).drain()
  const grants = await memberGrants(services.db, merchant.id, payment.openid, 10)
  expect(grants.map(({ status }) => status)).toEqual(['pending'])
})
