import type { GrantStory } from '../../../../grants/by-staff/story.ts'
import { reasonWords, verdictOn } from '../../../../grants/by-staff/verdict.ts'
import type { EvidenceCoupon } from '../../../../grants/evidence-coupons.ts'
import { outcomes } from '../../../../ledger/outcomes/outcomes.ts'
import { maskedOpenid } from '../../../../members/masked-openid.ts'
import { supportNumber } from '../../../../members/support-number.ts'
import { may } from '../../../../operators/rights/person.ts'
import type { Context } from '../../../shell/context.ts'
import { consolePaths as paths } from '../../paths.ts'
import { render } from '../../render.ts'
import type { MerchantState } from '../../state.ts'
import { becameOf, useEvents } from './became.ts'
import { couponTag, grantTag, triggerWords } from './words.ts'

const actNames = { given_up: '放弃发放', replaced: '换单号重发' } as const

/** The page of a grant; `openid`: in full, where the reader has asked for it. */
export function renderGrant(ctx: Context<MerchantState>, story: GrantStory, openid?: string): void {
  const { services, merchant, person, scope } = ctx.state
  const { grant, coupons, acts } = story
  const at = (path: string) => path.replace(':merchant', merchant.slug)
  render(ctx, 'grant', {
    grant,
    verdict: verdictOn(story, services.clock.now()),
    tag: grantTag(grant),
    trigger: triggerWords(grant),
    member: openid ?? maskedOpenid(grant.openid),
    isWhole: openid !== undefined,
    revealAt: openid === undefined && may(person, 'see_openids', scope) ? ctx.path : undefined,
    support: supportNumber(merchant.id, grant.openid),
    coupons: coupons.map((coupon) => ({
      ...coupon,
      tag: couponTag(coupon.state),
      stockAt: at(paths.stock).replace(':stock', coupon.stock_id),
      answer: answerOf(coupon),
      became: becameOf(coupon, story, services.clock.now()),
    })),
    events: eventsOf(story),
    handed: acts.map((act) => ({ ...act, name: actNames[act.act] })),
    list: at(paths.grants),
    listOfCampaign: `${at(paths.grants)}?campaign=${grant.campaign.slug}`,
  })
}

/** WeChat's last answer to a coupon, as it is and in words. */
function answerOf({ last_status, last_code, last_message, last_request_id, state, reason, answers }: EvidenceCoupon) {
  const last = answers.at(-1)
  const outcome = state === 'sent' ? 'sent' : (reason ?? last?.outcome)
  const said = [last_status, last_code, last_message, last_request_id && `Request-ID ${last_request_id}`]
  return {
    raw: said.filter((one) => one !== null && one !== '').join(' ') || undefined,
    words: outcome === undefined ? undefined : reasonWords(outcome),
  }
}

/** What happened, in its order. */
function eventsOf(story: GrantStory) {
  const { grant, coupons } = story
  const tries = coupons.flatMap(({ answers, ordinal }) =>
    answers.map(({ at, outcome, status, code, message, request_id }) => ({
      at,
      title: coupons.length > 1 ? `第 ${ordinal + 1} 张券请求微信` : '请求微信',
      state:
        outcome === 'sent'
          ? 'good'
          : outcomes.find(({ name }) => name === outcome)?.verdict === 'later'
            ? 'wait'
            : 'bad',
      words: reasonWords(outcome).cause,
      raw:
        [status, code, message, request_id && `Request-ID ${request_id}`].filter((one) => one).join('\n') || undefined,
    })),
  )
  const begun = {
    at: grant.createdAt,
    title: '得到资格，占下名额',
    state: 'good',
    words: triggerWords(grant),
    raw: undefined,
  }
  const ended = grant.refundedAt
    ? [{ at: grant.refundedAt, title: '付款已退款', state: 'off', words: '', raw: undefined }]
    : []
  return [begun, ...tries, ...ended, ...useEvents(story)].toSorted((a, b) => a.at.getTime() - b.at.getTime())
}
