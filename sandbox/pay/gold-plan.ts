import type { WorldAccount } from '../world.ts'
import { ok, type PayCall, type PayHandler, refuse, textOf } from './pay-call.ts'
import { refusals } from './refusals.ts'

const waitMs = 86_400_000

/** POST …/changegoldplanstatus and …/changecustompagestatus, by a sub-merchant's provider (docs/wechat/gold-plan.md 2). */
export const switchPlan = goldPlanSwitch('plan')
export const switchPage = goldPlanSwitch('page')

function goldPlanSwitch(what: 'plan' | 'page'): PayHandler {
  return {
    handle(call) {
      const { state, body } = call
      const sub = subMerchantOf(call)
      const turned = textOf(body, 'operation_type')
      if (!sub) return refuse(refusals.not_sub_merchant)
      if (turned !== 'OPEN' && turned !== 'CLOSE') return refuse(refusals.param_error)
      const now = state.clock.now()
      const before = sub.goldPlan?.[what]
      const closedMs = before?.open === false ? new Date(before.at).getTime() : -Infinity
      if (turned === 'OPEN' && now.getTime() - closedMs < waitMs) return refuse(refusals.closed_lately)
      sub.goldPlan = { ...sub.goldPlan, [what]: { open: turned === 'OPEN', at: now.toISOString() } }
      state.keep()
      return ok({ sub_mchid: sub.mchid })
    },
  }
}

/** The sub-merchant that the call names, if the caller is its provider. */
function subMerchantOf({ state, account, body }: PayCall): WorldAccount | undefined {
  const mchid = textOf(body, 'sub_mchid')
  const sub = state.world.accounts.find((each) => each.mchid === mchid && each.role === 'sender')
  const isTheirs = state.world.merchants.some(
    ({ mchids }) => sub && mchids.includes(sub.mchid) && mchids.includes(account.mchid),
  )
  return account.role === 'provider' && isTheirs ? sub : undefined
}
