import { beforeEach, describe, expect, test } from 'vitest'
import { changeCampaignState } from '../../src/campaigns/by-staff/change-state.ts'
import { CampaignConflict } from '../../src/campaigns/by-staff/conflict.ts'
import { copyCampaignFor } from '../../src/campaigns/by-staff/copy.ts'
import { campaignChange, type CampaignChange, changeOrAsk } from '../../src/campaigns/by-staff/money.ts'
import { saveCampaignFor } from '../../src/campaigns/by-staff/save.ts'
import { tryOut } from '../../src/campaigns/by-staff/try-out.ts'
import { applyCampaign } from '../../src/campaigns/apply.ts'
import { readCampaignFile } from '../../src/campaigns/campaign-file.ts'
import { fileOf } from '../../src/campaigns/file-of.ts'
import { approveChange } from '../../src/doctor/campaign-check/guarded.ts'
import { approve } from '../../src/operators/proposals/decide.ts'
import { verifyAudit } from '../../src/operators/audit/chain.ts'
import { ofMerchant } from '../../src/operators/rights/scope.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { aMerchant, aStock } from '../support/builders.ts'
import { stillClock } from '../support/clock.ts'
import { aGrant } from '../support/grants.ts'
import { aStaff, type Staff } from '../support/operators.ts'
import { servicesOfFile } from '../support/services.ts'

const clock = stillClock()
const services = Object.assign(await servicesOfFile({ redis: false, clock }), { clock })
const { db } = services
const staff = (email: string, merchant: Merchant, role: 'owner' | 'operator' | 'viewer') =>
  aStaff(services, email, { ...ofMerchant(merchant.id), role })

/** Two people may approve in `shop`; in `kiosk` only one. */
const shop = await aMerchant(services, { slug: 'shop' })
const kiosk = await aMerchant(services, { slug: 'kiosk' })
const owner = await staff('owner@example.com', shop, 'owner')
const partner = await staff('partner@example.com', shop, 'owner')
const clerk = await staff('clerk@example.com', shop, 'operator')
const viewer = await staff('viewer@example.com', shop, 'viewer')
const single = await staff('single@example.com', kiosk, 'owner')

/** As they were at the beginning: a session would end when the clock goes on for a day. */
const people = new Map(
  await Promise.all([owner, partner, clerk, viewer, single].map(async (one) => [one, await one.person()] as const)),
)
const personOf = (of: Staff) => people.get(of)!

let stock: Stock
let next = 0
beforeEach(async () => {
  stock = await aStock(services, shop)
})

type FileParts = Record<string, unknown>
function aFile(overrides: FileParts = {}, of: Stock = stock) {
  return readCampaignFile({
    slug: `c-${(next += 1)}`,
    kind: 'link',
    title: '春天',
    starts_at: clock.now().toISOString(),
    ends_at: new Date(clock.now().getTime() + 86_400_000).toISOString(),
    coupons: [{ stock_id: of.stock_id, count: 1 }],
    limits: { per_member: 1, total: 100 },
    ...overrides,
  })
}

const fresh = (of: Staff) => ({ ...personOf(of), codeAt: clock.now() })
const stale = (of: Staff) => ({ ...personOf(of), codeAt: new Date(clock.now().getTime() - 601_000) })
const said = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: Error & { word?: string }) => error.word ?? error.name,
  )
const stored = (slug: string, merchant = shop) =>
  db
    .selectFrom('campaigns')
    .selectAll()
    .where('merchant_id', '=', merchant.id)
    .where('slug', '=', slug)
    .executeTakeFirstOrThrow()
const lastAudit = () =>
  db.selectFrom('audit_entries').selectAll().orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()

/** The campaign's file with changes, at the revision that it has. */
const editOf = (campaign: Campaign, changes: FileParts) => ({
  file: readCampaignFile({ ...fileOf(campaign), ...changes }),
  revision: campaign.revision,
})
const payloadOf = async (id: number) =>
  JSON.parse(
    (await db.selectFrom('proposals').select('payload').where('id', '=', id).executeTakeFirstOrThrow()).payload,
  ) as CampaignChange
const approveBy = async (of: Staff, id: number) =>
  approveChange(services, fresh(of), { merchant: shop, id, payload: await payloadOf(id) })

