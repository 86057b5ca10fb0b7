import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Claim } from '../../src/claims/asked-claim.ts'
import { claim } from '../../src/claims/claim.ts'
import type { ClaimAnswer } from '../../src/claims/claim-answer.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import type { FaultSpec } from '../../sandbox/faults.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

type FaultName = FaultSpec['fault']

/** What WeChat answers one after another to a member's send, before it answers well. */
const troubles: Record<string, FaultName[]> = {
  'WeChat sends and never answers': ['timeout_after_commit'],
  'WeChat never answers and has not sent': ['timeout_before'],
  'WeChat sends and the connection breaks': ['reset_after_commit'],
  'the connection breaks before WeChat sends': ['reset_before'],
  'WeChat answers a 500 page': ['html_500'],
  'WeChat answers a 502 page': ['html_502'],
  'WeChat sends and a 502 page comes': ['html_502_after_commit'],
  'WeChat sends and a 200 page comes': ['html_200'],
  'WeChat sends and answers nothing': ['empty_body'],
  'WeChat sends and answers SYSTEM_ERROR': ['system_error_after_commit'],
  'the signature of the answer is wrong': ['bad_signature'],
  'the answer is a signature probe': ['signtest'],
  'the answer is not signed': ['unsigned'],
  'the answer was tampered with': ['tampered_body'],
  'the answer names a certificate that nobody knows': ['unknown_serial'],
  'the answer was signed 10 minutes ago': ['clock_skew'],
  'WeChat answers 429 in each of its spellings': [
    'rate_limit_exceeded',
    'frequency_limited',
    'frequency_limit_exceed',
    'rate_limited',
  ],
  'everything happens to one coupon': [
    'timeout_after_commit',
    'rate_limited',
    'bad_signature',
    'html_502',
    'reset_after_commit',
    'unknown_serial',
    'system_error_after_commit',
    'unsigned',
  ],
}
const names = Object.keys(troubles)
/** More looks than the longest series of faults, each later than any pause between two tries. */
const looks = 12
const lookAgainMs = 3_600_000

describe('a member claims two coupons while WeChat is in trouble', () => {
  let shop: SandboxShop
  let clockMs = Date.now()
  const answers = new Map<string, ClaimAnswer>()

  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox', clock: { now: () => new Date(clockMs) } })
    const { services, merchant, world, sandbox } = shop
    const stockId = world.merchants[0]?.campaigns.link.stockId ?? ''
    const campaign = await shop.campaign({ coupons: [{ stock_id: stockId, count: 2 }], limits: { per_member: 1 } })
    await Promise.all(
      names.map(async (name) => {
        const openid = shop.member(memberOf(name))
        for (const fault of troubles[name] ?? [])
          sandbox.control.setFault({ fault, endpoint: 'send', openid, times: 1 })
        const wanted: Claim = { merchant, campaign, openid, claimKey: 'tap' }
        answers.set(name, await claim(services, wanted))
        // Impatient members tap again: that must not send anything twice.
        await claim(services, { ...wanted, claimKey: 'tap again' })
      }),
    )
    const loop = openDeliveryLoop(services)
    for (let look = 0; look < looks; look += 1) {
      clockMs += lookAgainMs
      await loop.drain()
    }
    await loop.stop()
  }, 120_000)
  afterAll(() => shop[Symbol.asyncDispose]())

  test.each(names)('%s: the member ends with both coupons, each under one number', async (name) => {
    const { services, sandbox } = shop
    const openid = shop.member(memberOf(name))
    const rows = await services.db.selectFrom('coupons').selectAll().where('openid', '=', openid).execute()
    expect(rows.map((row) => row.state)).toEqual(['sent', 'sent'])
    expect(sandbox.control.faults().filter((fault) => fault.openid === openid)).toEqual([])

    const numbers = sandbox.control.numbers().filter((number) => number.openid === openid)
    const pairs = (list: { outRequestNo: string; couponId?: string | null }[]) =>
      list.map((one) => `${one.outRequestNo} ${one.couponId}`).toSorted()
    expect(pairs(numbers)).toEqual(
      pairs(rows.map((row) => ({ outRequestNo: row.out_request_no, couponId: row.coupon_id }))),
    )
    expect(numbers.map((number) => number.conflicts)).toEqual([0, 0])
    expect(sandbox.control.coupons(openid)).toHaveLength(2)
  })

  test('while it was not settled every member was told to wait, never that it failed', () => {
    for (const answer of answers.values()) expect(['pending', 'sent']).toContain(answer.status)
  })

  test('the ledger proves that every limit held', async () => {
    expect(await prove(shop.services)).toMatchObject({ ok: true, failures: [] })
  })
})

function memberOf(name: string): string {
  return `trouble-${names.indexOf(name)}`
}
