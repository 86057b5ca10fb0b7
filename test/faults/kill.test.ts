import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { claim } from '../../src/claims/claim.ts'
import { openGateRepair } from '../../src/gate/gate-repair.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { type DeathPoint, deathPoints } from '../support/death-points.ts'
import { startWebProcess } from '../support/web-processes.ts'
import { openPhone } from '../support/phone.ts'
import { formOf, logIn } from '../support/site.ts'

/** A dead process's lease runs out after 10 s; then its coupons go out again. */
const recovery = { timeout: 25_000, interval: 200 }

/** Each start of a process takes seconds on a busy machine. */
const sevenProcessesMs = 180_000

describe('a web process is killed in the middle of a claim', () => {
  let shop: SandboxShop
  let loop: ReturnType<typeof openDeliveryLoop>
  let repair: ReturnType<typeof openGateRepair>
  const campaigns = new Map<DeathPoint, Campaign>()

  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox' })
    for (const point of deathPoints) campaigns.set(point, await shop.campaign({ limits: { per_member: 1, total: 1 } }))
    for (const point of deathPoints) await claimAndDie(shop, point, campaigns.get(point) as Campaign)
    loop = openDeliveryLoop(shop.services)
    repair = openGateRepair(shop.services)
    loop.start()
    repair.start()
  }, sevenProcessesMs)
  afterAll(async () => {
    await loop.stop()
    await repair.stop()
    await shop[Symbol.asyncDispose]()
  })

  const owedBefore = new Set<DeathPoint>(['before the gate', 'between gate and ledger'])

  test.each(deathPoints)(
    '%s: the member ends with exactly one coupon, under one number',
    { timeout: 60_000 },
    async (point) => {
      const { services, merchant, sandbox } = shop
      const campaign = campaigns.get(point) as Campaign
      const openid = shop.member(memberOf(point))
      if (owedBefore.has(point)) {
        // Nothing was promised yet: the member taps again, and the place is not lost.
        const tap = () => claim(services, { merchant, campaign, openid, claimKey: 'again' })
        await vi.waitFor(async () => expect(await tap()).toMatchObject({ status: 'sent' }), recovery)
      }
      const coupons = () => services.db.selectFrom('coupons').selectAll().where('openid', '=', openid).execute()
      await vi.waitFor(async () => expect((await coupons()).map((coupon) => coupon.state)).toEqual(['sent']), recovery)

      const [coupon] = await coupons()
      expect(sandbox.control.coupons(openid)).toMatchObject([{ couponId: coupon?.coupon_id }])
      const numbers = sandbox.control.numbers().filter((number) => number.openid === openid)
      expect(numbers.map((number) => number.outRequestNo)).toEqual([coupon?.out_request_no])
      const late = await claim(services, { merchant, campaign, openid: shop.member('late-comer'), claimKey: 'late' })
      expect(late).toMatchObject({ status: 'refused', reason: 'sold_out' })
    },
  )

  test('the ledger proves that every limit held', async () => {
    expect(await prove(shop.services)).toMatchObject({ ok: true, failures: [] })
  })
})

function memberOf(point: DeathPoint): string {
  return `member-${deathPoints.indexOf(point)}`
}

async function claimAndDie(shop: SandboxShop, at: DeathPoint, campaign: Campaign): Promise<void> {
  const { services, merchant, sandbox } = shop
  const openid = shop.member(memberOf(at))
  if (at === 'while WeChat is sending')
    sandbox.control.setFault({ fault: 'slow', endpoint: 'send', openid, times: 1, ms: 2_500 })
  const { process: child, url, died } = await startWebProcess(services.config, at)
  const phone = openPhone(url)
  logIn(phone, services, merchant, openid)
  const page = await phone.get(`/m/demo/c/${campaign.slug}`)
  const cut = expect(phone.post(`/m/demo/c/${campaign.slug}/claims`, formOf(page.text))).rejects.toThrow()
  if (at === 'while WeChat is sending') {
    // A fault that has hit its one call is gone.
    const heard = () => expect(sandbox.control.faults()).toEqual([])
    await vi.waitFor(heard, recovery)
    child.kill('SIGKILL')
  }
  await cut
  expect(await died).toBe('SIGKILL')
}