async function aDraft(overrides: FileParts = {}): Promise<Campaign> {
  return saveCampaignFor(services, personOf(clerk), {
    merchant: shop,
    version: { file: aFile(overrides), revision: undefined },
  })
}

/** Published by the command, as somebody did before. */
async function published(overrides: FileParts = {}): Promise<Campaign> {
  const file = aFile({ ...overrides, state: 'published' })
  await applyCampaign(services, shop, { ...fileOf(await aDraft(overrides)), slug: file.slug, state: 'published' })
  return stored(file.slug)
}

const save = async (of: Staff, version: Parameters<typeof saveCampaignFor>[2]['version']) =>
  saveCampaignFor(services, personOf(of), { merchant: shop, version })
const ask = async (of: Staff, version: { file: ReturnType<typeof aFile>; revision: number }) =>
  changeOrAsk(services, fresh(of), { merchant: shop, version })

describe('a draft', () => {
  test('is stored with its row of the audit, and changed at will', async () => {
    const draft = await aDraft()
    expect([draft.state, draft.revision]).toEqual(['draft', 1])
    expect(await lastAudit()).toMatchObject({
      act: 'campaign_created',
      subject: `活动 ${draft.slug}`,
      by: 'clerk@example.com',
      merchant_id: shop.id,
    })
    await save(clerk, editOf(draft, { limits: { total: 90_000 } }))
    expect(await stored(draft.slug)).toMatchObject({ state: 'draft', revision: 2, limits: { total: 90_000 } })
    const { changes } = await lastAudit()
    expect(changes).toContainEqual(['limits', '{"total":100,"per_member":1}', '{"total":90000,"per_member":1}'])
    expect(await verifyAudit(db)).toMatchObject({ broken: undefined })
  })

  test('is not stored by who may not edit, over an address in use, or as a published one', async () => {
    const draft = await aDraft()
    expect(await said(save(viewer, { file: aFile(), revision: undefined }))).toBe('not_allowed')
    expect(await said(save(single, { file: aFile(), revision: undefined }))).toBe('not_allowed')
    expect(await said(save(clerk, { file: aFile({ slug: draft.slug }), revision: undefined }))).toBe('Unusable')
    expect(await said(save(clerk, { file: aFile({ state: 'published' }), revision: undefined }))).toBe(
      'money_needs_approval',
    )
    expect(await said(save(clerk, editOf(draft, { state: 'published' })))).toBe('money_needs_approval')
    expect(await stored(draft.slug)).toMatchObject({ state: 'draft', revision: 1 })
  })

  test('that somebody else has saved meanwhile is not overwritten', async () => {
    const draft = await aDraft()
    await save(clerk, editOf(draft, { title: '第一个' }))
    const late = save(owner, editOf(draft, { title: '第二个' }))
    await expect(late).rejects.toBeInstanceOf(CampaignConflict)
    expect((await stored(draft.slug)).title).toBe('第一个')
  })
})

