import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Seen } from './phone.ts'
import { formOf, type Site } from './site.ts'

/** What a tap brought: the JSON answer of a claim, or the words of an outage with their request number. */
export type Tap = {
  httpStatus: number
  status?: string
  reason?: string
  grant_id?: string
  request_id?: string
}

/** A member who has the campaign's page open. */
export type Visitor = {
  openid: string
  /** Presses the page's button. A second press of the same page is the same claim. */
  tap(): Promise<Tap>
  /** The same press by a browser that wants a page. */
  tapForPage(): Promise<Seen>
}

/** Opens the campaign's page as a logged-in member. Throws when the page cannot be had. */
export async function visit(site: Site, merchant: Merchant, campaign: Campaign, openid: string): Promise<Visitor> {
  const phone = site.phoneOf(merchant, openid)
  const address = `/m/${merchant.slug}/c/${campaign.slug}`
  const page = await phone.get(address)
  if (page.status !== 200) throw new Error(`the campaign page answers ${page.status}`)
  const form = formOf(page.text)
  return {
    openid,
    async tap() {
      const seen = await phone.post(`${address}/claims`, form, { accept: 'application/json' })
      return { httpStatus: seen.status, ...(JSON.parse(seen.text) as object) }
    },
    tapForPage: () => phone.post(`${address}/claims`, form),
  }
}

/** How many of the taps ended so: `sent`, `pending`, or the reason of a refusal. */
export function tally(taps: Tap[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status, reason, httpStatus } of taps) {
    const word = status === 'refused' ? reason : status
    const name = word ?? `HTTP ${httpStatus}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}
