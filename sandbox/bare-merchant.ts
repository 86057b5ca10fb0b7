import { createMerchant } from './demo-merchant.ts'
import { providersOf } from './open-products.ts'
import type { World, WorldAccount, WorldMerchant } from './world-types.ts'

const firstMchid = { sender: 1601400973, provider: 1267388801 }

export type BareMerchant = {
  name?: string | undefined
  /** Absent: `shop-2`, `shop-3` and so on. */
  slug?: string | undefined
  /** The number of a provider that is there; absent: a provider that is new as well. */
  provider?: string | undefined
}

/**
 * Adds a merchant as it is on its first day, with a provider that may be new too: no product, no linked appid, no
 * certificate, no key, no stock. Its Official Account is there, without a domain for logins.
 */
export function addBareMerchant(world: World, wanted: BareMerchant = {}): WorldMerchant {
  const index = world.merchants.length
  const merchant = createMerchant(wanted.slug ?? freeSlug(world), index)
  merchant.name = wanted.name ?? merchant.name
  merchant.card.title = `${merchant.name}会员卡`
  merchant.officialAccount.webAuthDomains = []
  for (const campaign of Object.values(merchant.campaigns)) campaign.stockId = ''
  // Without a list every merchant has accepted its provider's invitation: those that are there keep that.
  world.invitations ??= world.merchants.flatMap((each) =>
    providersOf(each).map((provider) => ({ provider, merchant: each.mchids[0]!, state: 'accepted' as const })),
  )
  const sender = bareAccount(freeMchid(world, 'sender'), merchant.name, 'sender')
  const provider = wanted.provider ?? addBareProvider(world)
  merchant.mchids = [sender.mchid, provider]
  world.accounts.push(sender)
  world.merchants.push(merchant)
  return merchant
}

function addBareProvider(world: World): string {
  const count = world.accounts.filter((account) => account.role === 'provider').length
  const name = count === 0 ? '优购服务商' : `优购服务商 ${count + 1} 号`
  const provider = bareAccount(freeMchid(world, 'provider'), name, 'provider')
  world.accounts.push({ ...provider, balance: 0 })
  return provider.mchid
}

function bareAccount(mchid: string, name: string, role: WorldAccount['role']): WorldAccount {
  const nothing = { appids: [], apiV3Key: '', apiV2Key: '', certificates: [], products: [], askedAppids: [] }
  return { mchid, name, role, keyMode: 'certificate', ...nothing }
}

function freeMchid(world: World, role: WorldAccount['role']): string {
  const taken = world.accounts.filter((account) => account.role === role).map(({ mchid }) => Number(mchid))
  return String(Math.max(firstMchid[role] - 1, ...taken) + 1)
}

function freeSlug(world: World): string {
  const isTaken = (slug: string) => world.merchants.some((merchant) => merchant.slug === slug)
  let number = world.merchants.length + 1
  while (isTaken(`shop-${number}`)) number += 1
  return `shop-${number}`
}