describe('publishing', () => {
  test('is asked for by one and done by another, once, with two rows of the audit', async () => {
    const draft = await aDraft()
    const id = (await ask(clerk, editOf(draft, { state: 'published' })))!
    expect((await stored(draft.slug)).state).toBe('draft')
    const both = await Promise.all([said(approveBy(owner, id)), said(approveBy(partner, id))])
    expect(both.toSorted()).toEqual(['done', 'proposal_over'])
    expect(await stored(draft.slug)).toMatchObject({ state: 'published', revision: 2 })
    const acts = await db.selectFrom('audit_entries').select('act').orderBy('id', 'desc').limit(2).execute()
    expect(acts.map(({ act }) => act)).toEqual(['approved', 'campaign_published'])
  })

  test('is not approved by whoever asked, by an operator, or without a fresh code', async () => {
    const draft = await aDraft()
    const id = (await ask(owner, editOf(draft, { state: 'published' })))!
    expect(await said(approveBy(owner, id))).toBe('own_proposal')
    expect(await said(approveBy(clerk, id))).toBe('not_allowed')
    const payload = await payloadOf(id)
    const late = approveChange(services, stale(partner), { merchant: shop, id, payload })
    expect(await said(late)).toBe('code_needed')
    expect((await stored(draft.slug)).state).toBe('draft')
  })

  test.each<[string, (draft: Campaign) => Promise<unknown>, string]>([
    ['the draft was edited', (draft) => save(clerk, editOf(draft, { limits: { total: 5 } })), 'proposal_stale'],
    [
      'the stock has another amount',
      () => db.updateTable('stocks').set({ coupon_amount: 9_999 }).where('id', '=', stock.id).execute(),
      'proposal_stale',
    ],
    [
      'the stock was paused',
      () => db.updateTable('stocks').set({ status: 'paused' }).where('id', '=', stock.id).execute(),
      'campaign_stopped',
    ],
    [
      'the stock is used up',
      () => db.updateTable('stocks').set({ distributed_coupons: 100_000 }).where('id', '=', stock.id).execute(),
      'campaign_stopped',
    ],
  ])('is not approved when %s meanwhile', async (_, meanwhile, word) => {
    const draft = await aDraft()
    const id = (await ask(clerk, editOf(draft, { state: 'published' })))!
    await meanwhile(draft)
    expect(await said(approveBy(owner, id))).toBe(word)
    expect((await stored(draft.slug)).state).toBe('draft')
  })

  test('is over after a day', async () => {
    const draft = await aDraft({ ends_at: new Date(clock.now().getTime() + 9 * 86_400_000).toISOString() })
    const id = (await ask(clerk, editOf(draft, { state: 'published' })))!
    clock.advance(86_400_000)
    expect(await said(approveBy(owner, id))).toBe('proposal_over')
  })

  test('is confirmed by the only one who may, with a fresh code, and others are told', async () => {
    const own = await aStock(services, kiosk)
    const version = { file: aFile({}, own), revision: undefined }
    const draft = await saveCampaignFor(services, personOf(single), { merchant: kiosk, version })
    const publish = async (person: ReturnType<typeof fresh>) =>
      changeOrAsk(services, person, { merchant: kiosk, version: editOf(draft, { state: 'published' }) })
    expect(await said(publish(stale(single)))).toBe('code_needed')
    expect((await stored(draft.slug, kiosk)).state).toBe('draft')
    expect(await publish(fresh(single))).toBeUndefined()
    expect((await stored(draft.slug, kiosk)).state).toBe('published')
    const audit = await lastAudit()
    expect(audit).toMatchObject({ act: 'campaign_published', by: 'single@example.com' })
    expect(audit.changes).toContainEqual(['alone', null, 'true'])
    const notices = await db.selectFrom('notices').selectAll().where('merchant_id', '=', kiosk.id).execute()
    expect(notices.map(({ words }) => words)).toEqual([expect.stringContaining('最多 100 张 × 10 元 = 1,000 元')])
  })
})

