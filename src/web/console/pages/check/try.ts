import { may } from '../../../../operators/rights/person.ts'
import type { Handler } from '../../../shell/context.ts'
import { requireHere } from '../../middleware/allowed.ts'
import type { CampaignState } from '../../state.ts'
import { askedTrial } from './asked.ts'
import { renderTrial } from './try-view.ts'

/** `GET …/campaigns/{campaign}/try`: what it would give somebody, rule by rule, and nothing is written. */
export const show: Handler<CampaignState> = async (ctx) => {
  const { person, scope } = ctx.state
  const query = new URLSearchParams(ctx.querystring)
  const asked = askedTrial(query)
  // A payment names its payer.
  if (asked.form.member || asked.form.order) requireHere(ctx, 'look_at_members')
  await renderTrial(ctx, { ...asked, mayAsk: may(person, 'look_at_members', scope) })
}
