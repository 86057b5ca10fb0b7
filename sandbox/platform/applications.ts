import type { SandboxState } from '../state.ts'
import type { WorldApplication } from '../world.ts'
import { accountAt, providerAt } from './look-up.ts'
import { PlatformRefusal } from './platform-refusal.ts'
import { grantProduct } from './products.ts'

/** The e-mail 跨商户号发券申请 arrives at WeChat (docs/wechat/pay-v3.md 3.6). */
export function fileApplication(
  state: SandboxState,
  input: { creator: string; senders: string[]; reason: string },
): WorldApplication {
  const creator = providerAt(state, input.creator).mchid
  const senders = [...new Set(input.senders)].map((mchid) => accountAt(state, mchid).mchid)
  if (senders.length === 0) throw new PlatformRefusal('至少填一个发券商户号')
  if (!input.reason.trim()) throw new PlatformRefusal('请填写申请理由')
  const id = String((state.world.applications?.length ?? 0) + 1)
  const application = { id, creator, senders, reason: input.reason.trim(), state: 'waiting' as const }
  state.world.applications = [...(state.world.applications ?? []), application]
  return application
}

/** WeChat's people answer: a grant opens 跨商户号发券 for the creator and for each sender. */
export function answerApplication(state: SandboxState, input: { id: string; answer: string }): WorldApplication {
  const application = state.world.applications?.find((each) => each.id === input.id)
  if (application?.state !== 'waiting') throw new PlatformRefusal('没有等待处理的申请')
  application.state = input.answer === 'grant' ? 'granted' : 'refused'
  if (application.state === 'granted') {
    for (const mchid of [application.creator, ...application.senders]) {
      grantProduct(accountAt(state, mchid), 'cross_merchant')
    }
  }
  return application
}
