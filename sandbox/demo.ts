import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../src/plumbing/clock.ts'
import type { Config } from '../src/plumbing/config/config.ts'
import { daysAheadOf, openSandboxClock } from './clock.ts'
import { demoAddresses, greetingOf } from './demo-addresses.ts'
import { setUpDemo } from './demo-set-up.ts'
import { closeFile, makePrivateFolder } from '../src/plumbing/files/private.ts'
import { openLog } from '../src/plumbing/telemetry/log.ts'
import { renewStocks } from './demo-stocks.ts'
import { startSandbox } from './sandbox.ts'
import { createWorld, type World, worldFromJson, worldToJson } from './world.ts'
import { firstOwnerAddress } from '../src/operators/first-owner.ts'
import type { Services } from '../src/services.ts'
import { type Running, start } from '../src/start.ts'
import { Unusable } from '../src/plumbing/unusable.ts'

/**
 * The first start compiles everything at once, including the sandbox that it asks: an answer may take longer than a
 * call may, and arrives at the second or third try.
 */
const setUpTries = 5
/** A failed download of certificates is repeated after 5 s at the earliest. */
const setUpPauseMs = 6_000

const worldFile = 'sandbox-world.json'

/**
 * Everything on one machine: starts the WeChat sandbox, points every WeChat address at it, and sets up the demo
 * merchant with one campaign of each kind. The sandbox's keys are kept under DATA_DIR, so that the next start knows
 * them.
 */
export async function startDemo(config: Config): Promise<{ running: Running; greeting: string }> {
  const world = keptWorld(config.dataDir)
  const now = openSandboxClock(world, systemClock).now()
  renewStocks(world, now)
  openReceipts(world, now)
  const sandbox = await startSandbox({
    port: config.sandbox.port,
    host: config.host,
    world,
    appUrl: config.publicUrl,
    keep: (changed) => keepWorld(config.dataDir, changed),
  })
  const { url } = sandbox
  sandbox.control.settings.flowsPerMinute = 5
  try {
    const wechat = { openUrl: url, apiUrl: url, payUrl: url, payBackupUrl: url, filesUrl: url }
    const addresses = demoAddresses(config.publicUrl, url, config.consoleUrl)
    const demoConfig = { ...config, wechat, sandbox: { ...config.sandbox, addresses } }
    // WeChat and we have one time, also when its day is moved forward.
    const parts = { log: openLog(config.logLevel), clock: sandbox.clock }
    const running = await start(demoConfig, parts, (services) => setUpPatiently(services, world))
    const stop = async () => {
      await running.stop()
      await sandbox.close()
    }
    const ownerLink = await firstOwnerAddress(running.services)
    return {
      running: { ...running, stop },
      greeting: greetingOf(addresses, { ownerLink, daysAhead: daysAheadOf(world) }),
    }
  } catch (error) {
    await sandbox.close()
    throw error
  }
}

/** As a provider would have done it before the shops open: its receipt stands on WeChat's page after a payment. */
function openReceipts(world: World, now: Date): void {
  const open = { open: true, at: now.toISOString() }
  for (const account of world.accounts) if (account.role === 'sender') account.goldPlan ??= { plan: open, page: open }
}

function keptWorld(dataDir: string): World {
  const file = join(dataDir, worldFile)
  makePrivateFolder(dataDir)
  try {
    const kept = worldFromJson(readFileSync(file, 'utf8'))
    closeFile(file)
    return kept
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const world = createWorld()
  keepWorld(dataDir, world)
  return world
}

/** Written beside and renamed, so that a start after a crash never reads half a world. */
function keepWorld(dataDir: string, world: World): void {
  const file = join(dataDir, worldFile)
  writeFileSync(`${file}.new`, worldToJson(world), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

async function setUpPatiently(services: Services, world: World): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await setUpDemo(services, world)
    } catch (error) {
      if (!(error instanceof Unusable) || attempt === setUpTries) throw error
      services.log.warn({ reason: error.message, attempt }, 'the demo is not set up yet: trying again')
      await sleep(setUpPauseMs)
    }
  }
}
