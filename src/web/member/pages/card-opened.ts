import { findGrant } from '../../../grants/grants.ts'
import { type Landing, openFromLanding } from '../../../cards/landing.ts'
import { memberReasons, Refusal } from '../../../refusal.ts'
import type { Context } from '../../shell/context.ts'
import type { MerchantState } from '../../middleware/merchant.ts'
import { render } from '../render.ts'
import type { MemberState } from '../state.ts'
import { grantView } from './grant-view.ts'
import { cardRefreshSeconds } from './refresh.ts'

/** `GET /m/{merchant}/card-opened`: where WeChat sends a member after opening a card. A repeat changes nothing. */
export async function show(ctx: Context<MemberState>): Promise<void> {
  const { services, merchant, member } = ctx.state
  const landing = await openFromLanding(services, merchant, member.openid, ctx.query)
  await showLanding(ctx, landing, cardRefreshSeconds(ctx, landing))
}

/** What a member sees of a card, of any product. */
export async function showLanding(
  ctx: Context<MerchantState>,
  landing: Landing,
  refreshSeconds: number | undefined,
): Promise<void> {
  if (landing.kind === 'not_yours') throw new Refusal('not_yours', { status: 404 })
  if (landing.kind === 'opened') await showOpened(ctx, landing)
  else render(ctx, 'card-not-opened', { kind: landing.kind, refreshSeconds })
}

async function showOpened(
  ctx: Context<MerchantState>,
  { awards }: Extract<Landing, { kind: 'opened' }>,
): Promise<void> {
  const { services, merchant } = ctx.state
  const ids = awards.map((award) => award.grantId).filter((id) => id !== undefined)
  const found = await Promise.all(ids.map((id) => findGrant(services.db, merchant.id, id)))
  const now = services.clock.now()
  const grants = found.filter((grant) => grant !== undefined).map((grant) => grantView(merchant, grant, now))
  const turnedAway = awards.find((award) => award.kind === 'turned_away')
  render(ctx, 'card-opened', {
    grants,
    reason: grants.length === 0 && turnedAway ? memberReasons[turnedAway.reason] : undefined,
    next: grants.find((grant) => grant.pending),
  })
}
