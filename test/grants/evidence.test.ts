import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { evidenceOf } from '../../src/grants/evidence.ts'
import { exportGrants } from '../../src/grants/export.ts'
import { exportHeads } from '../../src/grants/export-row.ts'
import { beijingDay } from '../../src/plumbing/clock.ts'
import { shownDay } from '../../src/plumbing/calendar-day.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { movableClock } from '../support/clock.ts'
import { applyInbox, payWithCoupon } from '../support/coupons.ts'
import { visit } from '../support/members.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

const minuteMs = 60_000

describe.each(['certificate', 'public_key'] as const)('a grant and its papers, keys as %s', (keyMode) => {
  const clock = movableClock()
  let shop: SandboxShop
  let campaign: Campaign

  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox', redis: false, clock, world: { keyMode } })
    campaign = await shop.campaign()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  async function rowsOfToday(): Promise<Record<string, string>[]> {
    const { id: merchantId, slug } = shop.merchant
    const day = shownDay(beijingDay(clock.now()))
    let csv = ''
    for await (const piece of exportGrants(shop.services, { merchantId, slug, from: day, to: day, openids: true }))
      csv += piece
    const rows = csv.slice(1).trimEnd().split('\r\n').slice(1)
    return rows.map((row) => Object.fromEntries(row.split(',').map((cell, nth) => [exportHeads[nth]!, cell])))
  }

  test.each([
    'bad_signature',
    'unsigned',
    'tampered_body',
    'half_a_file',
    'reset_after_commit',
    'html_502_after_commit',
  ] as const)(
    'an answer that cannot be believed (%s) is in the evidence beside the one that was, and the export has one coupon, used once',
    async (fault) => {
      const openid = shop.member(`witness-${fault}`)
      const forged = shop.sandbox.control.setFault({ fault, endpoint: 'send' })
      await (await visit(shop.site, shop.merchant, campaign, openid)).tap()
      shop.sandbox.control.clearFaults(forged.id)
      for (let turn = 0; turn < 3; turn += 1) {
        clock.advance(minuteMs)
        await openDeliveryLoop(shop.services).drain()
      }
      const { db } = shop.services
      const grant = await db.selectFrom('grants').select('id').where('openid', '=', openid).executeTakeFirstOrThrow()
      const files = (await evidenceOf(shop.services, grant.id))!
      const answers = JSON.parse(files['coupon-1/answers.json']!) as { outcome: string; at: object }[]
      expect(answers.length).toBeGreaterThan(1)
      expect(answers.map(({ outcome }) => outcome === 'sent')).toEqual([...answers.slice(1).map(() => false), true])
      for (const { at } of answers) expect(at).toEqual({ utc: expect.any(String), beijing: expect.any(String) })
      expect(shop.sandbox.control.coupons(openid)).toHaveLength(1)
      const [coupon] = shop.sandbox.control.coupons(openid)
      expect(files['给微信支付客服.txt']).toContain(coupon!.couponId)

      // Used, told by every way, more than once, the latest news first.
      const { transactionId } = payWithCoupon(shop, openid)
      for (const kind of ['coupon_use', 'payment', 'coupon_use'] as const) {
        const about = kind === 'payment' ? { kind, transactionId } : { kind, couponId: coupon!.couponId }
        expect((await shop.sandbox.control.push({ ...about, spoil: 'signature' })).accepted).toBe(false)
        expect((await shop.sandbox.control.push(about)).accepted).toBe(true)
      }
      await applyInbox(shop)
      const uses = JSON.parse((await evidenceOf(shop.services, grant.id))!['uses.json']!) as { uses: object[] }[]
      expect(uses).toMatchObject([{ uses: [{ transaction_id: transactionId }] }])
      const rows = (await rowsOfToday()).filter((row) => Object.values(row).some((cell) => cell.includes(openid)))
      expect(rows).toHaveLength(1)
      expect(Object.values(rows[0]!).join()).toContain(transactionId)
    },
  )
})
