import { applyMerchant } from '../../src/merchants/apply.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts'
import { createWorld, type World, type WorldOptions } from '../../sandbox/world.ts'
import type { Services } from '../../src/services.ts'
import { openTestServices, type TestServicesOptions } from './services.ts'

export type SandboxMerchantOptions = Omit<TestServicesOptions, 'sandbox'> & { world?: WorldOptions }

export type SandboxMerchant = AsyncDisposable & {
  sandbox: Sandbox
  world: World
  services: Services & AsyncDisposable
  merchant: Merchant
}

/** A sandbox WeChat, services that talk to it, and its first merchant applied as an operator would. */
export async function openSandboxMerchant(options: SandboxMerchantOptions = {}): Promise<SandboxMerchant> {
  const { world: worldOptions, ...rest } = options
  const { clock } = rest
  const world = createWorld({ ...(clock && { now: clock.now() }), ...worldOptions })
  const sandbox = await startSandbox({ port: 0, backupPort: 0, world, ...(clock && { clock }) })
  const services = await openTestServices({ ...rest, sandbox })
  await applyMerchant(services, merchantFile(world))
  const merchant = (await services.catalog.merchant(world.merchants[0]!.slug)) as Merchant
  async function dispose() {
    await services[Symbol.asyncDispose]()
    await sandbox.close()
  }
  return { sandbox, world, services, merchant, [Symbol.asyncDispose]: dispose }
}
