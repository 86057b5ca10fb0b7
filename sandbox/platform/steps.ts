import { hasAccepted, isOpen, providersOf } from '../open-products.ts'
import type { SandboxState } from '../state.ts'
import type { WorldAccount, WorldMerchant } from '../world.ts'
import { providerAppid } from '../provider-appid.ts'
import { accountAt } from './look-up.ts'

export type StepState = { state: 'done' | 'waiting' | 'open'; words: string }

/** How far a merchant is on its way to the first coupon: the state of each of the twelve steps, as WeChat sees it. */
export function stepStates(state: SandboxState, merchant: WorldMerchant): StepState[] {
  const sender = accountAt(state, merchant.mchids[0]!)
  const provider = accountAt(state, providersOf(merchant)[0]!)
  const { appid } = merchant.officialAccount
  const calls = state.calls.list({ mchid: sender.mchid }).filter(({ status }) => status === 200)
  const given = [...state.coupons.values()].filter(({ mchid }) => mchid === sender.mchid).length
  return [
    done(isOpen(provider, 'prefunded'), '已开通', '未开通'),
    done(provider.appids.includes(providerAppid(provider.mchid)), '已关联', '未关联'),
    sender.askedAppids?.includes(appid)
      ? waiting('等公众号确认')
      : done(sender.appids.includes(appid), '已关联', '未关联'),
    applicationState(state, provider, sender),
    invitationState(state, provider, sender),
    done(sender.certificates.length > 0, '已有证书', '没有证书'),
    done(sender.apiV3Key !== '', '已设置', '未设置'),
    done(calls.length > 0, '接口已连通', '还没有成功的调用'),
    ...stockStates(state, provider, sender),
    done(
      calls.some(({ endpoint }) => endpoint === 'stock_detail'),
      '已查询过批次',
      '还没有查询过批次',
    ),
    done(given > 0, `已发 ${given} 张`, '还没有发过券'),
  ]
}

function applicationState(state: SandboxState, provider: WorldAccount, sender: WorldAccount): StepState {
  if ([provider, sender].every((account) => isOpen(account, 'cross_merchant'))) return done(true, '已开通')
  const last = state.world.applications?.findLast(
    (each) => each.creator === provider.mchid && each.senders.includes(sender.mchid),
  )
  if (last?.state === 'waiting') return waiting('微信处理中')
  return done(false, '', last?.state === 'refused' ? '申请没有通过' : '未申请')
}

function invitationState(state: SandboxState, provider: WorldAccount, sender: WorldAccount): StepState {
  if (hasAccepted(state.world, provider.mchid, sender.mchid)) return done(true, '已接受')
  const invitation = state.world.invitations?.find(
    (each) => each.provider === provider.mchid && each.merchant === sender.mchid,
  )
  if (invitation?.state === 'sent') return waiting('等商户接受')
  return done(false, '', invitation ? '商户已拒绝' : '未邀请')
}

function stockStates(state: SandboxState, provider: WorldAccount, sender: WorldAccount): StepState[] {
  const sendable = state.world.stocks.filter(
    (stock) => stock.stock_creator_mchid === provider.mchid && stock.senders?.includes(sender.mchid),
  )
  const running = sendable.filter(({ status }) => status === 'running').length
  return [
    done(sendable.length > 0, `${sendable.length} 个批次可由商户发放`, '没有商户可发的批次'),
    done(running > 0, `${running} 个运营中`, '没有运营中的批次'),
  ]
}

function done(isDone: boolean, words: string, otherwise = ''): StepState {
  return isDone ? { state: 'done', words } : { state: 'open', words: otherwise }
}

function waiting(words: string): StepState {
  return { state: 'waiting', words }
}