describe('an edit of a published campaign', () => {
  test.each<[string, FileParts]>([
    ['a higher total', { limits: { per_member: 1, total: 101 } }],
    ['no total', { limits: { per_member: 1 } }],
    ['more for each member', { limits: { per_member: 2, total: 100 } }],
  ])('that lets it give more (%s) is asked for, and then done', async (_, changes) => {
    const campaign = await published()
    const edit = editOf(campaign, changes)
    expect((await tryOut(services, shop, edit)).costs).toHaveLength(1)
    expect(await said(save(clerk, edit))).toBe('money_needs_approval')
    const id = (await ask(clerk, edit))!
    await approveBy(owner, id)
    expect(await stored(campaign.slug)).toMatchObject({ revision: campaign.revision + 1, limits: changes.limits })
  })

  test('that binds another stock or sends more of one is asked for', async () => {
    const campaign = await published()
    const other = await aStock(services, shop)
    for (const coupons of [[{ stock_id: other.stock_id }], [{ stock_id: stock.stock_id, count: 2 }]]) {
      expect(await said(save(owner, editOf(campaign, { coupons })))).toBe('money_needs_approval')
    }
    expect(await stored(campaign.slug)).toMatchObject({ revision: campaign.revision, coupons: campaign.coupons })
  })

  test('that lowers a tier before the first grant is asked for, and after it refused', async () => {
    const tier = (at_least: number) => ({ at_least, coupons: [{ stock_id: stock.stock_id, count: 1 }] })
    const spend = (at_least: number) => ({ tiers: [tier(at_least)] })
    const campaign = await published({ kind: 'spend', coupons: [], spend: spend(5_000) })
    const lower = editOf(campaign, { spend: spend(4_000) })
    expect(await said(save(owner, lower))).toBe('money_needs_approval')
    expect((await tryOut(services, shop, lower)).costs).toEqual(['第 1 档的门槛降低', expect.any(String)])
    await aGrant(services, campaign, stock, { openid: 'o1', coupons: ['sent'] })
    expect(await said(tryOut(services, shop, lower))).toBe('Unusable')
  })

  test('that gives less, or only says it better, is done at once', async () => {
    const campaign = await published()
    const edit = editOf(campaign, { limits: { per_member: 1, total: 10, per_day: 3 }, title: '夏天', rules: '一次' })
    expect(await said(save(clerk, edit))).toBe('done')
    expect(await stored(campaign.slug)).toMatchObject({ title: '夏天', revision: campaign.revision + 1 })
  })

  test('is tried out without a trace, and says what it does to the limits', async () => {
    const campaign = await published()
    const before = await lastAudit()
    const { effects } = await tryOut(services, shop, editOf(campaign, { limits: { per_member: 1, total: 10 } }))
    expect(effects).toEqual(['总量 10：已发 0 份，还能发 10 份'])
    expect(await stored(campaign.slug)).toEqual(campaign)
    expect(await lastAudit()).toEqual(before)
  })
})

test('a campaign is paused, resumed and ended at once by who may edit, each with its row', async () => {
  const { slug } = await published()
  const change = async (of: Staff, what: 'pause' | 'resume' | 'end') =>
    said(changeCampaignState(services, personOf(of), { merchant: shop, slug, change: what }))
  expect(await change(viewer, 'pause')).toBe('not_allowed')
  expect(await change(clerk, 'resume')).toBe('state_moved')
  const acts = []
  for (const what of ['pause', 'resume', 'end'] as const) {
    expect(await change(clerk, what)).toBe('done')
    acts.push((await lastAudit()).act)
  }
  expect(acts).toEqual(['campaign_paused', 'campaign_resumed', 'campaign_ended'])
  expect(await change(owner, 'resume')).toBe('state_moved')
  expect(await stored(slug)).toMatchObject({ state: 'ended', revision: 4 })
})

test('a copy is a draft that starts now or later, with its row of the audit', async () => {
  const { slug } = await published()
  const copy = async (of: Staff, newSlug: string, from: Date) =>
    said(copyCampaignFor(services, personOf(of), { merchant: shop, copy: { slug, newSlug, from } }))
  expect(await copy(viewer, 'again', clock.now())).toBe('not_allowed')
  expect(await copy(clerk, 'again', new Date(clock.now().getTime() - 1))).toBe('Unusable')
  expect(await copy(clerk, 'again', clock.now())).toBe('done')
  expect(await stored('again')).toMatchObject({ state: 'draft', starts_at: clock.now() })
  expect(await lastAudit()).toMatchObject({ act: 'campaign_copied', subject: '活动 again', by: 'clerk@example.com' })
  expect(await copy(clerk, 'again', clock.now())).toBe('Unusable')
})

test('the command writes the same row, in its own name', async () => {
  const file = aFile()
  await applyCampaign(services, shop, JSON.parse(JSON.stringify(file)))
  expect(await lastAudit()).toMatchObject({ act: 'campaign_created', by: 'command line', operator_id: null })
  const { id } = await lastAudit()
  await applyCampaign(services, shop, JSON.parse(JSON.stringify(file)))
  expect((await lastAudit()).id).toBe(id)
})

test('what was frozen cannot be replaced in the database', async () => {
  const draft = await aDraft()
  const id = (await ask(clerk, editOf(draft, { state: 'published' })))!
  const payload = JSON.stringify({ ...(await payloadOf(id)), file: { ...fileOf(draft), limits: { total: 9_999_999 } } })
  await db.updateTable('proposals').set({ payload }).where('id', '=', id).execute()
  const act = campaignChange(services, shop)
  await expect(approve(services, fresh(owner), act, id)).rejects.toThrow('not what was asked')
})
