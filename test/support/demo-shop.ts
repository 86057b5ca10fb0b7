import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { openidOf } from '../../sandbox/world.ts'
import type { Services } from '../../src/services.ts'
import { importStock } from '../../src/stocks/import.ts'
import { aCampaign } from './builders.ts'
import { openSandboxMerchant, type SandboxMerchant, type SandboxMerchantOptions } from './sandbox-merchant.ts'
import { openTestServices } from './services.ts'

type CampaignOverrides = Parameters<typeof aCampaign>[2]

/** The sandbox's demo merchant with all three of its stocks imported. */
export type DemoShop = SandboxMerchant & {
  /** A published campaign on the demo stock of its kind, a link campaign unless told otherwise. */
  campaign(overrides?: CampaignOverrides): Promise<Campaign>
  /** A WeChat user who has an openid at the merchant. */
  member(id: string): string
  /** Another process on the same ledger, Redis and WeChat. */
  anotherProcess(processName: string): Promise<Services & AsyncDisposable>
}

export async function openDemoShop(options: SandboxMerchantOptions = {}): Promise<DemoShop> {
  const shop = await openSandboxMerchant(options)
  const { sandbox, world, services, merchant } = shop
  const demo = world.merchants[0]
  if (!demo) throw new Error('the sandbox has no merchant')
  const stocks = new Map(
    await Promise.all(
      Object.entries(demo.campaigns).map(
        async ([kind, { stockId }]) => [kind, await importStock(services, merchant, { stockId })] as const,
      ),
    ),
  )

  return {
    ...shop,
    campaign: async (overrides = {}) => {
      const stock = stocks.get(overrides.kind ?? 'link')
      if (!stock) throw new Error(`no stock for ${overrides.kind}`)
      return aCampaign(services, stock, overrides)
    },
    member(id) {
      if (!world.members.some((member) => member.id === id)) sandbox.control.addMember({ id })
      return openidOf(demo.officialAccount, id)
    },
    anotherProcess(processName) {
      const { databaseUrl, redisUrls, masterKeys, cookieKeys } = services.config
      return openTestServices({
        ...options,
        sandbox,
        processName,
        config: { ...options.config, databaseUrl, redisUrls, masterKeys, cookieKeys },
      })
    },
  }
}
