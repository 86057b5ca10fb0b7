import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyCampaign } from '../../src/campaigns/apply.ts'
import { Unusable } from '../../src/plumbing/unusable.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

let shop: SandboxShop
let stockId: string
beforeAll(async () => {
  shop = await openShop({ wechat: 'sandbox', redis: false })
  stockId = shop.world.merchants[0]!.campaigns.link.stockId
})
afterAll(() => shop[Symbol.asyncDispose]())

const apply = (file: unknown) => applyCampaign(shop.services, shop.merchant, file)
const stored = (slug: string) => shop.services.catalog.campaign(shop.merchant.id, slug)

let next = 0
function aFile(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    slug: `campaign-${(next += 1)}`,
    kind: 'link',
    title: '周末礼券',
    starts_at: new Date(Date.now() - 60_000).toISOString(),
    ends_at: new Date(Date.now() + 86_400_000).toISOString(),
    coupons: [{ stock_id: stockId, count: 1 }],
    state: 'published',
    ...overrides,
  }
}

const spend = (overrides: object = {}) => ({
  tiers: [{ at_least: 5000, coupons: [{ stock_id: stockId }] }],
  ...overrides,
})

async function faultsOf(overrides: Record<string, unknown>): Promise<string[]> {
  const file = aFile(overrides)
  const error = await apply(file).catch((reason: unknown) => reason)
  expect(await stored(String(file.slug))).toBeUndefined()
  if (!(error instanceof Unusable)) throw new Error('expected an Unusable', { cause: error })
  return error.faults
}

test('a link campaign gives each member one unless the file says otherwise', async () => {
  const file = aFile({ slug: 'weekend', starts_at: '2026-11-01T00:00:00+08:00', ends_at: '2036-11-01T00:00:00+08:00' })
  const lines = await apply(file)
  expect(lines[0]).toBe('campaign weekend: created')
  expect(lines.join()).toContain('can be used until')
  expect(await stored('weekend')).toMatchObject({
    kind: 'link',
    limits: { per_member: 1 },
    starts_at: new Date('2026-10-31T16:00:00Z'),
    revision: 1,
    spend: null,
    sender_mchids: [],
  })
  await apply(aFile({ slug: 'often', limits: { per_member: 3, per_member_per_day: 1, total: 1000, per_day: 200 } }))
  expect((await stored('often'))?.limits).toEqual({ per_member: 3, per_member_per_day: 1, total: 1000, per_day: 200 })
})

test('a spend campaign gets its rule with defaults, and no limit per member by itself', async () => {
  await apply(aFile({ slug: 'spend', kind: 'spend', coupons: [], spend: spend() }))
  expect(await stored('spend')).toMatchObject({
    limits: {},
    coupons: [],
    spend: {
      basis: 'payer_total',
      mode: 'single',
      window_days: 30,
      tiers: [{ at_least: 5000, coupons: [{ stock_id: stockId, count: 1 }] }],
      tier_rule: 'highest',
      exclude_orders_using_our_coupons: true,
      hold_minutes: 0,
    },
  })
  const lines = await apply(aFile({ kind: 'spend', spend: spend() }))
  expect(lines.join()).toContain('coupons is not used')
})

test('a change raises the revision and is told field by field; no change changes nothing', async () => {
  const file = aFile({ slug: 'changing' })
  await apply(file)
  expect(await apply(file)).toEqual(['campaign changing: nothing changed'])
  const lines = await apply({ ...file, state: 'paused', limits: { total: 5 } })
  expect(lines).toEqual([
    'campaign changing: limits {"per_member":1} → {"per_member":1,"total":5}',
    'campaign changing: state published → paused',
    'campaign changing: 0 given, 5 left under limits.total 5',
    'campaign changing: revision 2',
  ])
  expect(await stored('changing')).toMatchObject({ revision: 2, state: 'paused' })
  await expect(apply({ ...file, kind: 'card_open' })).rejects.toThrow('kind: is link and cannot change')
})

test('the campaign may name its sender and its cards', async () => {
  const [sender] = shop.merchant.accounts
  await apply(aFile({ slug: 'cards', kind: 'card_open', card_ids: ['pCard_1'], sender_mchids: [sender!.mchid] }))
  expect(await stored('cards')).toMatchObject({
    card_ids: ['pCard_1'],
    sender_mchids: [sender!.mchid],
    limits: { per_member: 1 },
  })
  expect(await faultsOf({ sender_mchids: ['1267388801'] })).toEqual([
    'sender_mchids[0]: 1267388801 is not a sender account of merchant demo',
  ])
})

