import { type Trial, tryCampaign } from '../../../../claims/trial/trial.ts'
import { may } from '../../../../operators/rights/person.ts'
import type { Context } from '../../../shell/context.ts'
import { render } from '../../render.ts'
import type { CampaignState } from '../../state.ts'
import { campaignAddresses } from './addresses.ts'
import type { askedTrial } from './asked.ts'

type Asked = ReturnType<typeof askedTrial> & { mayAsk: boolean }

const looks = { ok: ['good', '通过'], not: ['bad', '不通过'], unknown: ['wait', '请留意'] } as const

/** The form of 试算, and under it the result once something was asked. */
export async function renderTrial(ctx: Context<CampaignState>, asked: Asked): Promise<void> {
  const { services, merchant, campaign, person, scope } = ctx.state
  const { form, isAsked, errors, mayAsk } = asked
  const trial =
    isAsked && errors.length === 0 ? await tryCampaign(services, merchant, campaign, asked.asked) : undefined
  // Who may not see openids in full does not find one in the page, whoever has typed it.
  const isMasked = !may(person, 'see_openids', scope)
  render(ctx, 'campaign-try', {
    campaign,
    at: campaignAddresses(ctx.state),
    form: isMasked ? { ...form, member: '' } : form,
    errors,
    mayAsk,
    who: whoOf(form, isMasked),
    trial: trial && { ...trial, rows: rowsOf(trial), isLater: trial.at > services.clock.now() },
  })
}

function whoOf({ member, amount, order }: Asked['form'], isMasked: boolean): string {
  const name = member === '' ? '一位新会员' : `会员 ${isMasked ? `o***${member.slice(-4)}` : member}`
  if (order !== '') return `支付单 ${order}`
  return amount === '' ? name : `${name}，现在付 ${amount} 元`
}

function rowsOf({ rules }: Trial) {
  return rules.map(({ name, state, words }) => {
    const [look, text] = looks[state]
    return { name, tag: { state: look, text }, words }
  })
}
