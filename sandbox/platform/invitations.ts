import { hasAccepted, isOpen } from '../open-products.ts'
import type { SandboxState } from '../state.ts'
import type { WorldInvitation } from '../world.ts'
import { accountAt, providerAt } from './look-up.ts'
import { PlatformRefusal } from './platform-refusal.ts'

/** 服务商平台 · 特约商户授权产品 · 发起邀请, for 服务商免充值代金券; also after a refusal. */
export function invite(state: SandboxState, input: { provider: string; merchant: string }): WorldInvitation {
  const provider = providerAt(state, input.provider)
  const merchant = accountAt(state, input.merchant).mchid
  if (!isOpen(provider, 'no_prefund')) throw new PlatformRefusal('服务商号还没有开通免充值代金券')
  if (hasAccepted(state.world, provider.mchid, merchant)) throw new PlatformRefusal('商户已经接受邀请')
  const invitation = { provider: provider.mchid, merchant, state: 'sent' as const }
  const others = (state.world.invitations ?? []).filter((each) => !isBetween(each, input))
  state.world.invitations = [...others, invitation]
  return invitation
}

/** 商户平台 · 产品中心: the merchant accepts its provider's invitation, or refuses it. */
export function answerInvitation(
  state: SandboxState,
  input: { provider: string; merchant: string; answer: string },
): WorldInvitation {
  const invitation = state.world.invitations?.find((each) => isBetween(each, input))
  if (invitation?.state !== 'sent') throw new PlatformRefusal('没有待处理的邀请：请服务商先发起邀请')
  invitation.state = input.answer === 'accept' ? 'accepted' : 'refused'
  return invitation
}

function isBetween(invitation: WorldInvitation, { provider, merchant }: { provider: string; merchant: string }) {
  return invitation.provider === provider && invitation.merchant === merchant
}
