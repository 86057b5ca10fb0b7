import { memberWords, outcomes } from '../../ledger/outcomes/outcomes.ts'
import { beijingTime } from '../../plumbing/clock.ts'
import type { EvidenceCoupon } from '../evidence-coupons.ts'
import type { GrantStory, StandingHalt } from './story.ts'

/** What became of a grant, for whoever answers the member: in one sentence, and what else they may ask. */
export type GrantVerdict = { state: 'good' | 'wait' | 'bad' | 'off'; title: string; text: string }

/** A try within this time is simply the next one. */
const momentMs = 60_000

/** The verdict on a grant at the instant `now`, in Chinese; times are Beijing's. */
export function verdictOn({ grant, coupons, halts }: Omit<GrantStory, 'acts'>, now: Date): GrantVerdict {
  const [sent, owed, refused] = (['sent', 'reserved', 'refused'] as const).map((state) =>
    coupons.filter((coupon) => coupon.state === state),
  ) as [EvidenceCoupon[], EvidenceCoupon[], EvidenceCoupon[]]
  if (grant.refundedAt !== null) return refundedWords(grant.refundedAt, sent.length)
  if (owed.length > 0) return owedWords(owed, sent.length, halts, now)
  if (refused.length === 0) return sentWords(sent, now)
  const { cause, cure } = reasonWords(refused[0]!.reason)
  const told = memberWords(refused[0]!.reason).message
  const text = `${cure}。会员看到的是：“${told}”。`
  if (sent.length === 0) return { state: 'bad', title: `没有发放：${cause}`, text }
  return { state: 'bad', title: `${sent.length} 张已到账，${refused.length} 张没有发放：${cause}`, text }
}

/** Why a coupon is not given, or not yet, with what to do. */
export function reasonWords(reason: string | null): { cause: string; cure: string } {
  const row = outcomes.find(({ name }) => name === reason)
  return row?.operator ?? { cause: memberWords(reason).message, cure: '按活动规则处理，无需操作' }
}

function sentWords(sent: EvidenceCoupon[], now: Date): GrantVerdict {
  const at = sent.map(({ settled_at }) => settled_at).findLast((time) => time !== null)
  const ends = new Date(Math.min(...sent.map(({ available_end }) => available_end.getTime())))
  const title = `已到账：${at ? beijingTime(at) : '时间未知'}，${sent.length} 张`
  const until = `有效期至 ${beijingTime(ends)}`
  if (ends <= now) return { state: 'off', title, text: `${until}，已过期，不能再用。` }
  const least = Math.min(...sent.map(({ transaction_minimum }) => transaction_minimum))
  const use = least === 0 ? '付款时自动抵扣' : `付款满 ${least / 100} 元自动抵扣`
  return {
    state: 'good',
    title,
    text: `${until}，${use}，无需出示。会员在本活动的“我的券”能看到；微信卡包里是否显示，因商户而异，不影响使用。`,
  }
}

function owedWords(owed: EvidenceCoupon[], sent: number, halts: StandingHalt[], now: Date): GrantVerdict {
  const count = sent > 0 ? `${sent} 张已到账，还欠 ${owed.length} 张` : `还欠 ${owed.length} 张`
  const [halt] = halts
  if (halt) {
    const { cause, cure } = reasonWords(halt.cause)
    const next = `自 ${beijingTime(halt.since)} 起暂停发券，系统 ${beijingTime(halt.probe_at)} 再试一张，成功后自动补发`
    return { state: 'bad', title: `${count}：${cause}`, text: `${cure}。${next}。` }
  }
  const waiting = owed.find(({ set_aside }) => set_aside)
  if (waiting) {
    const { cause, cure } = reasonWords(waiting.reason)
    return { state: 'bad', title: `${count}，等待人工处理：${cause}`, text: `${cure}。系统不会自动再试。` }
  }
  const due = new Date(Math.min(...owed.map(({ due_at }) => due_at.getTime())))
  const when = due.getTime() - now.getTime() < momentMs ? '马上' : `在 ${beijingTime(due)} `
  const reason = owed.find(({ reason: why }) => why !== null)?.reason
  if (reason == null) return { state: 'wait', title: `${count}，正在发放`, text: `名额已保留，系统${when}发放。` }
  const { cause, cure } = reasonWords(reason)
  return { state: 'wait', title: `${count}：${cause}`, text: `${cure}。系统${when}再试。` }
}

function refundedWords(at: Date, sent: number): GrantVerdict {
  const text = sent > 0 ? `已到账的 ${sent} 张券不能收回，其余不再发放。` : '这份奖励已取消，没有券发出。'
  return { state: 'off', title: `付款已退款：${beijingTime(at)}`, text }
}
