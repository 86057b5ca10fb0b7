import type { SandboxState } from '../state.ts'
import type { WorldAccount, WorldCardProduct, WorldMerchant } from '../world.ts'

/** A card product with the merchant that it belongs to; undefined when there is no such card. */
export function productOf(
  state: SandboxState,
  cardId: string,
): { merchant: WorldMerchant; product: WorldCardProduct } | undefined {
  for (const merchant of state.world.merchants) {
    const product = merchant.cardProducts?.find((each) => each.cardId === cardId)
    if (product) return { merchant, product }
  }
  return undefined
}

/** A merchant number, or a brand as if it were one: its keys are its own. */
export function callerOf(state: SandboxState, id: string): WorldAccount | undefined {
  return state.world.accounts.find((each) => each.mchid === id) ?? brandOf(state, id)
}

/** A brand that signs for itself. */
export function brandOf(state: SandboxState, brandId: string): WorldAccount | undefined {
  const products = state.world.merchants.flatMap((merchant) => merchant.cardProducts ?? [])
  const brand = products.find((each) => each.kind === 'brand' && each.brandId === brandId)
  if (!brand?.brandKeys) return undefined
  const { apiKey, certificates } = brand.brandKeys
  return {
    mchid: brandId,
    name: brand.title,
    role: 'provider',
    appids: [brand.appid],
    apiV3Key: apiKey,
    apiV2Key: '',
    certificates,
    keyMode: 'public_key',
  }
}
