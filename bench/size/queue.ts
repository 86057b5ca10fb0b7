import { leaseDue } from '../../src/claims/lease.ts'
import { liftHalt, raiseHalt } from '../../src/delivery/halts.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { outcomeNamed } from '../../src/delivery/outcomes.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { aStock } from '../../test/support/builders.ts'
import { manyOwed } from '../../test/support/many-owed.ts'
import { median } from '../bench.ts'
import type { SizeFigure } from '../size.ts'
import type { Stage } from '../support/stage.ts'

const halted = 300_000
const strangers = 6_000
const looks = 9
const hands = 256
/** As a merchant number has it by itself. */
const ordinaryPace = 450

/** One look for what is due beside a long halt, the lifting of that halt, and one coupon behind many of another merchant. */
export async function queueAtSize(stage: Stage): Promise<SizeFigure[]> {
  const { services } = stage
  const stuck = await stage.addMerchant('stuck', ordinaryPace)
  const stock = await aStock(services, stuck)
  await manyOwed(services, stuck, stock, { count: halted })
  const { id: accountId } = senderOf(stuck)
  const of = { merchantId: stuck.id, accountId, stockRef: stock.id }
  await raiseHalt(services, of, { row: outcomeNamed('stock_not_found'), evidence: {} })

  const open = await aStock(services, stage.merchant)
  const times: number[] = []
  for (let look = 0; look < looks; look += 1) {
    await manyOwed(services, stage.merchant, open, { count: 5 })
    const begun = performance.now()
    const leased = await leaseDue(services.db, services.clock, hands)
    times.push(performance.now() - begun)
    if (leased.length !== 5 || leased.some((coupon) => coupon.stockRef !== open.id)) {
      throw new Error(`${leased.length} coupons were taken instead of 5`)
    }
    await services.db.deleteFrom('coupons').where('stock_ref', '=', open.id).execute()
  }

  const halt = await services.db.selectFrom('halts').select('id').executeTakeFirstOrThrow()
  const begun = performance.now()
  await liftHalt(services, halt.id, 'bench')
  const lift = performance.now() - begun
  const waited = await waitBehindStrangers(stage)
  return [
    { what: `a look beside ${halted.toLocaleString('en')} halted coupons`, ours: median(times), unit: 'ms', most: 10 },
    { what: 'lifting that halt', ours: lift, unit: 'ms', most: 1_000 },
    {
      what: `one coupon behind ${strangers.toLocaleString('en')} of another merchant until it is sent`,
      ours: waited,
      unit: 'ms',
      most: 2_000,
    },
  ]
}

/** The worker is well into the strangers' backlog when the coupon becomes due; the halted ones are due as well by then. */
async function waitBehindStrangers(stage: Stage): Promise<number> {
  const { services } = stage
  const crowd = await stage.addMerchant('crowd', ordinaryPace)
  await manyOwed(services, crowd, await aStock(services, crowd), { count: strangers })
  const stock = await aStock(services, stage.merchant)
  const sent = (of: Merchant) =>
    services.db
      .selectFrom('coupons')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('merchant_id', '=', of.id)
      .where('state', '=', 'sent')
      .$if(of === stage.merchant, (query) => query.where('stock_ref', '=', stock.id))
      .executeTakeFirstOrThrow()
      .then((row) => Number(row.count))
  const loop = openDeliveryLoop(services)
  loop.start()
  while ((await sent(crowd)) < 500) await pause()
  await manyOwed(services, stage.merchant, stock, { count: 1 })
  const begun = performance.now()
  while ((await sent(stage.merchant)) < 1) await pause()
  const waited = performance.now() - begun
  if ((await sent(crowd)) === strangers) throw new Error('the strangers were done by then: nothing was measured')
  await loop.stop()
  return waited
}

function senderOf(merchant: Merchant) {
  return merchant.accounts.find((account) => account.role === 'sender')!
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 10))
