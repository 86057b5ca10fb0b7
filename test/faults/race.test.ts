import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Campaign } from '../../src/campaigns/campaign.ts'
import { prove } from '../../src/claims/proof.ts'
import { type DemoShop, openDemoShop } from '../support/demo-shop.ts'
import { openPhone } from '../support/phone.ts'
import { formOf, sessionCookie } from '../support/site.ts'
import { startWebProcess, type WebProcess } from '../support/web-processes.ts'

const claimers = 64
const processesStartMs = 60_000

describe('64 taps at once over two web processes', () => {
  let shop: DemoShop
  let processes: WebProcess[]

  beforeAll(async () => {
    shop = await openDemoShop()
    processes = await Promise.all([startWebProcess(shop.services.config), startWebProcess(shop.services.config)])
  }, processesStartMs)
  afterAll(async () => {
    await Promise.all(processes.map((one) => one.stop()))
    await shop[Symbol.asyncDispose]()
  })

  type Answer = { status: string; reason?: string; grant_id?: string }

  /** Every tap has its own page and form, as 64 phones have. */
  async function tapAll(campaign: Campaign, openidOf: (turn: number) => string): Promise<Answer[]> {
    const address = `/m/demo/c/${campaign.slug}`
    const phones = Array.from({ length: claimers }, (_, turn) => {
      const phone = openPhone((processes[turn % 2] as WebProcess).url)
      phone.cookies.set(...sessionCookie(shop.services, shop.merchant, openidOf(turn)))
      return phone
    })
    const forms = await Promise.all(phones.map(async (phone) => formOf((await phone.get(address)).text)))
    const seen = await Promise.all(
      phones.map((phone, turn) => phone.post(`${address}/claims`, forms[turn] ?? {}, { accept: 'application/json' })),
    )
    return seen.map((one) => JSON.parse(one.text) as Answer)
  }

  const sent = (answers: Answer[]) => answers.filter((answer) => answer.status === 'sent').length
  const refusals = (answers: Answer[]) => [
    ...new Set(answers.flatMap((answer) => (answer.status === 'refused' ? [answer.reason] : []))),
  ]

  test('of 64 members one gets the last coupon, and the others are told that it is gone', async () => {
    const campaign = await shop.campaign({ limits: { per_member: 1, total: 1 } })
    const answers = await tapAll(campaign, (turn) => shop.member(`racer-${turn}`))
    expect(sent(answers)).toBe(1)
    expect(refusals(answers)).toEqual(['sold_out'])
    expect(
      shop.sandbox.control.coupons().filter((coupon) => coupon.stockId === campaign.coupons[0]?.stock_id),
    ).toHaveLength(1)
  })

  test('64 taps of one member send one coupon, and every tap finds the same grant', async () => {
    const campaign = await shop.campaign({ limits: { per_member: 1 } })
    const openid = shop.member('impatient')
    const answers = await tapAll(campaign, () => openid)
    expect(sent(answers)).toBe(1)
    expect(refusals(answers)).toEqual(['already_claimed'])
    expect(new Set(answers.map((answer) => answer.grant_id)).size).toBe(1)
    expect(shop.sandbox.control.coupons(openid)).toHaveLength(1)
  })

  test('a day with 20 places gives 20', async () => {
    const campaign = await shop.campaign({ limits: { per_member: 1, total: 100, per_day: 20 } })
    const answers = await tapAll(campaign, (turn) => shop.member(`early-${turn}`))
    expect(sent(answers)).toBe(20)
    expect(refusals(answers)).toEqual(['day_sold_out'])
  })

  test('the ledger proves that every limit held', async () => {
    expect(await prove(shop.services)).toMatchObject({ ok: true, failures: [] })
  })
})
