import type { Campaign } from '../../src/campaigns/campaign.ts'
import { applyMerchant } from '../../src/merchants/apply.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { merchantFile } from '../../src/sandbox/merchant-file.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { createWorld, openidOf, type World } from '../../src/sandbox/world.ts'
import type { Services } from '../../src/services.ts'
import { importStock } from '../../src/stocks/import.ts'
import { aCampaign } from './builders.ts'
import { openTestServices, type TestServicesOptions } from './services.ts'

type CampaignOverrides = Parameters<typeof aCampaign>[2]

/** The sandbox's demo merchant, set up as an operator would, with all three of its stocks imported. */
export type DemoShop = AsyncDisposable & {
  sandbox: Sandbox
  world: World
  services: Services & AsyncDisposable
  merchant: Merchant
  /** A published campaign on the demo stock of its kind, a link campaign unless told otherwise. */
  campaign(overrides?: CampaignOverrides): Promise<Campaign>
  /** A WeChat user who has an openid at the merchant. */
  member(id: string): string
  /** Another process on the same ledger, Redis and WeChat. */
  anotherProcess(processName: string): Promise<Services & AsyncDisposable>
}

export async function openDemoShop(options: Omit<TestServicesOptions, 'sandbox'> = {}): Promise<DemoShop> {
  const world = createWorld()
  const sandbox = await startSandbox({ port: 0, world, ...(options.clock && { clock: options.clock }) })
  const services = await openTestServices({ ...options, sandbox })
  await applyMerchant(services, merchantFile(world))
  services.directory.forget()
  const merchant = (await services.directory.merchant('demo')) as Merchant
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
    sandbox,
    world,
    services,
    merchant,
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
    async [Symbol.asyncDispose]() {
      await services[Symbol.asyncDispose]()
      await sandbox.close()
    },
  }
}
