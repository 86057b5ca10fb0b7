import type { Merchant } from '../../../merchants/merchant.ts'
import { dropNotice, noticeOf } from '../../../operators/notices.ts'
import { merchantsFor } from '../../../operators/rights/person.ts'
import type { Context, Handler } from '../../shell/context.ts'
import { orAgain } from '../again.ts'
import { goTo } from '../enter.ts'
import { consolePaths as paths } from '../paths.ts'
import type { Filled, PersonState, ProviderState } from '../state.ts'
import { overviewDeed } from './overview-deeds.ts'
import { type Of, renderOverview } from './overview-view.ts'

/** `GET /console/merchants`: every merchant in which the person has a role, and how far each is. */
export const showMerchants: Handler<PersonState> = (ctx) => show(ctx, allOf(ctx.state))

/** Examines, applies for or shares the steps of the chosen ones. */
export const sendMerchants: Handler<PersonState & Filled> = (ctx) => send(ctx, allOf(ctx.state))

/** `GET /console/p/{mchid}`: the merchants of one provider. */
export const showProvider: Handler<ProviderState> = (ctx) => show(ctx, ofNumber(ctx.state))

export const sendProvider: Handler<ProviderState & Filled> = (ctx) => send(ctx, ofNumber(ctx.state))

function allOf({ person }: PersonState): Of {
  return { title: '商户总览', path: paths.merchants, merchantIds: merchantsFor(person, 'look_at_steps') }
}

function ofNumber({ mchid, merchantIds }: ProviderState): Of {
  return { title: '本服务商的商户', path: paths.provider.replace(':mchid', mchid), merchantIds, mchid }
}

async function show(ctx: Context<PersonState>, of: Of): Promise<void> {
  const { services, session } = ctx.state
  await renderOverview(ctx, of)
  // The links were shown now, and never again.
  if (noticeOf(services, session, 'shares')) await dropNotice(services, session)
}

async function send(ctx: Context<PersonState & Filled>, of: Of): Promise<void> {
  const slugs = ctx.state.form.getAll('merchant')
  await orAgain(
    async () => goTo(ctx, await overviewDeed(ctx, await chosenOf(ctx, of, slugs))),
    (errors, status) => renderOverview(ctx, of, { errors, status, slugs }),
  )
}

/** The merchants of these slugs that the page has; others are left out, as if there were none. */
async function chosenOf({ state }: Context<PersonState>, { merchantIds }: Of, slugs: string[]): Promise<Merchant[]> {
  const found: Merchant[] = []
  for (const slug of new Set(slugs)) {
    const merchant = await state.services.catalog.merchant(slug)
    if (merchant && (merchantIds === 'all' || merchantIds.includes(merchant.id))) found.push(merchant)
  }
  return found
}
