import type { SandboxState } from '../state.ts'
import type { WorldAccount } from '../world.ts'
import { wechatTime } from '../wechat-time.ts'
import { ok, refuse, textOf, type PayHandler } from './pay-call.ts'
import { isOpen } from '../open-products.ts'
import { refusals, type RefusalRow } from './refusals.ts'

/** GET /v3/marketing/favor/callbacks?mchid=: what is set for the calling creator (docs/wechat/pay-v3.md 2.14). */
export const readCallback: PayHandler = {
  handle({ state, account, request }) {
    const refusal = rightRefusal(state, account, request.query.get('mchid'))
    if (refusal) return refuse(refusal)
    if (account.notifyUrl === undefined) return refuse(refusals.no_callback)
    return ok({ notify_url: account.notifyUrl, mchid: account.mchid })
  },
}

/** POST /v3/marketing/favor/callbacks: replaces what was set. */
export const setCallback: PayHandler = {
  handle({ state, account, body }) {
    const refusal = rightRefusal(state, account, textOf(body, 'mchid') ?? null)
    if (refusal) return refuse(refusal)
    const url = textOf(body, 'notify_url')
    if (!url) return refuse(refusals.callback_url_missing)
    if (!isNotifyUrl(url)) {
      return refuse({ ...refusals.param_error, detail: { field: '/notify_url', value: url, location: 'body' } })
    }
    account.notifyUrl = url
    return ok({ update_time: wechatTime(state.clock.now()), notify_url: url })
  },
}

/** WeChat takes no query and at most 256 characters; the sandbox takes http too. */
export function isNotifyUrl(url: string): boolean {
  return /^https?:\/\/[^?#]{1,248}$/.test(url)
}

/** Only a number that makes stocks, or may, asks about itself. */
function rightRefusal(state: SandboxState, account: WorldAccount, mchid: string | null): RefusalRow | undefined {
  if (!mchid) return refusals.callback_mchid_missing
  const creates =
    account.role === 'provider' || state.world.stocks.some((stock) => stock.stock_creator_mchid === account.mchid)
  if (mchid !== account.mchid || !creates) return refusals.no_permission
  return isOpen(account, 'marketing_events') ? undefined : refusals.callback_permission
}
