import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { award } from '../../src/grants/award.ts'
import type { Account, Merchant } from '../../src/merchants/merchant.ts'
import { Secret } from '../../src/plumbing/secrets/secret.ts'
import type { Services } from '../../src/services.ts'
import { aCampaign, aMerchant, aStock, senderOf } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'

let services: Services & AsyncDisposable
let merchant: Merchant
let first: Account
let second: Account
let campaign: Campaign

beforeAll(async () => {
  services = await openTestServices()
  // Under a key of this moment the members are split anew in every run, and once in thousands far from evenly.
  const alone = { ...(await aMerchant(services)), memberKey: new Secret('the same in every run') }
  first = senderOf(alone)
  const row = {
    merchant_id: alone.id,
    mchid: '1699999999',
    role: 'provider' as const,
    sends_per_second: 450,
    updated_at: new Date(),
  }
  const { id } = await services.db.insertInto('accounts').values(row).returning('id').executeTakeFirstOrThrow()
  second = { ...first, id, mchid: '1699999999' }
  merchant = { ...alone, accounts: [...alone.accounts, second] }
  const stock = await aStock(services, merchant)
  campaign = await aCampaign(services, stock, { limits: {} })
})
afterAll(() => services[Symbol.asyncDispose]())

async function senderOfNext(openid: string, senders: Account[]): Promise<number> {
  const offered = { ...campaign, sender_mchids: senders.map(({ mchid }) => mchid) }
  const triggerKey = `link/${openid}/${Math.random()}`
  const at = services.clock.now()
  const { coupons } = campaign
  const awarded = await award(services, { merchant, campaign: offered, openid, triggerKey, coupons, at })
  if (awarded.kind !== 'granted') throw new Error(`the award was ${awarded.kind}`)
  return awarded.coupons[0]!.accountId
}

test('a changed list of senders moves no member: the number would be another one', async () => {
  expect(await senderOfNext('settled', [first])).toBe(first.id)
  expect(await senderOfNext('settled', [second])).toBe(first.id)
  expect(await senderOfNext('newcomer', [second])).toBe(second.id)
})

test('two senders share the members, and each member stays with one', async () => {
  const members = Array.from({ length: 40 }, (_, turn) => `shared-${turn}`)
  const senders: number[] = []
  for (const openid of members) senders.push(await senderOfNext(openid, [first, second]))
  for (const one of [first, second]) expect(senders.filter((id) => id === one.id).length).toBeGreaterThan(8)
  const again: number[] = []
  for (const openid of members) again.push(await senderOfNext(openid, [second, first]))
  expect(again).toEqual(senders)
})
