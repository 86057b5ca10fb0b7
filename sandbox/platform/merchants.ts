import { addBareMerchant } from '../bare-merchant.ts'
import type { SandboxState } from '../state.ts'
import type { WorldMerchant } from '../world.ts'
import { providerAt } from './look-up.ts'
import { PlatformRefusal } from './platform-refusal.ts'

/** Enough to try everything; each has keys in the page's lists. */
const merchantsAtMost = 50

/** A merchant as on its first day, under a provider that is there or, without `provider`, under one that is new too. */
export function newMerchant(
  state: SandboxState,
  input: { name?: string; slug?: string; provider?: string },
): WorldMerchant {
  const { merchants } = state.world
  const name = input.name?.trim() || undefined
  const slug = input.slug?.trim() || undefined
  const provider = input.provider ? providerAt(state, input.provider).mchid : undefined
  if (merchants.length >= merchantsAtMost) throw new PlatformRefusal(`沙箱里最多 ${merchantsAtMost} 个商户`)
  if (name && name.length > 20) throw new PlatformRefusal('商户名称最多 20 个字')
  if (slug && !/^[a-z0-9][a-z0-9-]{0,39}$/.test(slug)) throw new PlatformRefusal('代号只能用小写字母、数字和连字符')
  if (merchants.some((each) => each.slug === slug)) throw new PlatformRefusal(`代号 ${slug} 已经有了`)
  return addBareMerchant(state.world, { name, slug, provider })
}
