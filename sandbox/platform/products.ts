import { isOpen } from '../open-products.ts'
import type { SandboxState } from '../state.ts'
import type { Product, WorldAccount } from '../world.ts'
import { accountAt, providerAt } from './look-up.ts'
import { PlatformRefusal } from './platform-refusal.ts'

export const productNames: Record<Product, string> = {
  prefunded: '预充值代金券',
  no_prefund: '免充值代金券',
  cross_merchant: '跨商户号发券',
  marketing_events: '营销事件推送',
}

/** 产品中心: opens a product at once. 跨商户号发券 is not on that page: WeChat grants it on application. */
export function openProduct(state: SandboxState, input: { mchid: string; product: string }): WorldAccount {
  const account = accountAt(state, input.mchid)
  if (!Object.hasOwn(productNames, input.product)) throw new PlatformRefusal(`没有产品 ${input.product}`)
  if (input.product === 'cross_merchant') throw new PlatformRefusal('跨商户号发券只能发邮件向微信申请')
  grantProduct(account, input.product as Product)
  return account
}

export function grantProduct(account: WorldAccount, product: Product): void {
  if (!isOpen(account, product)) account.products!.push(product)
}

/** Puts money into a provider's account, in fen, from which prefunded stocks are locked. */
export function topUp(state: SandboxState, input: { mchid: string; amount: number }): WorldAccount {
  const account = providerAt(state, input.mchid)
  if (!Number.isInteger(input.amount) || input.amount <= 0) throw new PlatformRefusal('充值金额要大于 0')
  if (account.balance !== undefined) account.balance += input.amount
  return account
}
