import type { CardOpening } from '../../cards/card-opening.ts'
import { cardTriggerKey } from '../../cards/earned.ts'
import { type CardReason, whyNothing } from '../../cards/why-nothing.ts'
import { verdictOn } from '../../cards/verdict.ts'
import { memberMark } from '../../members/member-mark.ts'
import { beijingTime } from '../../plumbing/clock.ts'
import type { Services } from '../../services.ts'
import type { EarnedInTrial, Tried } from './asked-trial.ts'
import { not, ok } from './rule.ts'

const words: Record<CardReason, string> = {
  waiting: '会员卡已激活，微信还没有报告开卡时间，几分钟内会到',
  unproven: '会员卡已激活超过 10 分钟，微信没有报告开卡时间，证明不了是活动期间新开的卡',
  inactive: '会员卡还没有激活',
  not_new: '不是活动期间新开的卡',
  gifted: '会员卡是好友转赠的，本活动不收',
  no_card: '没有查到这位会员开卡',
}

/** What is known of the member's cards, in a sentence. */
export async function cardRule({ db, clock }: Services, { merchant, campaign, openid }: Tried): Promise<string> {
  const reason = await whyNothing(db, merchant, campaign, openid, clock.now())
  return reason ? words[reason] : '会员卡符合条件'
}

/** Somebody who was never here takes and activates a card now. */
export async function earnedByNewCard(
  { clock }: Services,
  { merchant, campaign, openid }: Tried,
): Promise<EarnedInTrial> {
  const now = clock.now()
  const verdict = verdictOn(campaign, newCard(campaign.card_ids[0] ?? '', openid, now))
  if (verdict.kind !== 'earned')
    return {
      isTap: false,
      earned: [],
      rules: [not('领取条件', 'not_eligible', `${beijingTime(now)} 新开的卡不在活动时间内`)],
    }
  const triggerKey = cardTriggerKey(memberMark(merchant, openid))
  const earned = [{ triggerKey, coupons: campaign.coupons, at: verdict.at ?? now }]
  return { isTap: false, earned, rules: [ok('领取条件', '按这位会员现在新开卡并激活计算')] }
}

function newCard(cardId: string, openid: string, now: Date): CardOpening {
  return {
    id: 0,
    merchant_id: 0,
    openid,
    card_id: cardId,
    card_code: '',
    source: 'oa',
    channel: null,
    taken_at: now,
    vouched_at: null,
    activated_at: null,
    restored_at: null,
    deleted_at: null,
    active_at: now,
    gifted: false,
    earlier: false,
    created_at: now,
  }
}
