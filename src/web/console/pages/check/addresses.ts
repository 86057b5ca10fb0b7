import { consolePaths as paths } from '../../paths.ts'
import type { CampaignState } from '../../state.ts'

/** Every address of a campaign that its pages lead to. */
export function campaignAddresses({ merchant, campaign }: Pick<CampaignState, 'merchant' | 'campaign'>) {
  const fill = (path: string) => path.replace(':merchant', merchant.slug).replace(':campaign', campaign.slug)
  const check = fill(paths.campaignCheck)
  const page = check.replace(/\/check$/, '')
  return {
    page,
    check,
    try: fill(paths.campaignTry),
    preview: fill(paths.campaignPreview),
    publish: `${page}/publish`,
    stock: (stockId: string) => fill(paths.stock).replace(':stock', stockId),
  }
}
