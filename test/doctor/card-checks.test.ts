import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openFromLanding } from '../../src/cards/landing.ts'
import { applyOpening } from '../../src/cards/apply-opening.ts'
import { examine } from '../../src/doctor/examine.ts'
import type { Finding } from '../../src/doctor/findings.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import { importStock } from '../../src/stocks/import.ts'
import { aCampaign } from '../support/builders.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

const minute = 60_000
const day = 86_400_000
let nowMs = Date.now()
let wired: SandboxShop

beforeAll(async () => {
  wired = await openShop({ wechat: 'sandbox', redis: false, clock: { now: () => new Date(nowMs) } })
})
beforeEach(async () => {
  const { db } = wired.services
  for (const table of ['inbox', 'card_openings', 'campaigns'] as const) await db.deleteFrom(table).execute()
})
afterAll(() => wired[Symbol.asyncDispose]())

async function aPublishedCampaign(startsMs: number): Promise<void> {
  const { stockId } = wired.world.merchants[0]!.campaigns.card_open
  const stock = await importStock(wired.services, wired.merchant, { stockId })
  await aCampaign(wired.services, stock, { kind: 'card_open', starts_at: new Date(startsMs) })
}
async function found(check: string, merchant = wired.merchant): Promise<Finding | undefined> {
  return (await examine(wired.services, merchant)).find((finding) => finding.check === check)
}
const land = (card: { openid: string; cardId: string; encryptCode: string }) =>
  openFromLanding(wired.services, wired.merchant, card.openid, {
    card_id: card.cardId,
    encrypt_code: card.encryptCode,
  })

test('without a card_open campaign nobody waits for pushes', async () => {
  expect(await found('card_pushes')).toBeUndefined()
})

test('a campaign of this hour may not have met a card yet; one of two days should have', async () => {
  await aPublishedCampaign(nowMs - 60 * minute)
  expect(await found('card_pushes')).toMatchObject({ ok: true, cure: expect.stringContaining('/notify/demo/oa') })
  await aPublishedCampaign(nowMs - 2 * day)
  expect(await found('card_pushes')).toMatchObject({ ok: false, message: expect.stringContaining('从未收到') })
})

test('no push ever came, and a member has waited ten minutes for one: wrong, and the member is listed', async () => {
  await aPublishedCampaign(nowMs - 60 * minute)
  expect(await land(wired.sandbox.control.takeCard('waiting'))).toMatchObject({ kind: 'waiting' })
  nowMs += 10 * minute
  expect(await found('card_pushes')).toMatchObject({ ok: false })
  expect(await found('card_openings')).toMatchObject({
    message: expect.stringMatching(/^1 张/),
    cure: expect.stringContaining('cards unproven demo'),
  })
})

test('a push has come, or the merchant tells of its cards itself: right', async () => {
  await aPublishedCampaign(nowMs - 2 * day)
  const at = new Date(nowMs)
  const facts = {
    source: 'event',
    cardId: 'pCard',
    cardCode: '1',
    openid: 'told',
    vouchedAt: at,
    activeAt: at,
  } as const
  await applyOpening(wired.services, wired.merchant, facts)
  expect(await found('card_pushes')).toMatchObject({ ok: true, message: expect.stringContaining('card.opened') })
  const card = wired.sandbox.control.takeCard('pushed')
  await wired.sandbox.control.push({ kind: 'card', event: 'user_get_card', cardCode: card.code })
  expect(await found('card_pushes')).toMatchObject({ ok: true, message: '能收到微信的会员卡推送' })
  await openInboxLoop(wired.services).drain()
  await wired.services.db.deleteFrom('inbox').execute()
  expect(await found('card_pushes')).toMatchObject({ ok: true, message: '能收到微信的会员卡推送' })
})

test('a merchant whose file has no keys for pushes is told so at once', async () => {
  await aPublishedCampaign(nowMs)
  const { officialAccount } = wired.merchant
  const merchant = { ...wired.merchant, officialAccount: { ...officialAccount, messageToken: undefined } }
  expect(await found('card_pushes', merchant)).toMatchObject({
    ok: false,
    message: expect.stringContaining('message_token'),
  })
})
