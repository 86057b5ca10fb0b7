import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { WorldCardProduct } from '../../sandbox/world.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import type { Db } from '../../src/plumbing/storage/database.ts'
import { listenIn, type Overheard } from '../security/listen-in.ts'
import { movableClock } from '../support/clock.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

const hour = 3_600_000

/** Everything that lies in the database, as text. */
async function everyRow(db: Db): Promise<string> {
  const tables = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public'`.execute(db)
  const texts = tables.rows.map(async ({ name }) => {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} as t`.execute(db)
    return rows.map(({ row }) => row).join('\n')
  })
  return (await Promise.all(texts)).join('\n')
}

describe.each(['certificate', 'public_key'] as const)('商家名片会员 through a provider, keys as %s', (keyMode) => {
  const clock = movableClock()
  let shop: SandboxShop
  let product: WorldCardProduct
  let campaign: Campaign
  let overheard: Overheard
  let serial = 0

  beforeAll(async () => {
    overheard = listenIn()
    shop = await openShop({ wechat: 'sandbox', redis: false, clock, log: overheard.log, world: { keyMode } })
    product = shop.world.merchants[0]!.cardProducts!.find(({ kind }) => kind === 'brand_partner')!
  })
  beforeEach(async () => {
    const { db } = shop.services
    await db.deleteFrom('inbox').execute()
    await db.updateTable('campaigns').set({ state: 'draft' }).execute()
    campaign = await shop.campaign({ kind: 'card_open', card_ids: [product.cardId] })
    await connect({ confirm: 'us', code_mode: 'system' })
    shop.sandbox.control.clearFaults()
    shop.sandbox.control.state.cardRate.allows = () => true
  })
  afterAll(async () => {
    await shop[Symbol.asyncDispose]()
    overheard[Symbol.dispose]()
  })

  async function connect(values: { confirm?: 'us' | 'crm'; code_mode?: 'system' | 'merchant' }): Promise<void> {
    if (values.code_mode) product.codeMode = values.code_mode
    const { db, catalog } = shop.services
    clock.advance(1)
    await db
      .updateTable('card_products')
      .set({ ...values, updated_at: clock.now() })
      .where('card_id', '=', product.cardId)
      .execute()
    catalog.forget()
  }
  /** A member who takes the card in WeChat. */
  const take = (options: Parameters<typeof shop.sandbox.control.takeProductCard>[2] = {}) => {
    serial += 1
    return shop.sandbox.control.takeProductCard(product.cardId, `joiner-${serial}`, options)
  }
  const tell = (openid: string, event: 'CREATE' | 'DELETE' = 'CREATE', more: object = {}) =>
    shop.sandbox.control.push({ kind: 'brand_card', cardId: product.cardId, openid, event, ...more })
  const apply = () => openInboxLoop(shop.services).drain()
  const grantsOf = (openid: string) =>
    shop.services.db
      .selectFrom('grants')
      .select('campaign_id')
      .where('openid', '=', openid)
      .execute()
      .then((rows) => rows.map(({ campaign_id }) => campaign_id))
  const joinOf = (openid: string) =>
    shop.services.db.selectFrom('card_joins').selectAll().where('openid', '=', openid).executeTakeFirstOrThrow()
  const confirms = () => shop.sandbox.control.countCalls('card_confirm')

  test('who takes the card is confirmed, is a member, and gets the coupon once, however often WeChat tells', async () => {
    const card = take()
    expect(await tell(card.openid)).toMatchObject({ accepted: true })
    await tell(card.openid)
    await apply()
    await tell(card.openid)
    await apply()
    expect(card.state).toBe('EFFECTIVE')
    expect(await grantsOf(card.openid)).toEqual([campaign.id])
    expect(await joinOf(card.openid)).toMatchObject({ state: 'in_force', card_code: card.code })
  })

  test('nothing that WeChat sealed of the member is in the database or the log', async () => {
    const card = take()
    await tell(card.openid)
    await apply()
    expect(await grantsOf(card.openid)).toEqual([campaign.id])
    const dump = await everyRow(shop.services.db)
    expect(dump).toContain(card.openid)
    for (const text of [dump, overheard.unmasked.join('\n')]) {
      expect(text).not.toContain(card.phone)
      expect(text).not.toMatch(/phone_number|user_information|USER_FORM_FLAG/)
    }
    const inbox = JSON.stringify(await shop.services.db.selectFrom('inbox').selectAll().execute())
    expect(inbox).not.toMatch(/[A-Za-z0-9+/]{100}/)
  })

  test('a forged notice changes nothing', async () => {
    const card = take()
    expect(await tell(card.openid, 'CREATE', { spoil: 'signature' })).toMatchObject({ attempts: [{ status: 401 }] })
    await apply()
    expect(card.state).toBe('UNACTIVATED')
    expect(await grantsOf(card.openid)).toEqual([])
  })

  test('a confirmation whose answer was lost is made again until the card is in force', async () => {
    shop.sandbox.control.setFault({ fault: 'reset_after_commit', endpoint: 'card_confirm', times: 2 })
    const card = take()
    await tell(card.openid)
    await apply()
    clock.advance(hour)
    await apply()
    expect(await grantsOf(card.openid)).toEqual([campaign.id])
  })

  test('a confirmation that WeChat refuses though the card is in force counts as made', async () => {
    const card = take()
    shop.sandbox.control.setFault({ fault: 'system_error_after_commit', endpoint: 'card_confirm', times: 1 })
    await tell(card.openid)
    await apply()
    shop.sandbox.control.setFault({ fault: 'param_error', endpoint: 'card_confirm', times: 1 })
    clock.advance(hour)
    await apply()
    expect(await grantsOf(card.openid)).toEqual([campaign.id])
  })

  test('a WeChat that does not answer is told for a day, and then an operator sees it', async () => {
    shop.sandbox.control.setFault({ fault: 'system_error', endpoint: 'card_confirm' })
    const card = take()
    await tell(card.openid)
    await apply()
    clock.advance(23 * hour)
    await apply()
    expect(await joinOf(card.openid)).toMatchObject({ state: 'open' })
    clock.advance(2 * hour)
    await apply()
    expect(await joinOf(card.openid)).toMatchObject({ state: 'given_up', note: 'WeChat has not answered yet' })
    expect(card.state).toBe('UNACTIVATED')
    expect(await grantsOf(card.openid)).toEqual([])
  })

  test('a number without the permission stops at once, with WeChat’s words', async () => {
    shop.sandbox.control.setFault({ fault: 'no_auth', endpoint: 'card_confirm' })
    shop.sandbox.control.setFault({ fault: 'no_auth', endpoint: 'card_detail' })
    const card = take()
    await tell(card.openid)
    await apply()
    const { state, note } = await joinOf(card.openid)
    expect([state, note]).toEqual(['refused', expect.stringContaining('403 NO_AUTH')])
  })

  test('where the merchant gives the codes, ours is given, the same at every try', async () => {
    await connect({ code_mode: 'merchant' })
    shop.sandbox.control.setFault({ fault: 'reset_after_commit', endpoint: 'card_confirm', times: 2 })
    const card = take()
    expect(card.code).toBeUndefined()
    await tell(card.openid)
    await apply()
    const given = card.code
    clock.advance(hour)
    await apply()
    expect(given).toMatch(/^\d{20}$/)
    expect(card.code).toBe(given)
    expect(await grantsOf(card.openid)).toEqual([campaign.id])
  })

  test('where the merchant’s own system confirms, we never do, and wait until the card is in force', async () => {
    await connect({ confirm: 'crm', code_mode: 'merchant' })
    const before = confirms()
    const card = take()
    await tell(card.openid)
    await apply()
    expect(await grantsOf(card.openid)).toEqual([])
    Object.assign(card, { state: 'EFFECTIVE', code: 'CRM0001' })
    clock.advance(hour)
    await apply()
    expect(confirms()).toBe(before)
    expect(await grantsOf(card.openid)).toEqual([campaign.id])
  })

  test('who joined by an order or an import, without a confirmation, is a member of before', async () => {
    const card = take({ state: 'EFFECTIVE' })
    await tell(card.openid)
    await apply()
    expect(await joinOf(card.openid)).toMatchObject({ state: 'existing' })
    expect(await grantsOf(card.openid)).toEqual([])
  })

  test('who deletes the card and joins again is not paid again, nor in a later campaign', async () => {
    const card = take()
    await tell(card.openid)
    await apply()
    card.state = 'DELETE'
    await tell(card.openid, 'DELETE')
    await apply()
    const later = await shop.campaign({ kind: 'card_open', card_ids: [product.cardId] })
    clock.advance(hour)
    const again = shop.sandbox.control.takeProductCard(product.cardId, card.openid)
    await tell(again.openid)
    await apply()
    expect(again.state).toBe('EFFECTIVE')
    expect(await grantsOf(card.openid)).toEqual([campaign.id])
    expect(await grantsOf(card.openid)).not.toContain(later.id)
    const openings = await shop.services.db
      .selectFrom('card_openings')
      .select(['card_code', 'deleted_at'])
      .where('openid', '=', card.openid)
      .orderBy('id')
      .execute()
    expect(openings).toMatchObject([{ deleted_at: expect.any(Date) }, { deleted_at: null }])
  })

  test('a deletion that is told before the joining brings nothing', async () => {
    const card = take()
    card.state = 'DELETE'
    await tell(card.openid, 'DELETE')
    await apply()
    await tell(card.openid, 'CREATE', { fields: { user_card_state: 'NOT_EFFECTIVE' } })
    await apply()
    expect(await grantsOf(card.openid)).toEqual([])
  })

  test('a card that was taken after the campaign’s end brings nothing', async () => {
    const card = take({ pickedUpAt: new Date(campaign.ends_at.getTime() + hour).toISOString() })
    await tell(card.openid)
    await apply()
    expect(card.state).toBe('EFFECTIVE')
    expect(await grantsOf(card.openid)).toEqual([])
  })

  test('a card of another AppID brings nothing, since its openid can be sent no coupon', async () => {
    const { appid } = product
    product.appid = 'wx00000000000000ff'
    await connect({})
    const card = take()
    await tell(card.openid)
    await apply()
    product.appid = appid
    expect(await joinOf(card.openid)).toMatchObject({ state: 'refused', note: expect.stringContaining('另一个 AppID') })
    expect(await grantsOf(card.openid)).toEqual([])
  })

  test('points, and cards that are not connected, are taken and left aside', async () => {
    const card = take()
    const fields = { card_id: 'pUnknown' }
    expect(await tell(card.openid, 'CREATE', { fields })).toMatchObject({ accepted: true })
    await apply()
    const [{ last_error } = { last_error: '' }] = await shop.services.db.selectFrom('inbox').selectAll().execute()
    expect(last_error).toBe('a card pUnknown that is not connected here')
  })

  test('over the limit of five per second, calls wait and are made again', async () => {
    let calls = 0
    shop.sandbox.control.state.cardRate.allows = () => (calls += 1) > 3
    const card = take()
    await tell(card.openid)
    for (let turn = 0; turn < 4; turn += 1) {
      await apply()
      clock.advance(hour)
    }
    expect(await grantsOf(card.openid)).toEqual([campaign.id])
  })
})
