import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { applyCampaign } from './campaigns/apply.ts'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { applyMerchant } from './merchants/apply.ts'
import { renewStocks } from './sandbox/demo-stocks.ts'
import { merchantFile } from './sandbox/merchant-file.ts'
import { startSandbox } from './sandbox/sandbox.ts'
import { createWorld, type World, worldFromJson, worldToJson } from './sandbox/world.ts'
import type { Services } from './services.ts'
import { type Running, start } from './start.ts'
import { importStock } from './stocks/import.ts'

const demoSlug = 'demo'
const dayMs = 86_400_000

/**
 * The whole way on one machine: starts the WeChat sandbox, points every WeChat address at it, and sets up the demo
 * merchant with one campaign of each kind. The sandbox's keys stay under DATA_DIR, so that the next start knows them.
 */
export async function startDemo(config: Config): Promise<{ running: Running; greeting: string }> {
  const world = keptWorld(config.dataDir)
  renewStocks(world, systemClock.now())
  const sandbox = await startSandbox({ port: config.sandbox.port, host: config.host, world, appUrl: config.publicUrl })
  const { url } = sandbox
  try {
    const wechat = { openUrl: url, apiUrl: url, payUrl: url, payBackupUrl: url }
    const running = await start({ ...config, wechat })
    await setUpDemo(running.services, world)
    const stop = async () => {
      await running.stop()
      await sandbox.close()
    }
    return { running: { ...running, stop }, greeting: greetingOf(config.publicUrl, url) }
  } catch (error) {
    await sandbox.close()
    throw error
  }
}

function keptWorld(dataDir: string): World {
  const file = join(dataDir, 'sandbox-world.json')
  try {
    return worldFromJson(readFileSync(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const world = createWorld()
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(file, worldToJson(world), { mode: 0o600 })
  return world
}

/** The same acts as an operator's on the command line; repeating them changes nothing. */
async function setUpDemo(services: Services, world: World): Promise<void> {
  await applyMerchant(services, merchantFile(world))
  const merchant = await services.directory.merchant(demoSlug)
  const demo = world.merchants.find((one) => one.slug === demoSlug)
  if (!merchant || !demo) throw new Error('the sandbox has no demo merchant')
  const { link, card_open, spend } = demo.campaigns
  for (const { stockId } of [link, card_open, spend]) await importStock(services, merchant, { stockId })

  const now = services.clock.now().getTime()
  const window = { starts_at: new Date(now - dayMs).toISOString(), ends_at: new Date(now + 80 * dayMs).toISOString() }
  const shared = { ...window, channel: 'store', stackable: false, state: 'published' }
  const coupons = (stockId: string) => [{ stock_id: stockId, count: 1 }]
  const campaigns = [
    {
      ...shared,
      slug: link.slug,
      kind: 'link',
      title: '新客专享券',
      rules: '每人限领一次，先到先得。',
      coupons: coupons(link.stockId),
      limits: { per_member: 1, total: 1000, per_day: 200 },
    },
    {
      ...shared,
      slug: card_open.slug,
      kind: 'card_open',
      title: '开卡有礼',
      rules: '开通会员卡即送，每人一次。',
      coupons: coupons(card_open.stockId),
      limits: { per_member: 1 },
      card_ids: [demo.card.cardId],
    },
    {
      ...shared,
      slug: spend.slug,
      kind: 'spend',
      title: '消费有礼',
      rules: '单笔实付满 50 元即送，每天一次。',
      coupons: [],
      limits: { per_member_per_day: 1 },
      spend: {
        basis: 'payer_total',
        mode: 'single',
        window_days: 30,
        tiers: [{ at_least: 5000, coupons: coupons(spend.stockId) }],
        tier_rule: 'highest',
        exclude_orders_using_our_coupons: true,
        hold_minutes: 0,
      },
    },
  ]
  for (const campaign of campaigns) await applyCampaign(services, merchant, campaign)
}

function greetingOf(publicUrl: string, sandboxUrl: string): string {
  return [
    '',
    'paycoupon runs with its WeChat sandbox. Open, in this order:',
    `  ${sandboxUrl}/                     the phone: a chat in the Official Account, with its menu`,
    `  ${sandboxUrl}/sandbox/wechat-pay   what WeChat has recorded, and faults to switch on`,
    `  ${publicUrl}/m/${demoSlug}/c/welcome     the claim link itself`,
    '',
  ].join('\n')
}
