import type { SandboxState } from '../state.ts'
import type { WorldAccount, WorldMerchant, WorldStock } from '../world.ts'
import { PlatformRefusal } from './platform-refusal.ts'

export function accountAt({ world }: SandboxState, mchid: string): WorldAccount {
  return found(
    world.accounts.find((account) => account.mchid === mchid),
    `没有商户号 ${mchid}`,
  )
}

export function providerAt(state: SandboxState, mchid: string): WorldAccount {
  const account = accountAt(state, mchid)
  if (account.role !== 'provider') throw new PlatformRefusal(`商户号 ${mchid} 不是服务商`)
  return account
}

export function merchantAt({ world }: SandboxState, slug: string): WorldMerchant {
  return found(
    world.merchants.find((merchant) => merchant.slug === slug),
    `没有商户 ${slug}`,
  )
}

export function stockAt({ world }: SandboxState, stockId: string): WorldStock {
  return found(
    world.stocks.find((stock) => stock.stock_id === stockId),
    `没有批次 ${stockId}`,
  )
}

function found<T>(thing: T | undefined, sentence: string): T {
  if (thing === undefined) throw new PlatformRefusal(sentence)
  return thing
}
