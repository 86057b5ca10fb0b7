import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { applyCampaign } from '../../src/campaigns/apply.ts'
import { claim } from '../../src/claims/claim.ts'
import { openGateRepair } from '../../src/gate/gate-repair.ts'
import { prove } from '../../src/doctor/proof/proof.ts'
import { beijingDay } from '../../src/plumbing/clock.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import { importStock } from '../../src/stocks/import.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { openPhone } from '../support/phone.ts'
import { aPayment } from '../support/spend.ts'
import { formOf, logIn } from '../support/site.ts'
import { startWebProcess, type WebProcess } from '../support/web-processes.ts'

const claimers = 64
const processesStartMs = 60_000

describe('64 taps at once over two web processes', () => {
  let shop: SandboxShop
  let processes: WebProcess[]

  beforeAll(async () => {
    shop = await openShop({ wechat: 'sandbox' })
    processes = await Promise.all([startWebProcess(shop.services.config), startWebProcess(shop.services.config)])
  }, processesStartMs)
  afterAll(async () => {
    await Promise.all(processes.map((one) => one.stop()))
    await shop[Symbol.asyncDispose]()
  })

  type Answer = { status: string; reason?: string; grant_id?: string }

  /** Every tap has its own page and form, as 64 phones have. Returns the tap of all at once. */
  async function openPages(campaign: Campaign, openids: string[]): Promise<() => Promise<Answer[]>> {
    const address = `/m/demo/c/${campaign.slug}`
    const phones = openids.map((openid, turn) => {
      const phone = openPhone((processes[turn % 2] as WebProcess).url)
      logIn(phone, shop.services, shop.merchant, openid)
      return phone
    })
    const forms = await Promise.all(phones.map(async (phone) => formOf((await phone.get(address)).text)))
    return async () => {
      const seen = await Promise.all(
        phones.map((phone, turn) => phone.post(`${address}/claims`, forms[turn] ?? {}, { accept: 'application/json' })),
      )
      return seen.map((one) => JSON.parse(one.text) as Answer)
    }
  }
  const tapAll = async (campaign: Campaign, openids: string[]) => (await openPages(campaign, openids))()
  const members = (name: string, count = claimers) =>
    Array.from({ length: count }, (_, turn) => shop.member(`${name}-${turn}`))
  const oneMember = (name: string) => Array.from({ length: claimers }, () => shop.member(name))

  const sent = (answers: Answer[]) => answers.filter((answer) => answer.status === 'sent').length
  /** Has the coupon, or will have it in a moment. */
  const isGiven = ({ status }: Answer) => status === 'sent' || status === 'pending'
  const given = (answers: Answer[]) => answers.filter(isGiven).length
  /** What everybody else is told. */
  const refusals = (answers: Answer[]) => [
    ...new Set(answers.flatMap((answer) => (isGiven(answer) ? [] : [answer.reason]))),
  ]

  test('of 64 members one gets the last coupon, and the others are told that it is gone', async () => {
    const campaign = await shop.campaign({ limits: { per_member: 1, total: 1 } })
    const answers = await tapAll(campaign, members('racer'))
    expect(sent(answers)).toBe(1)
    expect(refusals(answers)).toEqual(['sold_out'])
    expect(
      shop.sandbox.control.coupons().filter((coupon) => coupon.stockId === campaign.coupons[0]?.stock_id),
    ).toHaveLength(1)
  })

  test('64 taps of one member send one coupon, and every tap finds the same grant', async () => {
    const campaign = await shop.campaign({ limits: { per_member: 1 } })
    const answers = await tapAll(campaign, oneMember('impatient'))
    expect(sent(answers)).toBe(1)
    expect(refusals(answers)).toEqual(['already_claimed'])
    expect(new Set(answers.map((answer) => answer.grant_id)).size).toBe(1)
    expect(shop.sandbox.control.coupons(shop.member('impatient'))).toHaveLength(1)
  })

  /** The web processes go by this machine's clock: a race into which midnight in Beijing falls is run once more. */
  async function withinOneDay(race: () => Promise<Answer[]>): Promise<Answer[]> {
    const day = beijingDay(new Date())
    const answers = await race()
    return beijingDay(new Date()) === day ? answers : race()
  }

  test('a day with 20 places gives 20', async () => {
    const answers = await withinOneDay(async () =>
      tapAll(await shop.campaign({ limits: { per_member: 1, total: 100, per_day: 20 } }), members('early')),
    )
    expect(sent(answers)).toBe(20)
    expect(refusals(answers)).toEqual(['day_sold_out'])
  })

  test('a member and day with two places gives two', async () => {
    const answers = await withinOneDay(async () =>
      tapAll(await shop.campaign({ limits: { per_member: 9, per_member_per_day: 2 } }), oneMember('daily')),
    )
    expect(given(answers)).toBe(2)
    expect(refusals(answers)).toEqual(['member_day_limit'])
  })

  test("a stock's own number per member holds over two campaigns", async () => {
    const { services, merchant, sandbox } = shop
    const { stock_id } = sandbox.control.addStock({ stock_id: '9000003', max_coupons_per_user: 3 })
    await importStock(services, merchant, { stockId: stock_id })
    const coupons = [{ stock_id, count: 1 }]
    const [one, other] = [await shop.campaign({ limits: {}, coupons }), await shop.campaign({ limits: {}, coupons })]
    const openids = oneMember('collector')
    const taps = [await openPages(one, openids), await openPages(other, openids)]
    const answers = (await Promise.all(taps.map((tap) => tap()))).flat()
    expect(given(answers)).toBe(3)
    expect(refusals(answers)).toEqual(['member_limit'])
    const openid = shop.member('collector')
    const held = services.db.selectFrom('coupons').select('place').where('openid', '=', openid).orderBy('place')
    expect(await held.execute()).toEqual([{ place: 1 }, { place: 2 }, { place: 3 }])
  })

  test('a tier with 20 places gives 20 to 64 members who reached it', async () => {
    const { services, merchant } = shop
    const coupons = [{ stock_id: shop.world.merchants[0]!.campaigns.spend.stockId, count: 1 }]
    const tiers = [{ at_least: 5000, coupons, total: 20 }]
    const rule = { basis: 'total', mode: 'single', window_days: 30, tiers, tier_rule: 'highest' } as const
    const spend = { ...rule, exclude_orders_using_our_coupons: true, hold_minutes: 0 }
    const campaign = await shop.campaign({ kind: 'spend', coupons: [], spend, limits: {} })
    const openids = members('spender')
    for (const openid of openids) await recordPayment(services, merchant, aPayment(services, { openid, total: 6000 }))
    const answers = await tapAll(campaign, openids)
    expect(sent(answers)).toBe(20)
    expect(refusals(answers)).toEqual(['sold_out'])
  })

  /** Lets in whoever still may come; what a race has lost between gate and ledger comes back with two looks of the repair. */
  async function fillUp(campaign: Campaign): Promise<Answer[]> {
    const { services, merchant } = shop
    const repair = openGateRepair(services)
    const answers: Answer[] = []
    for (let look = 0; look <= 2; look += 1) {
      do {
        const openid = shop.member(`${campaign.slug}-late-${answers.length}`)
        answers.push(await claim(services, { merchant, campaign, openid, claimKey: openid }))
      } while (answers.at(-1)?.status !== 'refused')
      await repair.tick()
    }
    return answers
  }

  test.each([
    { change: 'added', before: {}, after: 20 },
    { change: 'lowered', before: { total: 60 }, after: 20 },
    { change: 'raised', before: { total: 20 }, after: 30 },
  ])(
    'a total that is $change while 64 members tap lets in as many as it allows, and nobody more',
    async ({ before, after }) => {
      const { services, merchant } = shop
      const { slug, coupons } = await shop.campaign({ limits: { per_member: 1, ...before } })
      const window = { starts_at: '2020-01-01T00:00:00Z', ends_at: '2099-01-01T00:00:00Z' }
      const file = { slug, kind: 'link', title: '领券有礼', coupons, state: 'published', ...window }
      await applyCampaign(services, merchant, { ...file, limits: { per_member: 1, ...before } })
      const campaign = async () => (await services.catalog.campaign(merchant.id, slug)) as Campaign
      const first = await tapAll(await campaign(), members(`${slug}-first`, 16))
      expect(given(first)).toBe(16)
      const tap = await openPages(await campaign(), members(slug))
      const [racing, said] = await Promise.all([
        tap(),
        applyCampaign(services, merchant, { ...file, limits: { per_member: 1, total: after } }),
      ])
      const answers = [...first, ...racing, ...(await fillUp(await campaign()))]
      expect(refusals(answers)).toEqual(['sold_out'])
      const counted = Number(/(\d+) given/.exec(said.join())?.[1])
      expect(counted).toBeGreaterThanOrEqual(16)
      expect(given(answers)).toBe(Math.max(counted, after))
      const { id } = await campaign()
      const places = services.db.selectFrom('slots').select('number').where('scope', '=', `campaign/${id}/total`)
      expect(await places.execute()).toHaveLength(given(answers))
    },
  )

  test('the ledger proves that every limit held', async () => {
    expect(await prove(shop.services)).toMatchObject({ ok: true, failures: [] })
  })
})
