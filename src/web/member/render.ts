import type { MerchantState } from '../middleware/merchant.ts'
import type { Context, State } from '../shell/context.ts'
import { preparePage } from '../shell/prepared-page.ts'
import { openViews } from '../shell/views.ts'
import { assets } from './assets.ts'
import { urls } from './urls.ts'

const views = openViews('member')

/** Answers with the page `view` of views/member, with the merchant's name if the address names a merchant. */
export function render(ctx: Context<State & Partial<MerchantState>>, view: string, data: object): void {
  const { nonce, merchant } = ctx.state
  ctx.type = 'html'
  ctx.body = views(view, { assets, urls, nonce, merchant, ...data })
}

/** What differs between requests on a page that is otherwise the same. */
export type PerRequest = { nonce: string; csrf: string; claimKey: string }

/**
 * The page `view` of views/member, made except for what differs per request. Throws at once when there is no such view.
 */
export function prepare(view: string, data: object): (own: PerRequest) => Buffer {
  return preparePage(['nonce', 'csrf', 'claimKey'], (marks) => views(view, { assets, urls, ...data, ...marks }))
}