test('a card campaign is for new cards, and not for those of friends, unless the file says otherwise', async () => {
  const file = aFile({ slug: 'new-cards', kind: 'card_open' })
  await apply(file)
  expect(await stored('new-cards')).toMatchObject({ cards: 'new', gifted: false })
  expect(await apply({ ...file, cards: 'any', gifted: true })).toEqual([
    'campaign new-cards: cards new → any',
    'campaign new-cards: gifted false → true',
    'campaign new-cards: revision 2',
  ])
  expect(await apply({ ...file, cards: 'any', gifted: true })).toEqual(['campaign new-cards: nothing changed'])
})

test('only imported stocks are given, and no more of one than WeChat gives a member', async () => {
  expect(await faultsOf({ coupons: [{ stock_id: '404', count: 1 }] })).toEqual([
    'coupons[0].stock_id: stock 404 has not been imported: run stock import first',
  ])
  const { max_coupons_per_user: most } = (await shop.services.catalog.stock(shop.merchant.id, stockId))!
  const tooMany = { at_least: 1, coupons: [{ stock_id: stockId, count: most + 1 }] }
  expect(await faultsOf({ kind: 'spend', coupons: [], spend: spend({ tiers: [tooMany] }) })).toEqual([
    `spend.tiers[0].coupons[0].count: WeChat gives a member at most ${most} coupons of stock ${stockId}`,
  ])
})

test.each<[string, Record<string, unknown>, string]>([
  ['an end before its begin', { ends_at: '2020-01-01T00:00:00+08:00' }, 'ends_at: must be after starts_at'],
  ['a time without its offset', { starts_at: '2026-11-01T00:00:00' }, 'starts_at: must be a time with its offset'],
  ['no coupon', { coupons: [] }, 'coupons: needs at least one coupon'],
  ['one stock twice', { coupons: [{ stock_id: '1' }, { stock_id: '1' }] }, 'coupons: a stock is listed twice'],
  ['no rule for spending', { kind: 'spend', coupons: [] }, 'spend: is missing'],
  [
    'a rule for spending where nobody spends',
    { spend: { tiers: [{ at_least: 1, coupons: [{ stock_id: '1' }] }] } },
    'spend: only belongs in a campaign of kind spend',
  ],
  ['cards where no card is opened', { card_ids: ['p1'] }, 'card_ids: only belong'],
  ['new cards where no card is opened', { cards: 'new' }, 'cards: only belongs in a campaign of kind card_open'],
  ['gifted cards where no card is opened', { gifted: false }, 'gifted: only belongs in a campaign of kind card_open'],
  ['a kind of cards that there is not', { kind: 'card_open', cards: 'old' }, 'cards: must be new or any'],
  [
    'tiers that do not ascend',
    {
      kind: 'spend',
      coupons: [],
      spend: spend({
        tiers: [
          { at_least: 2, coupons: [{ stock_id: '1' }] },
          { at_least: 2, coupons: [{ stock_id: '1' }] },
        ],
      }),
    },
    'spend.tiers: must ascend',
  ],
  ['a limit of nothing', { limits: { total: 0 } }, 'limits.total: must be at least 1'],
  ['a field that does not exist', { limits: { per_week: 1 } }, 'limits: Unrecognized key'],
  ['an unknown kind', { kind: 'birthday' }, 'kind: must be card_open, spend or link'],
])('%s is refused', async (_, overrides, fault) => {
  expect((await faultsOf(overrides)).join('; ')).toContain(fault)
})

test('characters of control are refused in what members read; rules may have lines', async () => {
  const rule = 'must have no line breaks or other control characters'
  expect(await faultsOf({ title: '周末\u0001礼券' })).toEqual([`title: ${rule}`])
  expect(await faultsOf({ title: '周末\n礼券', channel: 'st\u007fore' })).toEqual([
    `title: ${rule}`,
    `channel: ${rule}`,
  ])
  const ofLines = 'must have no control characters but line breaks and tabs'
  expect(await faultsOf({ rules: '每人一次\u0001' })).toEqual([`rules: ${ofLines}`])
  await apply(aFile({ slug: 'with-lines', rules: '一、每人一次\n二、\t先到先得\r\n' }))
  expect((await stored('with-lines'))?.rules).toBe('一、每人一次\n二、\t先到先得')
})

test('what would surprise somebody at the till is told', async () => {
  const { db } = shop.services
  await db
    .updateTable('stocks')
    .set({ goods_tags: ['MUTEX_ONLINE'], status: 'paused' })
    .where('stock_id', '=', stockId)
    .execute()
  const text = (await apply(aFile({ channel: 'store', stackable: true, starts_at: '2020-01-01T00:00:00Z' }))).join('\n')
  for (const part of [
    'is paused, not running',
    'cannot be used where the campaign says (store)',
    'cannot be combined',
    'can be used from',
  ]) {
    expect(text).toContain(part)
  }
})
