import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import type { Clock } from '../../src/clock.ts'
import { applyMerchant } from '../../src/merchants/apply.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { merchantFile } from '../../src/sandbox/merchant-file.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { createWorld, type WorldOptions } from '../../src/sandbox/world.ts'
import type { Services } from '../../src/services.ts'
import { createApp } from '../../src/web/app.ts'
import { openTestServices } from './services.ts'

export type WiredWechat = AsyncDisposable & { services: Services; sandbox: Sandbox; merchant: Merchant; appUrl: string }

/** A sandbox WeChat, paycoupon in front of it as in production, and the sandbox's first merchant applied. */
export async function wireWechat(
  options: { clock?: Clock; world?: WorldOptions; redis?: false } = {},
): Promise<WiredWechat> {
  const { clock, redis } = options
  const world = createWorld({ ...(clock && { now: clock.now() }), ...options.world })
  const sandbox = await startSandbox({ port: 0, world, ...(clock && { clock }) })
  const services = await openTestServices({ sandbox, ...(clock && { clock }), ...(redis === false && { redis }) })
  await applyMerchant(services, merchantFile(world))
  const server = createApp(services).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const appUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  sandbox.control.settings.appUrl = appUrl
  const merchant = (await services.directory.merchant(world.merchants[0]!.slug)) as Merchant
  async function dispose() {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await services[Symbol.asyncDispose]()
    await sandbox.close()
  }
  return { services, sandbox, merchant, appUrl, [Symbol.asyncDispose]: dispose }
}
