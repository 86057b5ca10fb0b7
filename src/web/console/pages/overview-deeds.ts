import { providersOf } from '../../../doctor/step-checks.ts'
import { chosenAtMost, examineMany } from '../../../doctor/examine-many.ts'
import type { Merchant } from '../../../merchants/merchant.ts'
import { halfOf, otherHalf } from '../../../onboarding/halves.ts'
import { shareGuide } from '../../../onboarding/share.ts'
import { leaveNotice } from '../../../operators/notices.ts'
import { Declined } from '../../../operators/rights/declined.ts'
import { may } from '../../../operators/rights/person.ts'
import { ofMerchant, ofProvider } from '../../../operators/rights/scope.ts'
import type { Context } from '../../shell/context.ts'
import { withQuery } from '../application-choice.ts'
import { consolePaths as paths } from '../paths.ts'
import type { Filled, PersonState } from '../state.ts'

type Asked = Context<PersonState & Filled>

/** Does with the chosen merchants what the form asks, and returns the address that shows what came of it. */
export async function overviewDeed(ctx: Asked, chosen: Merchant[]): Promise<string> {
  const { services, person, form } = ctx.state
  if (chosen.length === 0) throw new Declined('nobody_chosen')
  const deed = form.get('do')
  if (deed === 'write') return applicationFor(ctx, chosen)
  if (deed === 'share') {
    await shareAll(ctx, chosen)
    return `${ctx.path}?done=shared`
  }
  const { isDone, lately } = await examineMany(services, person, chosen)
  return `${ctx.path}?done=${isDone ? 'examined' : 'examining'}&lately=${lately}`
}

/** An application is one provider's. */
function applicationFor({ state }: Asked, chosen: Merchant[]): string {
  const mine = (mchid: string) => may(state.person, 'keep_steps', ofProvider(mchid))
  const common = providersOf(chosen[0]!).filter((mchid) => chosen.every((one) => providersOf(one).includes(mchid)))
  const mchid = common.find(mine)
  if (mchid === undefined) throw new Declined('several_providers')
  const at = paths.application.replace(':mchid', mchid)
  return withQuery(
    at,
    chosen.map(({ slug }) => slug),
  )
}

/** A link to the other party's half of each, shown once on the page that comes next. */
async function shareAll({ state }: Asked, chosen: Merchant[]): Promise<void> {
  const { services, person, session } = state
  if (chosen.length > chosenAtMost) throw new Declined('too_many_chosen')
  const shares = []
  for (const merchant of chosen) {
    const half = otherHalf(halfOf(person, ofMerchant(merchant.id)))
    const token = await shareGuide(services, person, merchant, half)
    shares.push({ name: merchant.name, half, token })
  }
  await leaveNotice(services, session.token_hash, { kind: 'shares', shares })
}
