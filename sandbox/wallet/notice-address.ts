import type { SandboxState } from '../state.ts'
import type { WorldCardProduct, WorldMerchant } from '../world.ts'

/**
 * Where notices of a card go: where it was set, else paycoupon's own address; '' where nothing is set
 * (docs/wechat/member-cards.md 1.2).
 */
export function noticeAddressOf(
  state: SandboxState,
  { merchant, product }: { merchant: WorldMerchant; product: WorldCardProduct },
): string {
  const way = product.kind === 'brand' ? `brand/${product.brandId}` : `pay/${product.mchid}`
  return product.notifyUrl ?? `${state.settings.appUrl}/notify/${merchant.slug}/${way}`
}
