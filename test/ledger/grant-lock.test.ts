import { randomUUID } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { beforeEach, describe, expect, test } from 'vitest'
import { award } from '../../src/grants/award.ts'
import { cancelUnsent } from '../../src/ledger/cancel.ts'
import type { OwedCoupon } from '../../src/ledger/coupon.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { retryGrants } from '../../src/grants/retry.ts'
import { aCampaign, aStock } from '../support/builders.ts'
import { statementsWait } from '../support/waiting.ts'
import { shopOfFile } from '../support/shop.ts'

const { services, merchant } = await shopOfFile({ redis: false })
let grantId: string
/** Its two coupons, of two stocks, both being sent. */
let one: OwedCoupon
let other: OwedCoupon

beforeEach(async () => {
  const stocks = [await aStock(services, merchant), await aStock(services, merchant)]
  const coupons = stocks.map(({ stock_id }) => ({ stock_id, count: 1 }))
  const campaign = await aCampaign(services, stocks[0]!, { limits: { per_member: 1, total: 1 }, coupons })
  const openid = randomUUID()
  const wanted = { merchant, campaign, openid, triggerKey: `link/${openid}/once`, coupons, at: services.clock.now() }
  const awarded = await award(services, { ...wanted, lease: true })
  if (awarded.kind !== 'granted') throw new Error(`the award was ${awarded.kind}`)
  grantId = awarded.grantId
  ;[one, other] = awarded.leased as [OwedCoupon, OwedCoupon]
})

const refuse = (coupon: OwedCoupon) =>
  services.ledger.settleRefused({ coupon, reason: 'user_abnormal', at: services.clock.now() })
const cancel = () =>
  services.db
    .transaction()
    .execute((trx) => cancelUnsent(trx, { merchantId: merchant.id, grantId }, 'refunded', services.clock.now()))
const held = async () => {
  const slots = services.db.selectFrom('slots').select('scope').where('grant_id', '=', grantId).orderBy('scope')
  return (await slots.execute()).map(({ scope }) =>
    scope
      .split('/')
      .filter((part) => /^[a-z]+$/.test(part))
      .join(' '),
  )
}
const isProven = async () => expect((await prove(services, merchant.slug)).failures).toEqual([])

/** `begun` comes as far as the rows that `locked` names; `meanwhile` does what it can before that goes on. */
async function interleave(
  locked: RawBuilder<unknown>,
  begun: () => Promise<unknown>,
  meanwhile: () => Promise<unknown>,
) {
  const holding = await services.db.startTransaction().execute()
  await sql`select from ${locked} for update`.execute(holding)
  const first = begun()
  await statementsWait(services.db)
  const second = meanwhile()
  await Promise.race([second, statementsWait(services.db, 2)])
  await holding.commit().execute()
  await Promise.all([first, second])
}
const placesOf = (coupon: OwedCoupon) => sql`slots where coupon_row = ${coupon.id}`

describe('of what happens to two coupons of a grant at once, the second sees what the first one did:', () => {
  test('two workers hear a refusal each: the grant’s places are free', async () => {
    await interleave(
      placesOf(one),
      () => refuse(one),
      () => refuse(other),
    )
    expect(await held()).toEqual([])
    await isProven()
  })

  test('a refund takes one back while the other is refused: the grant’s places are free', async () => {
    await services.ledger.release(one, services.clock.now())
    await interleave(placesOf(one), cancel, () => refuse(other))
    expect(await held()).toEqual([])
    await isProven()
  })

  test('an operator gives one up while the other is refused: the grant’s places are free', async () => {
    await services.ledger.release(one, services.clock.now())
    const deed = { reason: '批次已停止', at: services.clock.now() }
    await interleave(
      placesOf(one),
      () => services.ledger.giveUp({ merchantId: merchant.id, grantId }, deed),
      () => refuse(other),
    )
    expect(await held()).toEqual([])
    await isProven()
  })

  test('one is refused while a refund takes the other back: the grant’s places are free', async () => {
    await services.ledger.release(one, services.clock.now())
    await interleave(placesOf(other), () => refuse(other), cancel)
    expect(await held()).toEqual([])
    await isProven()
  })

  test('an operator reopens one while the other is refused: it has all its places', async () => {
    await refuse(one)
    await interleave(
      sql`coupons where id = ${one.id}`,
      () => retryGrants(services, [grantId]),
      () => refuse(other),
    )
    expect(await held()).toEqual(['campaign member', 'campaign total', 'stock member'])
    await isProven()
  })
})
