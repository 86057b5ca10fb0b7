import type { CampaignFilter } from '../../../../campaigns/lists/list.ts'
import type { Standing } from '../../../../campaigns/standing.ts'
import { campaignKinds } from '../stocks/words.ts'
import { standingTags } from './words.ts'

/** The filter as an address has it; what is no standing or kind is left out. */
export type AskedCampaigns = { name?: string; kind?: string; state?: string }

export const kindNames: Record<string, string> = campaignKinds
export const stateNames: Record<string, string> = Object.fromEntries(
  Object.entries(standingTags).map(([standing, { text }]) => [standing, text]),
)

/** Reads what was asked for. */
export function askedCampaigns(query: URLSearchParams): AskedCampaigns {
  const asked = (field: string) => query.get(field) ?? ''
  const name = asked('name').replaceAll('\0', '').trim().slice(0, 40)
  const [kind, state] = [asked('kind'), asked('state')]
  return {
    ...(name && { name }),
    ...(Object.hasOwn(kindNames, kind) && { kind }),
    ...(Object.hasOwn(stateNames, state) && { state }),
  }
}

/** The same for the list. */
export function campaignFilter({ name, kind, state }: AskedCampaigns): CampaignFilter {
  return {
    ...(name && { name }),
    ...(kind && { kind: kind as keyof typeof campaignKinds }),
    ...(state && { standing: state as Standing }),
  }
}

/** Each filter in words, with the address of the list without it. */
export function campaignChips(asked: AskedCampaigns, addressOf: (asked: AskedCampaigns) => string) {
  const words = { name: '名称', kind: '类型', state: '状态' }
  const valueOf = { name: asked.name, kind: kindNames[asked.kind ?? ''], state: stateNames[asked.state ?? ''] }
  return (Object.keys(asked) as (keyof AskedCampaigns)[]).map((field) => {
    const rest = Object.fromEntries(Object.entries(asked).filter(([other]) => other !== field))
    return { text: `${words[field]}：${valueOf[field]}`, href: addressOf(rest) }
  })
}
