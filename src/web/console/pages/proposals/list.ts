import { listProposals } from '../../../../operators/proposals/list.ts'
import type { Handler } from '../../../shell/context.ts'
import { consolePaths as paths } from '../../paths.ts'
import { render } from '../../render.ts'
import type { PersonState } from '../../state.ts'
import { stateTag } from './words.ts'

/** `GET /console/proposals`: what costs money and was asked for, in all places of the person. */
export const show: Handler<PersonState> = async (ctx) => {
  const { services, person } = ctx.state
  const now = services.clock.now()
  const found = await listProposals(services.db, person, now)
  const merchants = await Promise.all(found.map(({ merchant_id: id }) => services.catalog.merchantById(id ?? 0)))
  const rows = found.map((one, nth) => ({
    subject: one.subject,
    href: paths.proposal.replace(':proposal', String(one.id)),
    merchant: merchants[nth]?.name,
    askedBy: one.asked_by_name,
    askedAt: one.asked_at,
    endsAt: one.state === 'asked' ? one.ends_at : undefined,
    tag: stateTag(one),
  }))
  render(ctx, 'proposals', {
    rows: rows.toSorted((a, b) => Number(b.endsAt !== undefined) - Number(a.endsAt !== undefined)),
  })
}
