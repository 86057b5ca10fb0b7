import { hasAccepted, isOpen } from '../open-products.ts'
import type { World, WorldAccount, WorldStock } from '../world.ts'
import { refusals, type RefusalRow } from './refusals.ts'

/** Who may send the stock of another number (docs/wechat/pay-v3.md 3.6); the creator may always send its own. */
export function crossMerchantRule(world: World, sender: WorldAccount, stock: WorldStock): RefusalRow | undefined {
  if (sender.mchid === stock.stock_creator_mchid) return undefined
  const creator = world.accounts.find((each) => each.mchid === stock.stock_creator_mchid)
  const areGranted = [creator, sender].every((each) => each !== undefined && isOpen(each, 'cross_merchant'))
  if (!stock.senders || !areGranted) return refusals.not_cross_merchant
  if (!stock.senders.includes(sender.mchid)) return refusals.not_a_sender
  // WeChat does not document what such a send is answered: a missing product is the nearest of its answers.
  if (stock.no_cash && !hasAccepted(world, stock.stock_creator_mchid, sender.mchid)) return refusals.no_auth
  return undefined
}
