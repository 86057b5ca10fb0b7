import type { Merchant } from '../../../../merchants/merchant.ts'
import type { Campaign } from '../../../../plumbing/storage/schema/campaign.ts'
import type { Context } from '../../../shell/context.ts'
import { consolePaths as paths } from '../../paths.ts'
import type { MerchantState } from '../../state.ts'

/** The merchant's campaign that the address names, as it is stored at this moment; 404 where there is none. */
export async function namedCampaign(ctx: Context<MerchantState>): Promise<Campaign> {
  const { services, merchant } = ctx.state
  const campaign = await services.db
    .selectFrom('campaigns')
    .selectAll()
    .where('merchant_id', '=', merchant.id)
    .where('slug', '=', ctx.params.campaign ?? '')
    .executeTakeFirst()
  return campaign ?? ctx.throw(404)
}

/** The addresses of the merchant's pages about one of its campaigns. */
export function campaignPaths({ slug }: Pick<Merchant, 'slug'>, campaign: string) {
  const at = (path: string) => path.replace(':merchant', slug).replace(':campaign', campaign)
  const page = at(paths.campaign)
  return {
    list: at(paths.campaigns),
    new: at(paths.campaignNew),
    page,
    edit: at(paths.campaignEdit),
    publish: at(paths.campaignPublish),
    state: at(paths.campaignState),
    copy: at(paths.campaignCopy),
    file: at(paths.campaignFile),
    code: at(paths.campaignCode),
    check: `${page}/check`,
    trial: `${page}/try`,
    preview: `${page}/preview`,
  }
}

/** Where members reach the campaign: a fixed address of their pages (docs/merchant/addresses.md). */
export function memberUrl({ state }: Context<MerchantState>, { slug }: Pick<Campaign, 'slug'>): string {
  return new URL(`/m/${state.merchant.slug}/c/${slug}`, state.services.config.publicUrl).href
}
