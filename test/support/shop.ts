import { afterAll } from 'vitest'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts'
import { createWorld, openidOf, type World, type WorldOptions } from '../../sandbox/world.ts'
import { applyMerchant } from '../../src/merchants/apply.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import type { Services } from '../../src/services.ts'
import { importStock } from '../../src/stocks/import.ts'
import { aCampaign, aMerchant, aStock, letProvidersIn } from './builders.ts'
import type { Phone } from './phone.ts'
import { openTestServices, type TestServicesOptions } from './services.ts'
import { type Site, startSite } from './site.ts'

export type ShopOptions = Omit<TestServicesOptions, 'sandbox'> & {
  /** Where WeChat answers: a scripted host, or a sandbox of the shop's own. Unset: nobody answers. */
  wechat?: 'sandbox' | { url: string; backupUrl?: string }
  /** That sandbox's world. */
  world?: WorldOptions
  /** What the merchant and the stock are like, where they do not come from a sandbox. */
  merchant?: Parameters<typeof aMerchant>[1]
  stock?: Parameters<typeof aStock>[2]
}

/** A merchant in business: the application with its site, a merchant, and a running stock to give coupons of. */
export type Shop = AsyncDisposable & {
  services: Services & AsyncDisposable
  site: Site
  merchant: Merchant
  stock: Stock
  /** A published campaign on the stock of its kind, a link campaign unless told otherwise. */
  campaign(options?: Parameters<typeof aCampaign>[2]): Promise<Campaign>
  /** The phone of a member who has logged in. */
  phoneOf(openid: string): Phone
  /** Another process on the same ledger, Redis and WeChat. */
  anotherProcess(processName: string, options?: TestServicesOptions): Promise<Services & AsyncDisposable>
}

/** The demo merchant of a sandbox WeChat, applied as an operator would, with all three of its stocks imported. */
export type SandboxShop = Shop & {
  sandbox: Sandbox
  world: World
  /** The openid of a WeChat user at the merchant. */
  member(id: string): string
}

export function openShop(options: ShopOptions & { wechat: 'sandbox' }): Promise<SandboxShop>
export function openShop(options?: ShopOptions): Promise<Shop>
export function openShop(options: ShopOptions = {}): Promise<Shop> {
  const { wechat, world, merchant, stock, ...rest } = options
  if (wechat === 'sandbox') return openSandboxShop(rest, world)
  return openPlainShop({ ...rest, ...(wechat && { sandbox: wechat }) }, merchant, stock)
}

/** A shop for all tests of a file, closed after the last of them. */
export async function shopOfFile(options: ShopOptions = {}): Promise<Shop> {
  const shop = await openShop(options)
  afterAll(() => shop[Symbol.asyncDispose]())
  return shop
}

async function openPlainShop(
  options: TestServicesOptions,
  merchantOptions: ShopOptions['merchant'],
  stockOptions: ShopOptions['stock'],
): Promise<Shop> {
  const services = await openTestServices(options)
  const merchant = await aMerchant(services, merchantOptions)
  const stock = await aStock(services, merchant, stockOptions)
  return inBusiness(services, { merchant, stock, stockOf: () => stock }, options)
}

async function openSandboxShop(options: TestServicesOptions, worldOptions?: WorldOptions): Promise<SandboxShop> {
  const { clock } = options
  const world = createWorld({ ...(clock && { now: clock.now() }), ...worldOptions })
  const sandbox = await startSandbox({ port: 0, backupPort: 0, world, ...(clock && { clock }) })
  // As in the demo WeChat and we have one time, also when its day is moved forward.
  const services = await openTestServices({ ...options, clock: sandbox.clock, sandbox })
  await applyMerchant(services, merchantFile(world))
  const demo = world.merchants[0]!
  const merchant = (await services.catalog.merchant(demo.slug)) as Merchant
  await letProvidersIn(services, merchant.id)
  const imports = Object.entries(demo.campaigns).map(
    async ([kind, { stockId }]) => [kind, await importStock(services, merchant, { stockId })] as const,
  )
  const stocks = new Map<string, Stock>(await Promise.all(imports))
  const stockOf = (kind: string) => {
    const stock = stocks.get(kind)
    if (!stock) throw new Error(`no stock for ${kind}`)
    return stock
  }
  const shop = await inBusiness(
    services,
    { merchant, stock: stockOf('link'), stockOf },
    { ...options, clock: sandbox.clock, sandbox },
  )
  // As in production WeChat knows where we answer: its pushes and redirects arrive.
  sandbox.control.settings.appUrl = shop.site.url
  return {
    ...shop,
    sandbox,
    world,
    member(id) {
      if (!world.members.some((member) => member.id === id)) sandbox.control.addMember({ id })
      return openidOf(demo.officialAccount, id)
    },
    async [Symbol.asyncDispose]() {
      await shop[Symbol.asyncDispose]()
      await sandbox.close()
    },
  }
}

async function inBusiness(
  services: Services & AsyncDisposable,
  { stockOf, ...goods }: Pick<Shop, 'merchant' | 'stock'> & { stockOf(kind: string): Stock },
  opened: TestServicesOptions,
): Promise<Shop> {
  const site = await startSite(services)
  return {
    services,
    site,
    ...goods,
    campaign: async (options = {}) => aCampaign(services, stockOf(options.kind ?? 'link'), options),
    phoneOf: (openid) => site.phoneOf(goods.merchant, openid),
    anotherProcess(processName, options = {}) {
      const { databaseUrl, redisUrls, masterKeys, cookieKeys } = services.config
      const shared = { databaseUrl, redisUrls, masterKeys, cookieKeys }
      const config = { ...opened.config, ...shared, ...options.config }
      return openTestServices({ ...opened, processName, ...options, config })
    },
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]()
      await services[Symbol.asyncDispose]()
    },
  }
}
