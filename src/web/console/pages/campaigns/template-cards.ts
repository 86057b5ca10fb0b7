import type { Merchant } from '../../../../merchants/merchant.ts'
import { campaignPaths } from './named-campaign.ts'
import { templates } from './templates.ts'

/** The templates as cards, each leading to the editor filled in; `stock`: for that one. */
export function templateCards(merchant: Pick<Merchant, 'slug'>, stock?: string) {
  const { new: address } = campaignPaths(merchant, '')
  return templates.map(({ key, name, says }) => {
    const query = new URLSearchParams({ template: key, ...(stock !== undefined && { stock }) })
    return { title: name, text: says, href: `${address}?${query.toString()}` }
  })
}
