import { describe, expect, test } from 'vitest'
import type { ProposedAct } from '../../src/operators/proposals/act.ts'
import { propose } from '../../src/operators/proposals/ask.ts'
import { approve, reject } from '../../src/operators/proposals/decide.ts'
import { listProposals } from '../../src/operators/proposals/list.ts'
import { ofMerchant } from '../../src/operators/rights/scope.ts'
import { aMerchant } from '../support/builders.ts'
import { stillClock } from '../support/clock.ts'
import { aStaff, type Staff } from '../support/operators.ts'
import { servicesOfFile } from '../support/services.ts'

const clock = stillClock()
const services = Object.assign(await servicesOfFile({ redis: false, clock }), { clock })
const { db } = services
const shop = await aMerchant(services, { slug: 'shop' })
const mall = await aMerchant(services, { slug: 'mall' })
const staff = (email: string, merchant: { id: number }, role: 'owner' | 'operator') =>
  aStaff(services, email, { ...ofMerchant(merchant.id), role })
const owner = await staff('owner@example.com', shop, 'owner')
const partner = await staff('partner@example.com', shop, 'owner')
const clerk = await staff('clerk@example.com', shop, 'operator')
const single = await staff('single@example.com', mall, 'owner')
const scope = ofMerchant(shop.id)

/** Renames the merchant: what matters is that it happens once, and only after the approval. */
const rename: ProposedAct<{ name: string }> = {
  name: 'rename',
  ask: 'ask_for_money',
  approve: 'approve_money',
  revision: async (trx, { merchant_id }) => nameOf(merchant_id!, trx),
  async execute(trx, { scope: { merchant_id }, payload }) {
    if (payload.name === 'impossible') throw new Error('the act refused')
    await trx.updateTable('merchants').set({ name: payload.name }).where('id', '=', merchant_id!).execute()
  },
}

async function nameOf(id: number, from: Pick<typeof db, 'selectFrom'> = db) {
  return (await from.selectFrom('merchants').select('name').where('id', '=', id).executeTakeFirstOrThrow()).name
}

const said = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: Error & { word?: string }) => error.word ?? error.message,
  )
const fresh = async (of: Staff) => ({ ...(await of.person()), codeAt: clock.now() })
const ask = async (of: Staff, name: string, where = scope) =>
  propose(services, await of.person(), rename, { scope: where, subject: `改名为 ${name}`, payload: { name } })

describe('what costs money', () => {
  test('is done when another person approves it, and once', async () => {
    const id = await ask(clerk, '新店')
    expect(await nameOf(shop.id)).not.toBe('新店')
    const person = await fresh(owner)
    const both = await Promise.all([1, 2].map(() => said(approve(services, person, rename, id))))
    expect(both.toSorted()).toEqual(['done', 'proposal_over'])
    expect(await nameOf(shop.id)).toBe('新店')
  })

  test('is not approved by whoever asks, by an operator, or without a fresh code', async () => {
    const id = await ask(owner, '自己批准')
    expect(await said(approve(services, await fresh(owner), rename, id))).toBe('own_proposal')
    expect(await said(approve(services, await fresh(clerk), rename, id))).toBe('not_allowed')
    const stale = { ...(await partner.person()), codeAt: new Date(clock.now().getTime() - 601_000) }
    expect(await said(approve(services, stale, rename, id))).toBe('code_needed')
    expect(await nameOf(shop.id)).toBe('新店')
    expect(await said(approve(services, await fresh(partner), rename, id))).toBe('done')
  })

  test('is not approved when what it would change was changed meanwhile', async () => {
    const [first, second] = [await ask(clerk, '第一个'), await ask(clerk, '第二个')]
    await approve(services, await fresh(owner), rename, first)
    expect(await said(approve(services, await fresh(owner), rename, second))).toBe('proposal_stale')
    expect(await nameOf(shop.id)).toBe('第一个')
  })

  test('stands as it was when the act itself refuses', async () => {
    const id = await ask(clerk, 'impossible')
    expect(await said(approve(services, await fresh(owner), rename, id))).toBe('the act refused')
    expect((await listProposals(db, await owner.person(), clock.now()))[0]).toMatchObject({ id, state: 'asked' })
  })

  test('is frozen: a payload that was changed in the database is not done', async () => {
    const id = await ask(clerk, '原来')
    await db.updateTable('proposals').set({ payload: '{"name":"换掉"}' }).where('id', '=', id).execute()
    expect(await said(approve(services, await fresh(owner), rename, id))).toMatch('not what was asked')
  })

  test('is refused with a reason, or taken back by whoever asked', async () => {
    const [first, second] = [await ask(clerk, '甲'), await ask(clerk, '乙')]
    await reject(services, await owner.person(), rename, { id: first, reason: '预算不够' })
    await reject(services, await clerk.person(), rename, { id: second, reason: '写错了' })
    expect(await said(approve(services, await fresh(owner), rename, first))).toBe('proposal_over')
    const [b, a] = await listProposals(db, await owner.person(), clock.now())
    expect([a, b]).toMatchObject([
      { state: 'rejected', reason: '预算不够', asked_by_name: 'clerk', decided_by_name: 'owner' },
      { state: 'rejected', decided_by_name: 'clerk' },
    ])
  })

  test('of another merchant is not found', async () => {
    const id = await ask(clerk, '别家')
    expect(await said(approve(services, await fresh(single), rename, id))).toBe('not_found')
    expect(await said(reject(services, await single.person(), rename, { id, reason: 'x' }))).toBe('not_found')
    expect(await listProposals(db, await single.person(), clock.now())).toEqual([])
    expect(await said(ask(clerk, '越权', ofMerchant(mall.id)))).toBe('not_allowed')
  })

  test('of a shop of one person is confirmed by that person, with a code', async () => {
    const id = await ask(single, '一人店', ofMerchant(mall.id))
    expect(await said(approve(services, await fresh(single), rename, id))).toBe('done')
    expect(await nameOf(mall.id)).toBe('一人店')
  })

  test('ends after a day', async () => {
    const id = await ask(clerk, '太晚')
    const person = await fresh(owner)
    clock.advance(24 * 3_600_000 + 1)
    expect(await said(approve(services, { ...person, codeAt: clock.now() }, rename, id))).toBe('proposal_over')
    expect((await listProposals(db, person, clock.now())).find((one) => one.id === id)).toMatchObject({ state: 'over' })
  })
})
